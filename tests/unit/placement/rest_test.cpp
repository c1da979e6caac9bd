#include "tests/unit/placement/fleets.h"

#include <catch2/catch.hpp>

// Feeding a decision back changes nothing, also where groups of clusters are chosen and those that
// hold the object already count for more than before.
using namespace flotilla;
using namespace flotilla::placement;

namespace {

// Nobody has room for 7: only who holds them has.
Once small_regions(const Placement& placement) {
  Once once{rooms({1, 2, 5}), placement, workload(7)};
  once.clusters[0].region = "ra";
  once.clusters[1].region = "rc";
  once.clusters[2].region = "rc";
  return once;
}

std::string again(Once once) {
  once.previous = once.schedule();
  return result(once);
}

}  // namespace

TEST_CASE("what a first scheduling chose stays chosen") {
  const Once once = small_regions(
      spread(duplicated(), {by(SpreadField::region, 1, 3), by(SpreadField::cluster, 2, 3)}));
  CHECK(result(once) == "m1=7 m2=7 m3=7");
  CHECK(again(once) == "m1=7 m2=7 m3=7");
}

TEST_CASE("what moves comes to rest at once") {
  Once once = small_regions(
      spread(duplicated(), {by(SpreadField::region, 1, 3), by(SpreadField::cluster, 2, 3)}));
  once.previous = once.schedule();
  once.previous->clusters = {{"m2", 7}};
  CHECK(result(once) == again(once));
  CHECK(result(once) == "m2=7 m3=7");
}
