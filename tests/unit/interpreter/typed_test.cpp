#include "render/interpreter/typed.h"

#include "tests/support/documents.h"

using namespace flotilla;
using interpreter::Reading;

TEST_CASE("absent and null fields are zero") {
  const Json::Value object = test::tree("{'none': null}");
  Reading reading(object);
  for (const char* key : {"none", "missing"}) {
    const auto field = reading.root().at(key);
    CHECK(!field.present());
    CHECK(field.text().empty());
    CHECK(field.count() == 0);
    CHECK(!field.count_if_set());
    CHECK(!field.truth());
    CHECK(!field.time());
    CHECK(field.items().empty());
    CHECK(field.members().empty());
    CHECK(field.map() == nullptr);
    CHECK(!field.at("deeper").at("down").present());
  }
  CHECK(reading.done());
}

TEST_CASE("fields of the right type") {
  const Json::Value object = test::tree(
      "{'text': 'a', 'yes': true, 'number': 7, 'whole': 7.0, 'large': 5000000000, 'list': [1, 2], "
      "'map': {'b': 'x', 'a': 'y'}, 'time': '1970-01-01T00:01:00Z', 'digits': '42'}");
  Reading reading(object);
  const auto root = reading.root();
  CHECK(root.at("text").text() == "a");
  CHECK(root.at("yes").truth());
  CHECK(root.at("number").count() == 7);
  CHECK(root.at("whole").count() == 7);
  CHECK(root.at("large").number() == 5000000000);
  CHECK(root.at("list").items().at(1).count() == 2);
  CHECK(root.at("map").members().at(0).first == "a");
  CHECK(root.at("map").map_of_texts() == find(object, "map"));
  CHECK(root.at("time").time() == 60);
  CHECK(root.at("digits").number_in_text() == 42);
  CHECK(reading.result(5) == 5);
}

TEST_CASE("only the first fault is told, with the path of its field") {
  const Json::Value object = test::tree("{'a': [{'b': 'x'}, {'b': 1}], 'c': 'y'}");
  Reading reading(object, "status of m1");
  for (const auto& item : reading.root().at("a").items()) item.at("b").text();
  reading.root().at("c").count();
  const auto result = reading.result(5);
  REQUIRE(!result);
  CHECK(result.error().code == Code::invalid);
  CHECK(result.error().message == "status of m1: a[1].b is a number, want a text");
}

TEST_CASE("a document that is no map") {
  const Json::Value text = test::tree("'x'");
  Reading named(text, "status of m1");
  named.root().at("a");
  REQUIRE(!named.done());
  CHECK(named.done().error().message == "status of m1 is a text, want a map");
}

TEST_CASE("maps are made on the way to a field") {
  Json::Value object = test::tree("{'spec': null, 'status': {'a': 'x'}}");
  const auto made = interpreter::map_at(object, {"spec", "selector"});
  REQUIRE(made);
  (**made)["b"] = 1;
  CHECK(canonical_json(object) == R"({"spec":{"selector":{"b":1}},"status":{"a":"x"}})");

  const auto blocked = interpreter::map_at(object, {"status", "a", "b"});
  REQUIRE(!blocked);
  CHECK(blocked.error().message == "status.a is a text, want a map");
}
