#include "tests/integration/fleet/eventually.h"
#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/service.h"

#include <catch2/catch.hpp>

// Somebody who changes an object back each time it is corrected.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;

const std::string member = "eu-prod";
const std::string one = "ConfigMap team/one";

std::size_t corrections_of_one(const Members& members) {
  std::size_t count = 0;
  for (const SeenRequest& request : members.requests(member))
    if (to_string(request) == "PATCH configmaps team/one" && request.status == 200) ++count;
  return count;
}

// Edits whenever it was corrected, until the service leaves it.
void fight(const World& world) {
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  auto last_change = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - last_change < 4s) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    if (value_of(*world.members, member, one) == "mine") continue;
    edit(*world.members, member, one, R"({"data":{"value":"mine"}})", "stubborn-controller");
    last_change = std::chrono::steady_clock::now();
  }
}

}  // namespace

TEST_CASE("a fight is given up for a while, and told", "[drift][continuous][slow]") {
  World world = small_world({member});
  const Service service(world);
  Process process = service.start();
  try {
    service.settled_head();
    world.members->forget_requests();
    fight(world);
    const std::size_t corrections = corrections_of_one(*world.members);
    INFO(corrections << " corrections");
    CHECK(corrections >= 5);
    CHECK(corrections <= 7);
    eventually(15s, "the fight is told", [&] {
      service.fetch_status();
      const std::string readme = world.status_file("README.md");
      const bool told = contains(readme, "stubborn-controller") && contains(readme, ".data.value");
      return told ? "" : "the status says\n" + readme;
    });
    CHECK(inventory_item(world, member, one)["state"].asString() == "Drifted");

    // Others are corrected as ever.
    edit(*world.members, member, "ConfigMap team/two", R"({"data":{"value":"by hand"}})");
    eventually(2s, "another object is corrected", [&] {
      const std::string value = value_of(*world.members, member, "ConfigMap team/two");
      return value == "2" ? "" : "value is " + value;
    });
    CHECK(value_of(*world.members, member, one) == "mine");
    end(process);
  } catch (...) {
    WARN("the service said:\n" << read_file(service.log));
    throw;
  }
}

}  // namespace flotilla::tests
