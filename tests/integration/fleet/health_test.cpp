#include "tests/integration/fleet/eventually.h"
#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/service.h"

#include <catch2/catch.hpp>

// What counts as ready, and who may say so.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;

const std::string member = "eu-prod";
const std::string sale = "Promotion team/sale";
const std::string after = "ConfigMap team/after";

World shop_world(const std::string& fleet_spec) {
  World world = small_world({member});
  also_select(world, {"apiextensions.k8s.io/v1 CustomResourceDefinition",
                      "shop.example.com/v1alpha1 Promotion", "batch/v1 Job"});
  write_fleet(world, fleet_spec);
  world.repo.write("definition.yaml", promotion_definition());
  world.repo.write("sale.yaml", promotion("sale"));
  world.commit("promotions");
  return world;
}

void write_after(World& world, const std::string& on) {
  world.repo.write("after.yaml", annotated_map("after", {"flotilla.dev/depends-on: " + on}));
}

const std::string job = R"(apiVersion: batch/v1
kind: Job
metadata: {name: task, namespace: team}
spec:
  suspend: true
  template:
    spec:
      restartPolicy: Never
      containers: [{name: c, image: example.com/c:1}]
)";

const std::string phase_rule = R"(apiVersion: config.karmada.io/v1alpha1
kind: ResourceInterpreterCustomization
metadata: {name: promotion}
spec:
  target: {apiVersion: shop.example.com/v1alpha1, kind: Promotion}
  customizations:
    healthInterpretation:
      luaScript: |
        function InterpretHealth(obj)
          return obj.status ~= nil and obj.status.phase == "Running"
        end
)";

}  // namespace

TEST_CASE("a custom resource that nobody has looked at is a state of its own", "[health]") {
  const World world = shop_world("  health: {statusGrace: 1h}\n");
  REQUIRE(world.run_once().code == 0);
  CHECK(inventory_item(world, member, sale)["readiness"]["state"].asString() == "NoStatus");
  write_status(*world.members, member, sale, R"({"phase":"Running"})");
  REQUIRE(world.run_once().code == 0);
  // kstatus: a status without conditions is current.
  CHECK_FALSE(inventory_item(world, member, sale)["readiness"]["state"].asString() == "NoStatus");
  CHECK(contains(world.status_file("bindings/team/sale-promotion.yaml"), "phase: Running"));
}

TEST_CASE("a kind without any status is current after a while", "[health][continuous][slow]") {
  World world = shop_world("  health: {statusGrace: 5s}\n");
  write_after(world, "Promotion.shop.example.com/team/sale");
  world.commit("behind it");
  const Service service(world);
  Process process = service.start();
  try {
    eventually(15s, "the sale is there",
               [&] { return is_live(*world.members, member, sale) ? "" : "it is not"; });
    CHECK_FALSE(is_live(*world.members, member, after));
    // No event tells that time has passed.
    eventually(20s, "what waits for it is applied",
               [&] { return is_live(*world.members, member, after) ? "" : "it is not"; });
    end(process);
  } catch (...) {
    WARN("the service said:\n" << read_file(service.log));
    throw;
  }
}

TEST_CASE("a health rule of the repository says what is ready", "[health]") {
  World world = shop_world("  readinessTimeout: 2s\n  health: {statusGrace: 0s}\n");
  world.repo.write("rule.yaml", phase_rule);
  write_after(world, "Promotion.shop.example.com/team/sale");
  world.commit("behind a rule");
  const Outcome waiting = world.run_once();
  INFO(waiting.text());
  CHECK(waiting.code == 3);
  CHECK_FALSE(is_live(*world.members, member, after));
  // By kstatus it would be current.
  write_status(*world.members, member, sale,
               R"({"phase":"Waiting","conditions":[{"type":"Ready","status":"True"}]})");
  CHECK(world.run_once().code == 3);
  CHECK_FALSE(is_live(*world.members, member, after));

  write_status(*world.members, member, sale, R"({"phase":"Running"})");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(is_live(*world.members, member, after));
}

TEST_CASE("a started Job is ready, unless Jobs have to be complete", "[health]") {
  World world = shop_world("  readinessTimeout: 2s\n");
  world.repo.write("job.yaml", job);
  write_after(world, "Job.batch/team/task");
  SECTION("started") {
    world.repo.replace("job.yaml", "suspend: true", "suspend: false");
    world.commit("behind a job");
    // A Job's controller says when it began; the simulator's does.
    const Outcome run = world.run_once();
    INFO(run.text());
    if (run.code == 3) {
      write_status(*world.members, member, "Job team/task",
                   R"({"startTime":"2026-01-01T00:00:00Z","active":1})");
      CHECK(world.run_once().code == 0);
    }
    CHECK(is_live(*world.members, member, after));
  }
  SECTION("complete") {
    write_fleet(world, "  readinessTimeout: 2s\n  health: {jobs: Complete}\n");
    world.commit("behind a job");
    CHECK(world.run_once().code == 3);
    CHECK_FALSE(is_live(*world.members, member, after));
    write_status(*world.members, member, "Job team/task",
                 R"({"startTime":"2026-01-01T00:00:00Z","completionTime":"2026-01-01T00:00:09Z",)"
                 R"("succeeded":1,"conditions":[{"type":"SuccessCriteriaMet","status":"True"},)"
                 R"({"type":"Complete","status":"True"}]})");
    const Outcome run = world.run_once();
    INFO(run.text());
    CHECK(run.code == 0);
    CHECK(is_live(*world.members, member, after));
  }
}

}  // namespace flotilla::tests
