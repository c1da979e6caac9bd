#include "render/document/json.h"
#include "render/yaml/builder.h"
#include "render/yaml/reader.h"

#include <catch2/catch.hpp>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <sstream>

using namespace flotilla;

// A second parser in front of the same builder: where the two disagree about an ordinary document,
// one of them is misused.
namespace {

class Adapter : public YAML::EventHandler {
 public:
  explicit Adapter(yaml::Builder& builder) : builder_(builder) {}

  void OnDocumentStart(const YAML::Mark&) override { builder_.begin_document(); }
  void OnDocumentEnd() override { builder_.end_document(); }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.scalar(place(mark), name(anchor), {}, {}, true);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.alias(place(mark), name(anchor));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const bool plain = tag == "?";
    builder_.scalar(place(mark), name(anchor), plain || tag == "!" ? std::string() : tag, value,
                    plain);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    builder_.begin_list(place(mark), name(anchor));
  }
  void OnSequenceEnd() override { builder_.end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    builder_.begin_map(place(mark), name(anchor));
  }
  void OnMapEnd() override { builder_.end(); }

 private:
  static Position place(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }
  static std::string name(YAML::anchor_t anchor) {
    return anchor == 0 ? std::string() : std::to_string(anchor);
  }

  yaml::Builder& builder_;
};

yaml::ReadResult read_with_yamlcpp(const std::string& text) {
  yaml::ReadResult result;
  yaml::Builder builder("f.yaml", {}, result);
  Adapter adapter(builder);
  std::istringstream stream(text);
  YAML::Parser parser(stream);
  while (parser.HandleNextDocument(adapter)) {
  }
  return result;
}

// Every value with its place.
void describe(const Json::Value& value, std::string& out) {
  const Position place = position_of(value);
  out += std::to_string(place.line) + ":" + std::to_string(place.column) + " ";
  if (!value.isArray() && !value.isObject()) {
    out += canonical_json(value) + "\n";
    return;
  }
  out += std::string(type_name(value)) + "\n";
  for (auto it = value.begin(); it != value.end(); ++it) {
    if (value.isObject()) out += it.name() + " ";
    describe(*it, out);
  }
}

std::string describe(const yaml::ReadResult& result) {
  std::string out;
  for (const auto& document : result.documents) describe(document.tree, out);
  for (const Problem& problem : result.problems) out += to_string(problem) + "\n";
  return out;
}

}  // namespace

TEST_CASE("two parsers agree on ordinary documents, values and places") {
  const std::string text =
      GENERATE(as<std::string>{},
               R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  labels: {app: web, "on": 'yes', version: 1.10}
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: web
        image: nginx:1.25   # the image
        args: ["-c", 'it''s', "tab\tand \u00e4"]
        ports:
        - containerPort: 0x50
        - {containerPort: 8443, name: https}
        resources:
          limits: {cpu: 500m, memory: 1Gi}
)",
               R"(# two documents
---
a: |
  first
    second

  third
b: >-
  folded
  text

  with a gap
c: |+
  kept

d: "two
  lines"
e: plain
  on two lines
---
- - 1
  - 2.5
- null
- true
- {}
- []
- ''
)",
               R"(base: &base
  cpu: 1
  memory: &memory 2Gi
small:
  <<: *base
  cpu: 0.5
large:
  <<: [*base, {disk: 10}]
  memory: *memory
list: &list [a, b]
again: *list
)",
               R"({"apiVersion": "v1", "kind": "List", "items": [{"a": null, "b": -1.5e3}, []]})",
               "? explicit\n: key\n? other\n", "a: 1\na: 2\nb: .nan\n", "--- text\n--- 12\n...\n");
  INFO(text);
  const auto ours = yaml::read_documents(text, "f.yaml");
  CHECK(ours.documents.size() + ours.problems.size() > 0);
  CHECK(describe(ours) == describe(read_with_yamlcpp(text)));
}
