#include "render/catalog/ignore.h"

#include "render/base/text.h"

#include <catch2/catch.hpp>

#include <fstream>

using namespace flotilla;
using catalog::IgnoreRules;

TEST_CASE("ignore files are read as git reads them") {
  std::ifstream table(FLOTILLA_SOURCE_DIR "/tests/tables/gitignore.tsv");
  REQUIRE(table);
  int rows = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.rfind("# patterns", 0) == 0) continue;
    const auto cells = split(line, '\t');
    INFO(line);
    REQUIRE(cells.size() == 3);
    IgnoreRules rules;
    rules.add("", replace_all(replace_all(cells[0], "\\n", "\n"), "\\r", "\r"));
    CHECK((rules.ignores(cells[1]) ? "yes" : "no") == cells[2]);
    ++rows;
  }
  CHECK(rows > 60);
}

TEST_CASE("deeper ignore files have the last word on what is below them") {
  IgnoreRules rules;
  rules.add("", "*.yaml\n!b.yaml\n");
  rules.add("x", "!a.yaml\n/b.yaml\n");
  CHECK(rules.ignores("a.yaml"));
  CHECK_FALSE(rules.ignores("b.yaml"));
  CHECK_FALSE(rules.ignores("x/a.yaml"));
  CHECK(rules.ignores("x/b.yaml"));
  CHECK_FALSE(rules.ignores("x/y/b.yaml"));
  CHECK(rules.ignores("xx/a.yaml"));
  CHECK_FALSE(IgnoreRules().ignores("a"));
}

TEST_CASE("no pattern takes long") {
  IgnoreRules rules;
  std::string pattern;
  for (int i = 0; i < 200; ++i) pattern += "**/*a";
  rules.add("", pattern + "b");
  std::string path;
  for (int i = 0; i < 200; ++i) path += "aaa/";
  CHECK_FALSE(rules.ignores(path + "a"));
}
