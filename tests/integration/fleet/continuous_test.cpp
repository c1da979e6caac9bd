#include "tests/integration/fleet/eventually.h"
#include "tests/integration/fleet/service.h"

#include <catch2/catch.hpp>

// `flotilla run` as a service: it acts on a push within seconds, is quiet while nothing changes,
// and ends on SIGTERM.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;

std::string lacks(const Members& members, const std::string& member, const std::string& name) {
  return names_on(members, member).contains(name) ? "" : member + " lacks " + name;
}

}  // namespace

TEST_CASE("a push is acted on within seconds, and an idle fleet is left in peace",
          "[continuous][slow]") {
  World world = small_world({"eu-prod", "us-prod"});
  const Service service(world);
  Process process = service.start();
  try {
    eventually(30s, "the first commit is applied",
               [&] { return lacks(*world.members, "us-prod", "ConfigMap team/two"); });
    service.settled_head();
    const std::size_t commits = world.status_commits();
    world.members->forget_requests();
    service.settled_head();  // watches it for some seconds
    CHECK(world.status_commits() == commits);
    CHECK(writes_on(*world.members, "eu-prod").empty());

    world.repo.write("config/three.yaml", config_map("three", "3"));
    service.push("three");
    for (const std::string member : {"eu-prod", "us-prod"})
      eventually(10s, "the push is applied",
                 [&] { return lacks(*world.members, member, "ConfigMap team/three"); });
    service.settled_head();
    // One while it moves, if that takes longer than a moment, and one when it is settled.
    CHECK(world.status_commits() > commits);
    CHECK(world.status_commits() <= commits + 2);
    CHECK(inventory_names(world, "eu-prod").contains("ConfigMap team/three"));

    end(process);
  } catch (...) {
    WARN("the service said:\n" << read_file(service.log));
    throw;
  }
}

TEST_CASE("what a single pass without credentials says beside the service is set right",
          "[continuous][slow]") {
  World world = small_world({"eu-prod", "us-prod"});
  const Service service(world);
  Process process = service.start();
  try {
    service.settled_head();
    CHECK(contains(world.status_file("README.md"), "2 of 2 clusters ready"));
    const Outcome pass = flotilla({"run", "--once", "--repo", service.bare.string(), "--kubeconfig",
                                   (world.folder.path() / "none").string(), "--data-dir",
                                   (world.folder.path() / "data-of-the-pass").string()});
    INFO(pass.text());
    CHECK(pass.code != 0);
    eventually(30s, "the status is that of the service", [&]() -> std::string {
      service.fetch_status();
      const std::string readme = world.status_file("README.md");
      return contains(readme, "2 of 2 clusters ready") ? "" : readme;
    });
    end(process);
  } catch (...) {
    WARN("the service said:\n" << read_file(service.log));
    throw;
  }
}

TEST_CASE("what is broken and mended while it runs", "[continuous][slow]") {
  World world = small_world({"eu-prod", "us-prod"});
  const Service service(world);
  Process process = service.start();
  try {
    service.settled_head();
    world.repo.write("config/two.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: two,\n");
    world.repo.write("config/three.yaml", config_map("three", "3"));
    service.push("two is broken, three is new");
    eventually(15s, "the good part is applied",
               [&] { return lacks(*world.members, "us-prod", "ConfigMap team/three"); });
    service.settled_head();
    CHECK(names_on(*world.members, "us-prod").contains("ConfigMap team/two"));
    CHECK(contains(world.status_file("README.md"), "config/two.yaml:"));

    world.members->stop("us-prod");
    world.repo.write("config/two.yaml", config_map("two", "mended"));
    service.push("mended");
    eventually(15s, "the other cluster has it", [&]() -> std::string {
      const LiveObjects live = live_objects(*world.members, "eu-prod");
      const Json::Value& value = live.at("ConfigMap team/two")["data"]["value"];
      return value == "mended" ? "" : "two is " + json_text(value);
    });
    world.members->start("us-prod");
    eventually(30s, "the cluster that was away has it", [&]() -> std::string {
      const LiveObjects live = live_objects(*world.members, "us-prod");
      const Json::Value& value = live.at("ConfigMap team/two")["data"]["value"];
      return value == "mended" ? "" : "two is " + json_text(value);
    });
    end(process);
  } catch (...) {
    WARN("the service said:\n" << read_file(service.log));
    throw;
  }
}

}  // namespace flotilla::tests
