#include "render/base/text.h"
#include "render/document/json.h"
#include "render/yaml/reader.h"

#include <catch2/catch.hpp>

#include <fstream>

using namespace flotilla;

namespace {

// The value of the only document, or "error LINE CODE".
std::string outcome(const yaml::ReadResult& result) {
  if (!result.problems.empty())
    return "error " + std::to_string(result.problems[0].where.line) + " " + result.problems[0].code;
  return result.documents.size() == 1 ? canonical_json(result.documents[0].tree) : "no document";
}

}  // namespace

TEST_CASE("scalars, keys, merges and aliases mean what they mean to kubectl") {
  std::ifstream table(FLOTILLA_SOURCE_DIR "/tests/tables/yaml_scalars.tsv");
  REQUIRE(table);
  int rows = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || line[0] == '#') continue;
    const auto cells = split(line, '\t');
    INFO(line);
    REQUIRE(cells.size() == 2);
    CHECK(outcome(yaml::read_documents(replace_all(cells[0], "\\n", "\n"), "f.yaml")) == cells[1]);
    ++rows;
  }
  CHECK(rows > 150);
}
