#include "tests/integration/fleet/eventually.h"
#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/service.h"

#include <catch2/catch.hpp>

// What people do to managed objects while Flotilla runs, and what it does about it.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

const std::string member = "eu-prod";
const std::string one = "ConfigMap team/one";
const std::string two = "ConfigMap team/two";
const std::string web = "Deployment team/web";
constexpr auto soon = 2s;  // after the event
constexpr const char* part_of = "applyset.kubernetes.io/part-of";

World drift_world(const std::string& fleet_spec) {
  World world = small_world({member});
  also_select(world, {"apps/v1 Deployment"});
  write_fleet(world, fleet_spec);
  world.repo.write("web.yaml", deployment("web"));
  world.commit("something to drift");
  return world;
}

// Runs `scenario` while the service runs, from when it has settled.
template <class Scenario>
void while_running(World& world, Scenario scenario) {
  const Service service(world);
  Process process = service.start();
  try {
    service.settled_head();
    scenario(service);
    end(process);
  } catch (...) {
    WARN("the service said:\n" << read_file(service.log));
    throw;
  }
}

void corrected(const std::string& what, const std::function<std::string()>& why_not) {
  const auto from = Clock::now();
  eventually(soon, what, why_not);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - from);
  UNSCOPED_INFO(what << " after " << took.count() << " ms");
}

std::function<std::string()> has_value(const World& world, const std::string& name,
                                       const std::string& wanted) {
  return [&world, name, wanted] {
    const std::string value = value_of(*world.members, member, name);
    return value == wanted ? "" : "value is \"" + value + "\"";
  };
}

// Until the inventory says `state` of the object; gives the item.
Json::Value item_in_state(const Service& service, const std::string& name,
                          const std::string& state) {
  eventually(20s, name + " is " + state, [&]() -> std::string {
    service.fetch_status();
    const Json::Value item = inventory_item(service.world, member, name);
    return item["state"].asString() == state ? "" : "it is " + json_text(item);
  });
  return inventory_item(service.world, member, name);
}

}  // namespace

TEST_CASE("edit, scale, delete and lost labels are corrected at once",
          "[drift][continuous][slow]") {
  World world = drift_world("");
  while_running(world, [&](const Service& service) {
    edit(*world.members, member, one, R"({"data":{"value":"by hand"}})");
    corrected("the edit is taken back", has_value(world, one, "1"));
    eventually(20s, "who it was is in the status", [&]() -> std::string {
      service.fetch_status();
      const Json::Value item = inventory_item(world, member, one);
      return contains(item["drift"].asString(), "kubectl-edit") ? "" : json_text(item);
    });

    scale(*world.members, member, web, 9, "kubectl");
    corrected("the scale is taken back", [&] {
      const int replicas = read_live(*world.members, member, web)["spec"]["replicas"].asInt();
      return replicas == 3 ? "" : "replicas: " + std::to_string(replicas);
    });

    delete_live(*world.members, member, two);
    corrected("the object is back", has_value(world, two, "2"));

    edit(*world.members, member, two,
         std::string(R"({"metadata":{"labels":{")") + part_of + R"(":null}}})");
    corrected("the label is back", [&]() -> std::string {
      const Json::Value live = read_live(*world.members, member, two);
      return live["metadata"]["labels"].isMember(part_of) ? "" : "it has none";
    });

    edit(*world.members, member, one, R"({"data":{"value":null}})");
    corrected("the field is back", has_value(world, one, "1"));

    // A field that we do not set is nobody's drift.
    edit(*world.members, member, one, R"({"data":{"more":"theirs"}})");
    service.settled_head();
    CHECK(read_live(*world.members, member, one)["data"]["more"].asString() == "theirs");
    const Json::Value item = inventory_item(world, member, one);
    CHECK(item["state"].asString() == "Applied");
  });
}

TEST_CASE("drift that is only to be reported stays, with who did it", "[drift][continuous][slow]") {
  World world = drift_world("  drift: Report\n");
  while_running(world, [&](const Service& service) {
    edit(*world.members, member, one, R"({"data":{"value":"by hand"}})");
    const Json::Value item = item_in_state(service, one, "Drifted");
    CHECK(contains(json_text(item), "kubectl-edit"));
    CHECK(contains(json_text(item), ".data.value"));
    CHECK(contains(world.status_file("README.md"), "kubectl-edit"));
    CHECK(value_of(*world.members, member, one) == "by hand");

    delete_live(*world.members, member, two);
    eventually(20s, "the deletion is reported", [&] {
      service.fetch_status();
      const bool told = contains(world.status_file("README.md"), "ConfigMap/team/two");
      return told ? "" : "it is not";
    });
    CHECK_FALSE(is_live(*world.members, member, two));

    // A change in git is no drift: it is applied.
    world.repo.write("config/one.yaml", config_map("one", "changed"));
    service.push("changed");
    eventually(10s, "the change is applied", has_value(world, one, "changed"));
    item_in_state(service, one, "Applied");
  });
}

TEST_CASE("drift is corrected, reported or ignored per policy and object",
          "[drift][continuous][slow]") {
  World world = drift_world("");
  world.repo.write("config/one.yaml", annotated_map("one", {"flotilla.dev/drift: Ignore"}));
  write_policy(world, "reported", {"v1 ConfigMap two", "v1 ConfigMap three"},
               "  priority: 1\n  preemption: Always\n", "{flotilla.dev/drift: Report}");
  world.repo.write("config/three.yaml", annotated_map("three", {"flotilla.dev/drift: Correct"}));
  world.commit("each in its way");
  while_running(world, [&](const Service& service) {
    for (const std::string name : {"one", "two", "three"})
      edit(*world.members, member, "ConfigMap team/" + name, R"({"data":{"value":"by hand"}})");
    corrected("the object that says so is corrected",
              has_value(world, "ConfigMap team/three", "1"));
    item_in_state(service, two, "Drifted");
    service.settled_head();
    CHECK(value_of(*world.members, member, two) == "by hand");
    CHECK(value_of(*world.members, member, one) == "by hand");
    CHECK(inventory_item(world, member, one)["state"].asString() == "Applied");
  });
}

TEST_CASE("a single run corrects and reports drift too", "[drift]") {
  World world = drift_world("");
  write_policy(world, "reported", {"v1 ConfigMap two"}, "  priority: 1\n  preemption: Always\n",
               "{flotilla.dev/drift: Report}");
  world.commit("two is reported");
  REQUIRE(world.run_once().code == 0);
  edit(*world.members, member, one, R"({"data":{"value":"by hand"}})");
  edit(*world.members, member, two, R"({"data":{"value":"by hand"}})");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(value_of(*world.members, member, one) == "1");
  CHECK(value_of(*world.members, member, two) == "by hand");
  CHECK(inventory_item(world, member, two)["state"].asString() == "Drifted");
  CHECK(contains(world.status_file("README.md"), "kubectl-edit"));
}

TEST_CASE("with nothing happening there are no requests but watches and probes",
          "[drift][continuous][slow]") {
  World world = small_world({"eu-prod", "us-prod"});
  while_running(world, [&](const Service&) {
    world.members->forget_requests();
    const auto until = Clock::now() + 5s;
    eventually(20s, "five quiet seconds have passed",
               [&] { return Clock::now() > until ? "" : "not yet"; });
    for (const std::string& name : world.members->names())
      for (const SeenRequest& request : world.members->requests(name)) {
        INFO(name << ": " << to_string(request) << "?" << request.query);
        CHECK(request.method == "GET");
        CHECK((contains(request.query, "watch=") || request.path == "/readyz"));
      }
  });
}

}  // namespace flotilla::tests
