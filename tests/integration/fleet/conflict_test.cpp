#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

// Fields that somebody else claims, fields that nobody is to touch, and fields that cannot change.
namespace flotilla::tests {
namespace {

const std::string member = "eu-prod";
const std::string one = "ConfigMap team/one";
const std::string web = "Deployment team/web";

std::string tuned(const std::string& value) {
  return "{apiVersion: v1, kind: ConfigMap, metadata: {name: one, namespace: team}, data: {value: "
         "\"" +
         value + "\"}}";
}

World deployment_world() {
  World world = small_world({member});
  also_select(world, {"apps/v1 Deployment", "v1 PersistentVolumeClaim"});
  world.repo.write("web.yaml", deployment("web"));
  world.commit("a deployment");
  REQUIRE(world.run_once().code == 0);
  return world;
}

std::string image_of(const Json::Value& live) {
  return live["spec"]["template"]["spec"]["containers"][0]["image"].asString();
}

std::string claim(const std::string& class_name) {
  return "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: disk\n"
         "  namespace: team\n  annotations: {flotilla.dev/recreate: \"true\"}\nspec:\n"
         "  accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n"
         "  storageClassName: " +
         class_name + "\n";
}

}  // namespace

TEST_CASE("a claim of another applier is reported with its name and fields", "[conflict]") {
  World world = small_world({member});
  REQUIRE(world.run_once().code == 0);
  apply_as(*world.members, member, "tuner", tuned("tuned"));
  for (int pass = 1; pass <= 2; ++pass) {  // it is no drift either
    INFO("pass " << pass);
    const Outcome run = world.run_once();
    INFO(run.text());
    CHECK(run.code == 2);
    CHECK(contains(run.err, "tuner"));
    CHECK(contains(run.err, ".data.value"));
    CHECK(value_of(*world.members, member, one) == "tuned");
    const Json::Value item = inventory_item(world, member, one);
    CHECK(item["state"].asString() == "Conflict");
    CHECK(contains(item["message"].asString(), "tuner"));
    const std::string readme = world.status_file("README.md");
    CHECK(contains(readme, "tuner"));
    CHECK(contains(readme, ".data.value"));
    CHECK(contains(world.status_file("bindings/team/one-configmap.yaml"), "tuner"));
  }
}

TEST_CASE("Overwrite takes the field of another applier over", "[conflict]") {
  World world = small_world({member});
  REQUIRE(world.run_once().code == 0);
  apply_as(*world.members, member, "tuner", tuned("tuned"));
  SECTION("of the policy") {
    write_policy(world, "over", {"v1 ConfigMap one"},
                 "  conflictResolution: Overwrite\n  priority: 1\n  preemption: Always\n");
  }
  SECTION("of the object") {
    world.repo.write("config/one.yaml",
                     annotated_map("one", {"work.karmada.io/conflict-resolution: overwrite"}));
  }
  world.commit("ours");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(value_of(*world.members, member, one) == "1");
  CHECK(inventory_item(world, member, one)["state"].asString() == "Applied");
}

TEST_CASE("ignored fields are neither reverted nor claimed", "[conflict]") {
  World world = small_world({member});
  std::vector<std::string> annotations;
  SECTION("by the Fleet") {
    write_fleet(world,
                "  ignoreDifferences:\n    - kind: ConfigMap\n      name: one\n      namespace: "
                "team\n      clusters: [eu-prod]\n      jsonPointers: [/data/value]\n");
  }
  SECTION("by an annotation") { annotations = {"flotilla.dev/ignore-differences: /data/value"}; }
  world.repo.write("config/one.yaml", annotated_map("one", annotations));
  world.commit("ignore it");
  REQUIRE(world.run_once().code == 0);
  CHECK(value_of(*world.members, member, one) == "1");
  edit(*world.members, member, one, R"({"data":{"value":"theirs"}})", "tuner");
  CHECK(world.run_once().code == 0);
  CHECK(value_of(*world.members, member, one) == "theirs");

  world.repo.write("config/one.yaml", annotated_map("one", annotations, "2") + "  more: \"x\"\n");
  world.commit("changed");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  const Json::Value live = read_live(*world.members, member, one);
  CHECK(live["data"]["value"].asString() == "theirs");
  CHECK(live["data"]["more"].asString() == "x");
  CHECK(owners_of(live, "f:data f:value") == std::set<std::string>{"tuner Update"});
}

TEST_CASE("an autoscaler's replicas are left to it", "[conflict]") {
  World world = deployment_world();
  scale(*world.members, member, web, 7, "horizontal-pod-autoscaler");
  CHECK(world.run_once().code == 0);
  CHECK(read_live(*world.members, member, web)["spec"]["replicas"].asInt() == 7);
  world.repo.write("web.yaml", deployment("web", "example.com/c:2"));
  world.commit("a new image");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  const Json::Value live = read_live(*world.members, member, web);
  CHECK(live["spec"]["replicas"].asInt() == 7);
  CHECK(image_of(live) == "example.com/c:2");
  CHECK(contains(json_text(inventory_item(world, member, web)), "replicas"));  // said
}

TEST_CASE("replicas that a person scaled are corrected", "[conflict]") {
  const World world = deployment_world();
  scale(*world.members, member, web, 7, "kubectl");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(read_live(*world.members, member, web)["spec"]["replicas"].asInt() == 3);
}

TEST_CASE("a field that cannot change is refused, and the object stays", "[conflict]") {
  World world = deployment_world();
  const std::string uid = uid_of(*world.members, member, web);
  world.repo.write("web.yaml", deployment("web", "example.com/c:1", {}, "b"));
  world.commit("another selector");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK(contains(run.err, "spec.selector"));
  CHECK(contains(run.err, "flotilla.dev/recreate"));  // the way out
  CHECK(uid_of(*world.members, member, web) == uid);
  CHECK(inventory_names(world, member).contains(web));

  SECTION("unless the object says that it may be made anew") {
    world.repo.write(
        "web.yaml", deployment("web", "example.com/c:1", {"flotilla.dev/recreate: \"true\""}, "b"));
    world.commit("make it anew");
    const Outcome anew = world.run_once();
    INFO(anew.text());
    CHECK(anew.code == 0);
    const Json::Value live = read_live(*world.members, member, web);
    CHECK(live["metadata"]["uid"].asString() != uid);
    CHECK(live["spec"]["selector"]["matchLabels"]["app"].asString() == "b");
    CHECK(inventory_item(world, member, web)["uid"].asString() ==
          live["metadata"]["uid"].asString());
  }
}

TEST_CASE("only a field that cannot change makes an object anew", "[conflict]") {
  World world = deployment_world();
  const std::string uid = uid_of(*world.members, member, web);
  std::string bad = deployment("web", "example.com/c:1", {"flotilla.dev/recreate: \"true\""}, "b");
  bad.replace(bad.find("replicas: 3"), 11, "replicas: -3");
  world.repo.write("web.yaml", bad);
  world.commit("another selector, and a fault");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK(uid_of(*world.members, member, web) == uid);
}

TEST_CASE("a PersistentVolumeClaim is never made anew", "[conflict]") {
  World world = deployment_world();
  world.repo.write("disk.yaml", claim("slow"));
  world.commit("a disk");
  REQUIRE(world.run_once().code == 0);
  const std::string uid = uid_of(*world.members, member, "PersistentVolumeClaim team/disk");
  world.repo.write("disk.yaml", claim("fast"));
  world.commit("another class");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK(uid_of(*world.members, member, "PersistentVolumeClaim team/disk") == uid);
}

TEST_CASE("a retain rule keeps what the cluster says", "[conflict]") {
  World world = small_world({member});
  world.repo.write("retain.yaml", R"(apiVersion: config.karmada.io/v1alpha1
kind: ResourceInterpreterCustomization
metadata: {name: values}
spec:
  target: {apiVersion: v1, kind: ConfigMap}
  customizations:
    retention:
      luaScript: |
        function Retain(desired, observed)
          desired.data.value = observed.data.value
          return desired
        end
)");
  world.commit("values are retained");
  REQUIRE(world.run_once().code == 0);
  edit(*world.members, member, one, R"({"data":{"value":"theirs"}})", "tuner");
  CHECK(world.run_once().code == 0);
  CHECK(value_of(*world.members, member, one) == "theirs");
  world.repo.write("config/one.yaml", config_map("one", "2") + "  more: \"x\"\n");
  world.commit("changed");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  const Json::Value live = read_live(*world.members, member, one);
  CHECK(live["data"]["value"].asString() == "theirs");
  CHECK(live["data"]["more"].asString() == "x");
}

}  // namespace flotilla::tests
