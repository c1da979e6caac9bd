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
