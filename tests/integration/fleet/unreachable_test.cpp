#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

// One of three clusters does not answer: the others converge, the exit code says so, and it catches
// up when it is back.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;

enum class Fault { stopped, hanging };

void inflict(Members& members, const std::string& member, Fault fault) {
  if (fault == Fault::stopped) members.stop(member);
  if (fault == Fault::hanging) members.hang(member, true);
}

void heal(Members& members, const std::string& member, Fault fault) {
  if (fault == Fault::stopped) members.start(member);
  if (fault == Fault::hanging) members.hang(member, false);
}

const std::vector<std::string> three = {"ap-staging", "eu-prod", "us-prod"};

std::string value_of_one(const Members& members, const std::string& member) {
  const KubeReply reply = members.call(member, {.path = path_of("ConfigMap team/one")});
  if (reply.status != 200) return "status " + std::to_string(reply.status);
  return parse_json_text(reply.body)["data"]["value"].asString();
}

}  // namespace

TEST_CASE("a cluster that does not answer holds up nobody and catches up", "[slow]") {
  const Fault fault = GENERATE(Fault::stopped, Fault::hanging);
  INFO((fault == Fault::stopped ? "stopped" : "hanging"));
  World world = small_world(three);
  REQUIRE(world.run_once().code == 0);
  world.repo.write("config/one.yaml", config_map("one", "changed"));
  world.repo.remove("config/two.yaml");
  world.commit("one changed, two is gone");

  inflict(*world.members, "eu-prod", fault);
  const Outcome run = world.run_once({"--request-timeout", "2s"});
  INFO(run.text());
  CHECK(run.code == 3);
  CHECK(contains(run.err, "eu-prod"));
  CHECK(run.took < 60s);
  for (const std::string member : {"ap-staging", "us-prod"}) {
    INFO(member);
    CHECK(value_of_one(*world.members, member) == "changed");
    CHECK_FALSE(names_on(*world.members, member).contains("ConfigMap team/two"));
  }
  CHECK(contains(world.status_file("README.md"), "eu-prod"));
  // What is not known to be gone stays in the inventory.
  CHECK(inventory_names(world, "eu-prod").contains("ConfigMap team/two"));

  heal(*world.members, "eu-prod", fault);
  const Outcome again = world.run_once();
  INFO(again.text());
  CHECK(again.code == 0);
  CHECK(value_of_one(*world.members, "eu-prod") == "changed");
  CHECK_FALSE(names_on(*world.members, "eu-prod").contains("ConfigMap team/two"));
  CHECK(inventory_names(world, "eu-prod") ==
        std::set<std::string>{"ConfigMap team/one", "Namespace team"});
}

TEST_CASE("a cluster that was never reached catches up from nothing", "[slow]") {
  World world = small_world(three);
  world.members->stop("us-prod");
  const Outcome run = world.run_once({"--request-timeout", "2s"});
  INFO(run.text());
  CHECK(run.code == 3);
  CHECK(value_of_one(*world.members, "ap-staging") == "1");
  CHECK(value_of_one(*world.members, "eu-prod") == "1");
  world.members->start("us-prod");
  CHECK(world.run_once().code == 0);
  CHECK(value_of_one(*world.members, "us-prod") == "1");
}

TEST_CASE("with the default timeouts a hanging cluster costs at most a minute", "[slow][long]") {
  const World world = small_world(three);
  world.members->hang("ap-staging", true);
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 3);
  CHECK(run.took < 65s);
  CHECK(value_of_one(*world.members, "eu-prod") == "1");
  world.members->hang("ap-staging", false);
}

}  // namespace flotilla::tests
