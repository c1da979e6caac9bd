#include "tests/integration/fleet/eventually.h"
#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/service.h"

#include <catch2/catch.hpp>

// What is suspended by a commit stays as it is until another commit.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;

const std::string eu = "eu-prod";
const std::string us = "us-prod";
const std::string one = "ConfigMap team/one";
const std::string two = "ConfigMap team/two";

}  // namespace

TEST_CASE("nothing is written to a suspended fleet, and all of it when that ends", "[suspend]") {
  World world = small_world({eu});
  REQUIRE(world.run_once().code == 0);
  write_fleet(world, "  suspend: {reason: audit}\n");
  world.commit("suspend");
  CHECK(world.run_once().code == 0);  // nothing differs
  world.repo.write("config/one.yaml", config_map("one", "new"));
  world.repo.write("config/three.yaml", config_map("three", "3"));
  world.commit("changes");
  edit(*world.members, eu, two, R"({"data":{"value":"by hand"}})");
  world.members->forget_requests();
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 3);
  CHECK(writes_on(*world.members, eu).empty());
  CHECK(contains(world.status_file("bindings/team/one-configmap.yaml"),
                 "suspended: audit (Fleet.spec.suspend)"));
  CHECK(contains(json_text(inventory_item(world, eu, two)), "kubectl-edit"));
  write_fleet(world, "");
  world.commit("resume");
  CHECK(world.run_once().code == 0);
  CHECK(value_of(*world.members, eu, one) == "new");
  CHECK(value_of(*world.members, eu, two) == "2");
  CHECK(is_live(*world.members, eu, "ConfigMap team/three"));
}

TEST_CASE("a cluster or an object is suspended, and the others go on", "[suspend]") {
  World world = small_world({eu, us});
  REQUIRE(world.run_once().code == 0);
  std::string file = cluster_file(us);
  file.insert(file.find("spec:"), "  annotations: {flotilla.dev/suspend: new network}\n");
  world.repo.write("clusters/us-prod.yaml", file);
  world.repo.write("config/one.yaml", config_map("one", "new"));
  world.repo.write("config/two.yaml",
                   annotated_map("two", {"flotilla.dev/suspend: \"true\""}, "new"));
  world.commit("changes");
  world.members->forget_requests();
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(writes_on(*world.members, us).empty());
  CHECK(value_of(*world.members, eu, one) == "new");
  CHECK(value_of(*world.members, eu, two) == "2");
  CHECK(contains(world.status_file("bindings/team/two-configmap.yaml"),
                 "suspended (flotilla.dev/suspend on the object)"));
  world.repo.write("clusters/us-prod.yaml", cluster_file(us));
  world.repo.write("config/two.yaml", config_map("two", "new"));
  world.commit("resume");
  CHECK(world.run_once().code == 0);
  for (const std::string& member : {eu, us}) {
    CHECK(value_of(*world.members, member, one) == "new");
    CHECK(value_of(*world.members, member, two) == "new");
  }
}

TEST_CASE("the service resumes as soon as the commit is there", "[suspend][continuous][slow]") {
  World world = small_world({eu});
  write_fleet(world, "  suspend: true\n");
  world.commit("suspended from the beginning");
  const Service service(world);
  Process process = service.start();
  eventually(20s, "the suspension is in the status", [&]() -> std::string {
    service.fetch_status();
    if (!world.repo.has(status_branch)) return "there is no status yet";
    const std::string file = world.status_file("bindings/team/one-configmap.yaml");
    return contains(file, "suspended (Fleet.spec.suspend)") ? "" : file;
  });
  CHECK_FALSE(is_live(*world.members, eu, one));
  write_fleet(world, "");
  service.push("resume");
  eventually(10s, "all is applied",
             [&] { return is_live(*world.members, eu, one) ? "" : "it is not there"; });
  end(process);
}

}  // namespace flotilla::tests
