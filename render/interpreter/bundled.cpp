#include "render/interpreter/bundled.h"

#include "render/base/text.h"

namespace flotilla::interpreter {

namespace {

bool defines(const std::string& text, const OperationNames& names) {
  return ("\n" + text).find(std::string("\nfunction ") + names.function + "(") != std::string::npos;
}

std::string text_of(const std::string& path) {
  const auto file = bundled_files().find(path);
  return file == bundled_files().end() ? "" : file->second;
}

std::vector<Customization> read_all() {
  std::vector<Customization> list;
  for (const auto& [path, text] : bundled_files()) {
    const std::vector<std::string> parts = split(path, '/');
    if (parts.size() != 3) continue;
    Customization kind;
    kind.api_version = parts[0] + "/" + parts[1];
    kind.kind = parts[2].substr(0, parts[2].find('.'));
    kind.name = kind.api_version + " " + kind.kind;
    const std::string script = text_of("shared.lua") + text_of(parts[0] + "/shared.lua") + text;
    for (const OperationNames& names : operation_names())
      if (defines(text, names)) kind.scripts[names.operation] = script;
    list.push_back(std::move(kind));
  }
  return list;
}

}  // namespace

const std::vector<Customization>& bundled_customizations() {
  static const std::vector<Customization> customizations = read_all();
  return customizations;
}

}  // namespace flotilla::interpreter
