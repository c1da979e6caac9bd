#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

// `flotilla status` and `flotilla history` on a branch that `flotilla run` has written.
namespace flotilla::tests {
namespace {

Outcome tell(const World& world, Arguments arguments) {
  arguments.insert(arguments.begin() + 1, {"--repo", world.repo.path().string()});
  return flotilla(arguments);
}

}  // namespace

TEST_CASE("status and history tell what runs have done", "[record]") {
  World world = small_world({"eu-prod", "us-prod"});
  REQUIRE(world.run_once().code == 0);
  world.repo.write("config/one.yaml", config_map("one", "changed"));
  world.repo.remove("config/two.yaml");
  world.commit("One changed, two is gone");
  REQUIRE(world.run_once().code == 0);

  const Outcome bindings = tell(world, {"status", "bindings"});
  INFO(bindings.text());
  CHECK(bindings.code == 0);
  CHECK(contains(bindings.out, "ConfigMap/one   2/2                 Healthy"));
  const Outcome status = tell(world, {"status", "--bindings"});
  INFO(status.text());
  CHECK(contains(status.out, "Ready     yes for "));
  CHECK(contains(status.out, "eu-prod  yes "));
  CHECK(contains(status.out, "Namespace/team"));

  const Outcome history = tell(world, {"history"});
  INFO(history.text());
  const std::vector<std::string> lines = lines_of(history.out);
  REQUIRE(lines.size() == 4);
  CHECK(contains(lines[1], "One changed, two is gone  configured 2, removed 2  eu-prod, us-prod"));
  CHECK(contains(lines[1], "4/4 ready"));
  CHECK(contains(lines[2], "a small fleet             created 6                eu-prod, us-prod"));
  CHECK(contains(lines[3], "The history begins at "));

  const Outcome two =
      tell(world, {"history", "--object", "ConfigMap/team/two", "--cluster", "eu-prod"});
  INFO(two.text());
  REQUIRE(lines_of(two.out).size() == 4);
  CHECK(contains(lines_of(two.out)[1], "removed"));
  CHECK(contains(lines_of(two.out)[2], "created"));

  const Outcome then = tell(world, {"history", "--at", "main~1", "-o", "json"});
  const Json::Value document = parse_json_text(then.out);
  REQUIRE(document["inventory"].size() == 2);
  CHECK(document["inventory"][0]["items"].size() == 3);
}

TEST_CASE("history tells corrections", "[record]") {
  World world = small_world({"eu-prod"});
  REQUIRE(world.run_once().code == 0);
  edit(*world.members, "eu-prod", "ConfigMap team/one", R"({"data":{"value":"by hand"}})");
  REQUIRE(world.run_once().code == 0);
  const Outcome history = tell(world, {"history"});
  INFO(history.text());
  REQUIRE(lines_of(history.out).size() == 4);
  CHECK(contains(lines_of(history.out)[1], "corrected 1"));
}

}  // namespace flotilla::tests
