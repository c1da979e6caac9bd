#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

// What stays on a cluster though its file is gone, and what only moved.
namespace flotilla::tests {
namespace {

const std::string member = "eu-prod";

const std::vector<std::string> marks = {"helm.sh/resource-policy: keep",
                                        "client.lifecycle.config.k8s.io/deletion: detach",
                                        "flotilla.dev/preserve: \"true\""};

bool is_marked(const Json::Value& live) {
  const Json::Value& labels = live["metadata"]["labels"];
  return labels.isMember("applyset.kubernetes.io/part-of") ||
         labels.isMember("app.kubernetes.io/managed-by");
}

}  // namespace

TEST_CASE("what says that it is to be kept stays, and is ours no longer", "[keep]") {
  World world = small_world({member});
  std::set<std::string> kept;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    const std::string name = "kept-" + std::to_string(i);
    world.repo.write("kept/" + name + ".yaml", annotated_map(name, {marks[i]}));
    kept.insert("ConfigMap team/" + name);
  }
  world.repo.write("kept/protected.yaml",
                   "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: protected\n"
                   "  namespace: team\n  labels: {resourcetemplate.karmada.io/deletion-protected: "
                   "Always}\ndata: {value: \"1\"}\n");
  kept.insert("ConfigMap team/protected");
  world.repo.write("kept/preserved.yaml", config_map("preserved", "1"));
  write_policy(world, "preserve", {"v1 ConfigMap preserved"},
               "  preserveResourcesOnDeletion: true\n  priority: 1\n");
  kept.insert("ConfigMap team/preserved");
  world.commit("to be kept");
  REQUIRE(world.run_once().code == 0);
  for (const std::string& name : kept) {
    INFO(name);
    REQUIRE(is_marked(read_live(*world.members, member, name)));
  }
  world.repo.remove("kept");
  world.commit("gone from git");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  for (const std::string& name : kept) {
    INFO(name);
    const Json::Value live = read_live(*world.members, member, name);
    REQUIRE_FALSE(live.isNull());
    CHECK_FALSE(live["metadata"].isMember("deletionTimestamp"));
    CHECK(live["data"]["value"].asString() == "1");
    CHECK_FALSE(is_marked(live));
    CHECK_FALSE(inventory_names(world, member).contains(name));
  }
  // Once let go of, it is nobody's business.
  world.members->forget_requests();
  CHECK(world.run_once().code == 0);
  CHECK(writes_on(*world.members, member).empty());
}

TEST_CASE("a mark that somebody set on the live object counts", "[keep]") {
  World world = small_world({member});
  REQUIRE(world.run_once().code == 0);
  edit(*world.members, member, "ConfigMap team/two",
       R"({"metadata":{"annotations":{"helm.sh/resource-policy":"keep"}}})");
  world.repo.remove("config/two.yaml");
  world.commit("two is gone");
  CHECK(world.run_once().code == 0);
  CHECK(is_live(*world.members, member, "ConfigMap team/two"));
}

TEST_CASE("an object that is not to be changed is made and then left", "[keep]") {
  World world = small_world({member});
  const std::vector<std::string> ignore = {"client.lifecycle.config.k8s.io/mutation: ignore"};
  world.repo.write("config/once.yaml", annotated_map("once", ignore));
  world.commit("made once");
  REQUIRE(world.run_once().code == 0);
  REQUIRE(value_of(*world.members, member, "ConfigMap team/once") == "1");
  edit(*world.members, member, "ConfigMap team/once", R"({"data":{"value":"theirs"}})");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(value_of(*world.members, member, "ConfigMap team/once") == "theirs");
}

TEST_CASE("a move is no deletion", "[keep]") {
  World world = small_world({member});
  REQUIRE(world.run_once().code == 0);
  const std::string uid = uid_of(*world.members, member, "ConfigMap team/two");
  SECTION("to another file") { world.repo.git({"mv", "config/two.yaml", "moved.yaml"}); }
  SECTION("into a file with others") {
    world.repo.remove("config/two.yaml");
    world.repo.write("config/one.yaml", config_map("one", "1") + "---\n" + config_map("two", "2"));
  }
  SECTION("of everything to other files") { world.repo.git({"mv", "config", "elsewhere"}); }
  SECTION("to another policy") {
    world.repo.remove("policies/everywhere.yaml");
    write_policy(world, "another", {"v1 ConfigMap", "v1 Namespace"});
  }
  world.commit("moved");
  world.members->forget_requests();
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(uid_of(*world.members, member, "ConfigMap team/two") == uid);
  for (const std::string& write : writes_on(*world.members, member)) {
    INFO(write);
    CHECK_FALSE(write.starts_with("DELETE"));
  }
}

}  // namespace flotilla::tests
