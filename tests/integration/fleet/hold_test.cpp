#include "tests/integration/fleet/eventually.h"
#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/service.h"

#include <catch2/catch.hpp>

// A hold that an operator sets on the member itself.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;

const std::string member = "eu-prod";
const std::string one = "ConfigMap team/one";
const std::string parent = "ConfigMap flotilla-system/small";

void hold(const World& world, const std::string& value) {
  edit(*world.members, member, parent,
       R"({"metadata":{"annotations":{"flotilla.dev/hold":)" + value + "}}}", "kubectl-annotate");
}

}  // namespace

TEST_CASE("a held member is left alone until the hold is taken off", "[hold]") {
  World world = small_world({member});
  REQUIRE(world.run_once().code == 0);
  hold(world, "\"maintenance\"");
  world.repo.write("config/one.yaml", config_map("one", "new"));
  world.commit("a change");
  world.members->forget_requests();
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 3);
  CHECK(writes_on(*world.members, member).empty());
  const std::string file = world.status_file("bindings/team/one-configmap.yaml");
  CHECK(contains(file, "held on the cluster by kubectl-annotate"));
  CHECK(contains(file, "maintenance"));
  hold(world, "null");
  CHECK(world.run_once().code == 0);
  CHECK(value_of(*world.members, member, one) == "new");
}

TEST_CASE("the service honours a hold within seconds, and its end", "[hold][continuous][slow]") {
  World world = small_world({member});
  const Service service(world);
  Process process = service.start();
  service.settled_head();
  hold(world, "\"\"");
  edit(*world.members, member, one, R"({"data":{"value":"by hand"}})");
  eventually(20s, "the drift is told of", [&]() -> std::string {
    service.fetch_status();
    const std::string item = json_text(inventory_item(world, member, one));
    return contains(item, "held on the cluster by kubectl-annotate") ? "" : item;
  });
  CHECK(value_of(*world.members, member, one) == "by hand");
  hold(world, "null");
  eventually(5s, "the drift is corrected", [&] {
    const std::string value = value_of(*world.members, member, one);
    return value == "1" ? "" : "value is " + value;
  });
  end(process);
}

}  // namespace flotilla::tests
