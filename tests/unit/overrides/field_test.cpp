#include "overrides/overriders/field.h"

#include "tests/support/documents.h"
#include "tests/support/problems.h"

using namespace flotilla;
using namespace flotilla::overrides;

TEST_CASE("where the first document of a YAML text ends") {
  const auto [text, document, others] = GENERATE(table<std::string, std::string, std::string>({
      {"", "", ""},
      {"a: 1\n", "a: 1\n", ""},
      {"a: 1\n---\nb: 2\n", "a: 1\n", "---\nb: 2\n"},
      {"---\na: 1\n---\nb: 2", "---\na: 1\n", "---\nb: 2"},
      {"# c\n\n%YAML 1.1\n--- \na: 1\n--- b\n", "# c\n\n%YAML 1.1\n--- \na: 1\n", "--- b\n"},
      {"--- {a: 1}\n---", "--- {a: 1}\n", "---"},
      {"---\n---\na: 1\n", "---\n", "---\na: 1\n"},
      {"a: 1\n...\n", "a: 1\n", ""},
      {"a: 1\n...\n# end\n", "a: 1\n", ""},
      {"a: 1\n...\n---\nb: 2\n", "a: 1\n", "...\n---\nb: 2\n"},
      {"a: |\n  ---\n  x\nb: ---x\n", "a: |\n  ---\n  x\nb: ---x\n", ""},
      {"a: 1\r\n---\r\nb: 2\r\n", "a: 1\r\n", "---\r\nb: 2\r\n"},
      {"---x: 1\n", "---x: 1\n", ""},
  }));
  INFO(text);
  const FirstDocument parts = split_first_document(text);
  CHECK(parts.document == document);
  CHECK(parts.others == others);
}

TEST_CASE("errors point at the operation, or at the entry") {
  Problems problems;
  const auto overrider = read_field_overrider(
      test::tree("{'fieldPath': '/data/c', 'json': [\n{'subPath': '/a', 'operator': 'add', "
                 "'value': 1},\n{'subPath': '/b', 'operator': 'remove'}]}"),
      {"p.yaml", "", problems});
  REQUIRE(overrider);
  Json::Value object = test::tree("{'data': {'c': '{}'}}");
  CHECK(to_string(overrider->apply(object, Cluster{}).error()) ==
        "p.yaml:3:1: there is no \"b\" (while applying step 2, remove \"/b\", while changing the "
        "text in "
        "/data/c)");
  CHECK(object["data"]["c"] == "{}");
  object["data"]["c"] = "{";
  CHECK_THAT(to_string(overrider->apply(object, Cluster{}).error()),
             Catch::StartsWith("p.yaml:1:1: the text is no JSON"));
}

TEST_CASE("an error about a Secret does not hold its text") {
  const std::string form = GENERATE("json", "yaml");
  Problems problems;
  const auto overrider =
      read_field_overrider(test::tree("{'fieldPath': '/stringData/c', '" + form +
                                      "': [{'subPath': '/a', 'operator': 'remove'}]}"),
                           {"p.yaml", "", problems});
  REQUIRE(overrider);
  const std::string text = GENERATE("hunter2", "{'hunter2': 1, 'hunter2': 2}", "hunter2: [", "{}");
  Json::Value secret = test::tree("{'kind': 'Secret', 'stringData': {}}");
  secret["stringData"]["c"] = replace_all(text, "'", "\"");
  INFO(text);
  const auto done = overrider->apply(secret, Cluster{});
  REQUIRE_FALSE(done);
  CHECK(done.error().message == "the text in /stringData/c cannot be changed");
  CHECK(done.error().context.empty());
  CHECK(done.error().where.line == 1);
}

TEST_CASE("big YAML texts are changed too, and keys that stand twice are told") {
  Problems problems;
  const auto overrider = read_field_overrider(
      test::tree("{'fieldPath': '/c', 'yaml': [{'subPath': '/k7', 'operator': 'remove'}]}"),
      {"p.yaml", "", problems});
  REQUIRE(overrider);
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "k" + std::to_string(i) + ": v\n";
  Json::Value object(Json::objectValue);
  object["c"] = text;
  REQUIRE(overrider->apply(object, Cluster{}));
  CHECK(object["c"].asString() == replace_all(text, "k7: v\n", ""));  // in natural order
  object["c"] = "k7: 1\nk7: 2\n";
  CHECK_THAT(overrider->apply(object, Cluster{}).error().message,
             Catch::Contains("k7") && Catch::Contains("(line 2 of it)"));
}
