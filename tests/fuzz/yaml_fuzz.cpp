#include "render/document/json.h"
#include "render/yaml/emitter.h"
#include "render/yaml/kubernetes_emitter.h"
#include "render/yaml/reader.h"

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

}  // namespace

// Whatever is read can be written and read again, as YAML and as JSON, and stays the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const yaml::Limits limits{1U << 16U, 50, 2000, 100};
  const auto first =
      yaml::read_documents({reinterpret_cast<const char*>(data), size}, "f.yaml", limits);
  for (const yaml::Document& document : first.documents) {
    require(document.start.line > 0, "a document knows where it begins");
    const std::string json = canonical_json(document.tree);
    const std::string text = yaml::emit(document.tree);
    const auto again = yaml::read_documents(text, "again.yaml");
    require(again.problems.empty() && again.documents.size() == 1, "what is emitted can be read");
    require(canonical_json(again.documents[0].tree) == json, "what is emitted reads back equal");
    const auto as_kubernetes = yaml::emit_as_kubernetes(document.tree);
    require(as_kubernetes.has_value(), "what is read can be written as Kubernetes does");
    const auto read_back = yaml::read_documents(*as_kubernetes, "kubernetes.yaml");
    require(read_back.problems.empty() && read_back.documents.size() == 1 &&
                canonical_json(read_back.documents[0].tree) == json,
            "what is written as Kubernetes does reads back equal");
    const auto parsed = parse_json(json);
    require(parsed.has_value() && canonical_json(*parsed) == json,
            "canonical JSON reads back equal");
  }
  return 0;
}
