#include "render/interpreter/bundled.h"

#include "render/base/text.h"

#include <algorithm>
#include <optional>
#include <set>

namespace flotilla::interpreter {

namespace {

// What one statement at the top level of a file defines. Reading all that kinds share takes Lua ten
// times as long as running one operation, so that a script gets only the parts that it needs.
struct Part {
  std::string name;
  std::string text;
};
using Parts = std::vector<Part>;

bool is_of_name(char c) {
  return c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::string name_at(std::string_view text) {
  return std::string(text.begin(), std::find_if_not(text.begin(), text.end(), is_of_name));
}

// The name that a line at the top level begins to define.
std::optional<std::string> definition(std::string_view line) {
  for (const std::string_view start : {"local function ", "function ", "local "})
    if (line.starts_with(start)) return name_at(line.substr(start.size()));
  return std::nullopt;
}

void append_parts(Parts& parts, const std::string& text) {
  for (const std::string& line : split(text, '\n')) {
    if (line.empty() || line.starts_with("--")) continue;
    if (auto name = definition(line)) parts.push_back({std::move(*name), ""});
    if (!parts.empty()) parts.back().text += line + "\n";
  }
}

void append_names(std::set<std::string>& names, std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_of_name(text[i])) continue;
    std::string name = name_at(text.substr(i));
    i += name.size();
    names.insert(std::move(name));
  }
}

// The function with the parts that it names, and so on. What is used stands before its user.
std::string script_of(const Parts& parts, const char* function) {
  std::set<std::string> needed = {function};
  std::string script;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (!needed.contains(part->name)) continue;
    append_names(needed, part->text);
    script.insert(0, part->text);
  }
  return script;
}

void append_file(Parts& parts, const std::string& path) {
  const auto file = bundled_files().find(path);
  if (file != bundled_files().end()) append_parts(parts, file->second);
}

Customization read_kind(const std::string& path) {
  const std::vector<std::string> folders = split(path, '/');
  Customization kind;
  kind.api_version = folders[0] + "/" + folders[1];
  kind.kind = folders[2].substr(0, folders[2].find('.'));
  kind.name = kind.api_version + " " + kind.kind;
  Parts parts;
  append_file(parts, "shared.lua");
  append_file(parts, folders[0] + "/shared.lua");
  append_file(parts, path);
  for (const OperationNames& names : operation_names())
    if (std::string script = script_of(parts, names.function); !script.empty())
      kind.scripts[names.operation] = std::move(script);
  return kind;
}

std::vector<Customization> read_all() {
  std::vector<Customization> list;
  for (const auto& [path, text] : bundled_files())
    if (std::count(path.begin(), path.end(), '/') == 2) list.push_back(read_kind(path));
  return list;
}

}  // namespace

const std::vector<Customization>& bundled_customizations() {
  static const std::vector<Customization> customizations = read_all();
  return customizations;
}

}  // namespace flotilla::interpreter
