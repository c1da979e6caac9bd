#include "tests/integration/fleet/eventually.h"
#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

#include <csignal>
#include <thread>

// `flotilla run` as a service: it acts on a push within seconds, is quiet while nothing changes,
// and ends on SIGTERM.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;

// A bare repository that the work tree pushes to, and the service that watches it.
struct Service {
  explicit Service(World& of) : world(of) {
    world.repo.git({"clone", "--quiet", "--bare", world.repo.path().string(), bare.string()});
    world.repo.git({"remote", "add", "origin", bare.string()});
  }

  Process start() const {
    return Process({flotilla_program(), "run", "--repo", bare.string(), "--kubeconfig",
                    world.kubeconfig.string(), "--data-dir", world.data_dir.string(), "--interval",
                    "1s", "-v"},
                   log);
  }

  void push(const std::string& message) const {
    world.commit(message);
    world.repo.git({"push", "--quiet", "origin", "main"});
  }

  std::string status_head() const {
    if (!world.repo.git({"ls-remote", "origin", status_branch}).empty())
      world.repo.git({"fetch", "--quiet", "--force", "origin",
                      status_branch + ":refs/heads/" + status_branch});
    return world.repo.has(status_branch) ? world.repo.git({"rev-parse", status_branch}) : "";
  }

  // The status branch speaks of the last commit, and has not moved for a while.
  std::string settled_head() const {
    std::string head;
    auto since = std::chrono::steady_clock::now();
    eventually(60s, "the status branch settles", [&]() -> std::string {
      const std::string now = status_head();
      if (now != head) since = std::chrono::steady_clock::now();
      head = now;
      if (head.empty()) return "there is none";
      const std::string wanted = lines_of(world.repo.git({"rev-parse", "main"})).front();
      if (!contains(world.status_file("fleet.yaml"), wanted)) return "it is of an older commit";
      return std::chrono::steady_clock::now() - since > 7s ? "" : "it moved just now";
    });
    return head;
  }

  World& world;
  std::filesystem::path bare = world.folder.path() / "bare.git";
  std::filesystem::path log = world.folder.path() / "service.log";
};

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
    CHECK(world.status_commits() == commits + 1);
    CHECK(inventory_names(world, "eu-prod").contains("ConfigMap team/three"));

    process.signal(SIGTERM);
    REQUIRE(process.exits_within(15s));
    CHECK(exit_code(*process.exited()) == 0);
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
    process.signal(SIGTERM);
    REQUIRE(process.exits_within(15s));
    CHECK(exit_code(*process.exited()) == 0);
  } catch (...) {
    WARN("the service said:\n" << read_file(service.log));
    throw;
  }
}

}  // namespace flotilla::tests
