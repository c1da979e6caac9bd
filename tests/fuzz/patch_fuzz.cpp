#include "render/document/json.h"
#include "render/document/pointer.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

using namespace flotilla;

namespace {

void require(bool truth, const char* what) {
  if (truth) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

std::vector<PatchStep> steps_of(const Json::Value& list) {
  std::vector<PatchStep> steps;
  if (!list.isArray()) return steps;
  for (const Json::Value& item : list) {
    const std::string op = get_string(item, "op");
    const Json::Value* value = find(item, "value");
    const PatchOp kind = op == "remove"    ? PatchOp::remove
                         : op == "replace" ? PatchOp::replace
                                           : PatchOp::add;
    steps.push_back({kind, get_string(item, "path"), value != nullptr ? *value : Json::Value()});
  }
  return steps;
}

}  // namespace

// The input is a document, a line break and a patch. A patch that fails leaves the document as it
// was.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto line_break = text.find('\n');
  if (line_break == std::string_view::npos) return 0;
  const auto fast = parse_json_fast(text.substr(line_break + 1));
  const auto patch = parse_json(text.substr(line_break + 1));
  require(!patch || fast, "the fast reader reads what the strict one reads");
  auto document = parse_json(text.substr(0, line_break));
  if (!document || !patch) return 0;
  const std::string before = canonical_json(*document);
  const auto done = apply_patch(*document, steps_of(*patch));
  require(done || canonical_json(*document) == before, "a failed patch changes nothing");
  for (const PatchStep& step : steps_of(*patch)) {
    const auto tokens = parse_pointer(step.path);
    if (tokens)
      require(parse_pointer(pointer_text(*tokens)) == *tokens, "pointers read back equal");
  }
  return 0;
}
