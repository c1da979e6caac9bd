#include "render/yaml/kubernetes_emitter.h"

#include "render/base/text.h"
#include "render/document/json.h"
#include "render/yaml/reader.h"

#include <catch2/catch.hpp>

#include <fstream>

using namespace flotilla;

namespace {

std::string emitted(std::string_view json) {
  const auto value = parse_json(json);
  REQUIRE(value);
  const auto text = yaml::emit_as_kubernetes(*value);
  REQUIRE(text);
  const auto again = yaml::read_documents(*text, "again.yaml");
  CHECK(again.problems.empty());
  REQUIRE(again.documents.size() == 1);
  CHECK(canonical_json(again.documents[0].tree) == canonical_json(*value));
  return *text;
}

}  // namespace

// tests/tables/kubernetes_yaml.tsv: a JSON value, and a JSON text with the YAML that
// sigs.k8s.io/yaml v1.6 makes of it.
TEST_CASE("YAML as sigs.k8s.io/yaml writes it") {
  std::ifstream table(FLOTILLA_SOURCE_DIR "/tests/tables/kubernetes_yaml.tsv");
  int rows = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.starts_with('#')) continue;
    const auto cells = split(line, '\t');
    REQUIRE(cells.size() == 2);
    INFO(line);
    CHECK(emitted(cells[0]) == parse_json(cells[1])->asString());
    ++rows;
  }
  CHECK(rows > 40);
}

TEST_CASE("a key that would merge maps is quoted") {
  CHECK(emitted(R"({"<<":1})") == "\"<<\": 1\n");
}

TEST_CASE("a text that is no UTF-8 cannot be written") {
  CHECK_FALSE(yaml::emit_as_kubernetes(Json::Value("\xFF")));
}
