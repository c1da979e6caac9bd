#include "overrides/resolve.h"
#include "render/document/json.h"
#include "render/yaml/reader.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

using namespace flotilla;
using namespace flotilla::overrides;

namespace {

void require(bool truth, const char* what) {
  if (truth) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

Object target() {
  Object object;
  object.tree = *parse_json(
      R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop",)"
      R"("labels":{"app":"web"},"annotations":{"j":"{\"b\":1.50,\"a\":[1,{\"c\":\"x\"}]}",)"
      R"("y":"a: [1, 2]\nb: {c: on}\n---\nd: 1\n"}},"spec":{"replicas":2,"template":{"spec":)"
      R"({"containers":[{"name":"a","image":"r.io:5000/a/b:1.2","command":["x"],"args":["y",1]},)"
      R"({"name":"b","image":"nginx"}],"initContainers":[{"name":"i","image":"i@sha256:00"}]}}}})");
  object.api_version = "apps/v1";
  object.key = key_of(object.tree);
  return object;
}

// Every overrider alone: it fails and changes nothing, or does the same every time.
void run_alone(const OverridePolicy& policy, const Object& object, const Cluster& cluster) {
  const std::string before = canonical_json(object.tree);
  for (const OverrideRule& rule : policy.rules) {
    for (const Overrider& overrider : rule.overriders) {
      Json::Value first = object.tree;
      Json::Value second = object.tree;
      const auto done = overrider.apply(first, cluster);
      require(done.has_value() == overrider.apply(second, cluster).has_value(), "same outcome");
      require(canonical_json(first) == canonical_json(second), "same object");
      require(done || canonical_json(first) == before, "a failure changes nothing");
    }
  }
}

}  // namespace

// The input is the text of a policy. It is read, and what is read is applied to a Deployment.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Object object = target();
  Cluster cluster;
  cluster.name = "eu";
  cluster.labels = {{"env", "prod"}};
  cluster.zones = {"a", "b"};
  const yaml::Limits limits{1U << 16U, 50, 2000, 10};
  const auto read =
      yaml::read_documents({reinterpret_cast<const char*>(data), size}, "p.yaml", limits);
  for (const yaml::Document& document : read.documents) {
    Object file{document.tree, get_string(document.tree, "apiVersion"), key_of(document.tree),
                document.start};
    Problems problems;
    auto policy = read_override_policy(file, problems);
    if (!policy) {
      require(!problems.empty(), "a policy that is not read has a fault");
      continue;
    }
    run_alone(*policy, object, cluster);
    const OverrideIndex index({std::move(*policy)});
    std::vector<Touch> touches;
    Json::Value tree = object.tree;
    for (const auto& transform : transforms(index.candidates(object), cluster, &touches))
      if (!transform(tree)) break;
  }
  return 0;
}
