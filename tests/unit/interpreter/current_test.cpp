#include "render/interpreter/interpreter.h"
#include "tests/support/documents.h"

#include <fstream>

using namespace flotilla;

// tests/tables/kstatus.tsv: a line is "current" or "waiting", apiVersion, kind, the rest of the
// object.
TEST_CASE("an object is current when kstatus says so") {
  std::ifstream table(FLOTILLA_SOURCE_DIR "/tests/tables/kstatus.tsv");
  REQUIRE(table);
  int rows = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.empty() || line.front() == '#') continue;
    const auto cells = split(line, '\t');
    REQUIRE(cells.size() == 4);
    const bool wanted = cells[0] == "current";
    REQUIRE((wanted || cells[0] == "waiting"));
    const std::string rest = cells[3] == "-" ? "" : ", " + cells[3];
    const Json::Value live =
        test::tree("{'apiVersion': '" + cells[1] + "', 'kind': '" + cells[2] + "'" + rest + "}");
    INFO(line);
    CHECK(interpreter::is_current(live) == wanted);
    ++rows;
  }
  CHECK(rows > 60);
}
