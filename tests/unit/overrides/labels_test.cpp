#include "overrides/overriders/labels.h"

#include "tests/support/documents.h"
#include "tests/support/problems.h"

using namespace flotilla;
using namespace flotilla::overrides;

TEST_CASE("labels and annotations of the object are added, replaced, removed") {
  const auto [before, entry, after] = GENERATE(table<std::string, std::string, std::string>({
      {"{'a': '1'}", "{'operator': 'add', 'value': {'a': '2', 'x.io/b': '3'}}",
       "{'a': '2', 'x.io/b': '3'}"},
      {"{'a': '1'}", "{'operator': 'replace', 'value': {'a': '2', 'b': '3'}}", "{'a': '2'}"},
      {"{'a': '1', 'b': '2'}", "{'operator': 'remove', 'value': {'a': 'other', 'c': ''}}",
       "{'b': '2'}"},
      {"null", "{'operator': 'add', 'value': {'a': '2'}}", "{'a': '2'}"},
      {"null", "{'operator': 'replace', 'value': {'a': '2'}}", "null"},
      {"null", "{'operator': 'remove', 'value': {'a': '2'}}", "null"},
      {"{'n': 1}", "{'operator': 'add', 'value': {'a': '2'}}",
       "{'n': 1, 'a': '2'}"},  // quirk Q31 fixed
  }));
  const auto [field, read] = GENERATE(
      table<std::string, std::optional<Overrider> (*)(const Json::Value&, const Reading&)>({
          {"labels", read_labels_overrider},
          {"annotations", read_annotations_overrider},
      }));
  INFO(field << ": " << before << " with " << entry);
  const auto around = [field = field](const std::string& map) {
    const std::string marks = "{'metadata': {'name': 'x', '" + field + "': " + map + "}, 'spec': ";
    return test::tree(marks + "{'template': {'metadata': {'labels': {'a': '1'}}}}}");
  };
  Problems problems;
  const auto overrider = read(test::tree(entry), {"p.yaml", "", problems});
  REQUIRE(overrider);
  CHECK(overrider->kind == field + "Overrider");
  Json::Value object = around(before);
  REQUIRE(overrider->apply(object, Cluster{}));
  CHECK(canonical_json(object) == canonical_json(around(after)));
}

TEST_CASE("a missing map is made by add alone") {
  Problems problems;
  const auto overrider = read_labels_overrider(
      test::tree("{'operator': 'add', 'value': {'a': 'b'}}"), {"p", "", problems});
  REQUIRE(overrider);
  Json::Value object = test::tree("{'metadata': {}}");
  REQUIRE(overrider->apply(object, Cluster{}));
  CHECK(label(object, "a") == "b");
  Json::Value wrong = test::tree("{'metadata': {'labels': 'x'}}");
  CHECK_THAT(to_string(overrider->apply(wrong, Cluster{}).error()),
             Catch::Contains("p:1:1: metadata.labels is a text, want a map"));
}

TEST_CASE("faults of a labelsOverrider") {
  const auto [entry, code, message] = GENERATE(table<const char*, const char*, const char*>({
      {"{'operator': 'add'}", "missing-field", "value is missing"},
      {"{'value': {}}", "missing-field", "operator is missing"},
      {"{'operator': 'add', 'value': {'a': 1}}", "wrong-type",
       "value[\"a\"] is a number, want a text"},
      {"{'operator': 'add', 'value': {'a b': 'c'}}", "invalid-value", "value has the key \"a b\""},
      {"{'operator': 'add', 'value': {'a': 'b c'}}", "invalid-value",
       "value has the value \"b c\""},
  }));
  Problems problems;
  INFO(entry);
  CHECK_FALSE(read_labels_overrider(test::tree(entry), {"p.yaml", "", problems}));
  CHECK(test::has_error(problems, code, message));
}

TEST_CASE("annotations take any text, and upper case in the prefix of a key") {
  Problems problems;
  CHECK(read_annotations_overrider(
      test::tree("{'operator': 'add', 'value': {'Example.COM/a': 'any text, {}'}}"),
      {"p.yaml", "", problems}));
  CHECK_FALSE(read_annotations_overrider(test::tree("{'operator': 'add', 'value': {'a b': 'c'}}"),
                                         {"p.yaml", "", problems}));
  CHECK(test::has_error(problems, "invalid-value", "has the key \"a b\""));
}
