#include "overrides/policy.h"
#include "tests/support/documents.h"
#include "tests/support/problems.h"

#include <fstream>

using namespace flotilla;
using namespace flotilla::overrides;

namespace {

// What comes out for one object, as a row of the table has it.
std::string outcome(Json::Value object, const std::string& overriders) {
  Problems problems;
  const auto policy = read_override_policy(
      test::object("{'apiVersion': 'policy.karmada.io/v1alpha1', 'kind': 'OverridePolicy', "
                   "'metadata': {'name': 'p', 'namespace': 'n'}, 'spec': {'overrideRules': "
                   "[{'overriders': " +
                   overriders + "}]}}"),
      problems);
  if (!policy) return "fault: " + join(test::lines(problems), "; ");
  for (const Overrider& overrider : policy->rules[0].overriders) {
    const auto done = overrider.apply(object, Cluster{});
    if (done) continue;
    CHECK(done.error().where.file == "test.json");
    CHECK(done.error().where.line > 0);
    return "error: " + done.error().message;
  }
  return canonical_json(object);
}

}  // namespace

// tests/tables/overriders.tsv: every sentence of sections 4 and 16 about one overrider, and what
// section 28 corrects.
TEST_CASE("overriders do what the specification says") {
  std::ifstream table(FLOTILLA_SOURCE_DIR "/tests/tables/overriders.tsv");
  int rows = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.starts_with('#')) continue;
    const auto cells = split(line, '\t');
    REQUIRE(cells.size() == 5);
    INFO(cells[0] << ": " << cells[1]);
    const std::string found = outcome(test::tree(cells[2]), cells[3]);
    if (cells[4].starts_with("error: ")) {
      CHECK_THAT(found, Catch::StartsWith(cells[4]));
    } else if (cells[4].starts_with("fault: ")) {
      CHECK_THAT(found, Catch::Contains(" spec.overrideRules[0].overriders." +
                                        cells[4].substr(std::string("fault: ").size())));
    } else {
      CHECK(found == canonical_json(test::tree(cells[4])));
    }
    ++rows;
  }
  CHECK(rows > 150);
}
