#include "reconciler/cli/print.h"

#include <unistd.h>

#include <cstdio>

namespace flotilla::cli {

void print(const std::string& text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void complain(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fputc('\n', stderr);
}

int complain(const Error& error) {
  complain("error: " + to_string(error));
  return 2;
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (widths.size() <= i) widths.push_back(0);
      widths[i] = std::max(widths[i], row[i].size());
    }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += row[i] + std::string(widths[i] - row[i].size() + 2, ' ');
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

Json::Value problem_json(const Problem& problem) {
  Json::Value entry(Json::objectValue);
  entry["severity"] = problem.severity == Severity::error ? "error" : "warning";
  entry["code"] = problem.code;
  entry["file"] = problem.where.file;
  entry["line"] = problem.where.line;
  entry["column"] = problem.where.column;
  entry["object"] = problem.object;
  entry["message"] = problem.message;
  return entry;
}

Progress::Progress() : terminal_(isatty(STDERR_FILENO) == 1) {}

void Progress::show(const std::string& text) {
  if (!terminal_) return;
  const std::string line = "\r\033[K" + text;
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

}  // namespace flotilla::cli
