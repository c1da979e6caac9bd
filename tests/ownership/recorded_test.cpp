#include "tests/ownership/steps.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::ownership;

TEST_CASE("what was lost is known from what real servers keep, and nothing else") {
  REQUIRE(names().size() >= 4);
  for (const std::string& name : names()) {
    const std::vector<Step> steps = read_steps(name);
    const Json::Value recorded = read_recorded(name);
    REQUIRE(recorded.size() == steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i) {
      INFO(steps[i].title);
      if (steps[i].manifest.isNull()) continue;
      CHECK(lost_in(steps[i].manifest, recorded[static_cast<Json::ArrayIndex>(i)]) ==
            steps[i].lost);
    }
  }
}
