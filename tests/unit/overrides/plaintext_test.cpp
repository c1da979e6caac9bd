#include "overrides/overriders/plaintext.h"

#include "tests/support/documents.h"
#include "tests/support/problems.h"

using namespace flotilla;
using namespace flotilla::overrides;

namespace {

Overrider plaintext(const std::string& list) {
  Problems problems;
  const auto overrider = read_plaintext(test::tree(list), {"p.yaml", "", problems, "plaintext"});
  INFO(list);
  REQUIRE(overrider);
  return *overrider;
}

}  // namespace

TEST_CASE("plaintext is a JSON patch") {
  Json::Value object = test::tree(
      "{'spec': {'replicas': 1, 'list': [1, 2]}, 'metadata': {'annotations': {'a/b': 'x'}}}");
  const auto done = plaintext(
                        "[{'path': '/spec/replicas', 'operator': 'replace', 'value': 3}, {'path': "
                        "'/spec/list/-', 'operator': 'add', 'value': "
                        "{'k': []}}, {'path': '/metadata/annotations/a~1b', 'operator': 'remove', "
                        "'value': 'ignored'}, {'path': '/spec/none', "
                        "'operator': 'add'}]")
                        .apply(object, Cluster{});
  REQUIRE(done);
  CHECK(
      canonical_json(object) ==
      R"({"metadata":{"annotations":{}},"spec":{"list":[1,2,{"k":[]}],"none":null,"replicas":3}})");
}

TEST_CASE("an operation that fails undoes the whole patch and is pointed at") {
  Json::Value object = test::tree("{'spec': {'replicas': 1}}");
  const auto done = plaintext(
                        "[{'path': '/spec/replicas', 'operator': 'replace', 'value': 3},\n"
                        " {'path': '/spec/a/b', 'operator': 'add', 'value': 1},\n"
                        " {'path': '/spec/replicas', 'operator': 'remove'}]")
                        .apply(object, Cluster{});
  REQUIRE_FALSE(done);
  CHECK_THAT(to_string(done.error()),
             Catch::StartsWith("p.yaml:2:2: ") && Catch::Contains("/spec/a/b"));
  CHECK(canonical_json(object) == R"({"spec":{"replicas":1}})");
}

TEST_CASE("faults of plaintext, all of them") {
  Problems problems;
  CHECK_FALSE(read_plaintext(
      test::tree("[{'operator': 'add', 'value': 1},\n{'path': '/a', 'operator': 'move'},\n"
                 "{'path': 'a', 'operator': 'add'},\n'x']"),
      {"p.yaml", "", problems, "plaintext"}));
  const auto lines = test::lines(problems);
  REQUIRE(lines.size() == 4);
  CHECK(lines[0] == "1:2 missing-field plaintext[0].path is missing, want a text");
  CHECK(lines[1] ==
        "2:28 invalid-value plaintext[1].operator is \"move\", want one of add, remove, replace");
  CHECK_THAT(lines[2], Catch::StartsWith("~3:10 invalid-pointer plaintext[2].path "));
  CHECK(lines[3] == "4:1 wrong-type plaintext[3] is a text, want a map");
}
