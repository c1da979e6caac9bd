#include "render/yaml/emitter.h"
#include "tests/unit/status/world.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;
using member::State;

TEST_CASE("a controller that starts anew changes nothing before it has tried all clusters") {
  World world;
  world.object("us", config("a"), State::refused).message = "no";
  world.write();
  CHECK(world.changed_later().empty());
  const member::Report us = world.report("us");
  world.reports.erase("us");
  CHECK(world.changed_later().empty());
  // What is known of the others is written all the same.
  world.object("eu", config("b"), State::drifted);
  CHECK(world.changed_later() == "clusters/eu.yaml inventory/eu.yaml ");
  world.reports["us"] = us;
  CHECK(says(world.changed_later(), "README.md"));
}

TEST_CASE("a cluster remembers with which revision it came, and came back") {
  World world;
  const std::string first = world.decision.revision;
  const auto since = [&] {
    world.write();
    return annotation(world.memory.previous.cluster_objects.at("eu"),
                      decision::cluster_since_annotation);
  };
  CHECK(since() == first);
  world.decision.revision = "main@sha1:2222222222222222222222222222222222222222";
  CHECK(since() == first);
  World left;
  hold(left, "eu", 1, "sha256:aaaaaaaaaaaa");
  left.write();
  left.leave("eu", false);
  left.write();
  left.decision.leaving.clear();
  left.decision.clusters = world.decision.clusters;
  left.decision.work["eu"];
  left.decision.revision = world.decision.revision;
  left.report("eu");
  left.write();
  CHECK(annotation(left.memory.previous.cluster_objects.at("eu"),
                   decision::cluster_since_annotation) == world.decision.revision);
}

TEST_CASE("a cluster says what is held, why, and what confirms it") {
  World world;
  hold(world, "eu", 12, "sha256:aaaaaaaaaaaa");
  const status::Files files = world.write();
  const status::Condition* held = condition_of(world, "eu", "DeletionsHeld");
  REQUIRE(held != nullptr);
  CHECK(held->status);
  CHECK(held->message ==
        "12 of 13 objects left the repository and wait for a person: 12 of 20 objects (60 %) would "
        "be deleted, more than 10 and 30 %; confirm with Fleet.spec.confirmDeletions: "
        "sha256:aaaaaaaaaaaa, or with the commit that removed them (first seen at 0123456)");
  CHECK(condition_of(world, "us", "DeletionsHeld") == nullptr);

  const std::string& readme = files.at("README.md");
  CHECK(says(readme, "# Fleet shop: not ready"));
  CHECK(says(readme, "## Deletions waiting for a person\n\n* **eu**: 12 of 13 objects"));
  CHECK(says(readme, "ConfigMap/shop/c0, "));
  CHECK(says(readme, " and 7 more."));
  CHECK(says(readme, "```yaml\nspec:\n  confirmDeletions: [\"sha256:aaaaaaaaaaaa\"]\n```"));
  CHECK(world.changed_later().empty());

  for (int i = 0; i < 12; ++i) world.report("eu").objects.erase(config("c" + std::to_string(i)));
  world.report("eu").held_digest.clear();
  const status::Files after = world.write();
  CHECK_FALSE(condition_of(world, "eu", "DeletionsHeld")->status);
  CHECK_FALSE(says(after.at("README.md"), "Deletions waiting"));
}

TEST_CASE("the fleet is not ready while deletions are held") {
  World world;
  hold(world, "eu", 2, "sha256:aaaaaaaaaaaa");
  const auto reason = [&] {
    return status::fleet_conditions(status::summarize(world.state(), world.memory)).front().reason;
  };
  CHECK(reason() == "DeletionsHeld");
  world.write();
  const status::Condition* stalled =
      status::find_condition(world.memory.fleet_conditions, "Stalled");
  REQUIRE(stalled != nullptr);
  CHECK(stalled->status);
  CHECK(stalled->message == "2 deletions held");
  CHECK_FALSE(status::find_condition(world.memory.fleet_conditions, "Reconciling")->status);

  // What only a person can mend goes first, a cluster that may come back last.
  world.lose("us");
  CHECK(reason() == "DeletionsHeld");
  world.object("eu", web, State::conflict);
  CHECK(reason() == "Errors");
  world.object("eu", web);
  world.report("eu").objects.erase(config("c0"));
  world.report("eu").objects.erase(config("c1"));
  CHECK(reason() == "ClusterNotReachable");
}

TEST_CASE("kinds beyond reach are one line each, and told off when they are within it") {
  World world;
  world.report("us").beyond_reach = {{{"", "Secret"}, "the credential may not list Secrets"},
                                     {{"apps", "Deployment"}, "the credential may not patch"}};
  const status::Files files = world.write();
  const status::Condition* permitted = condition_of(world, "us", "Permitted");
  REQUIRE(permitted != nullptr);
  CHECK_FALSE(permitted->status);
  CHECK(permitted->message ==
        "Secret: the credential may not list Secrets\nDeployment.apps: the credential may not "
        "patch");
  CHECK(says(files.at("README.md"),
             "## Beyond reach\n\n* **us**: Secret: the credential may not list Secrets (since "));
  CHECK(world.changed_later().empty());

  // A pass that did not get so far says nothing of it.
  world.lose("us");
  world.write();
  CHECK_FALSE(condition_of(world, "us", "Permitted")->status);
  world.reports.erase("us");
  world.report("us");
  world.write();
  CHECK(condition_of(world, "us", "Permitted")->status);
}

TEST_CASE("an unreachable cluster is told once, with its reason") {
  World world;
  world.lose("us");
  const std::string readme = world.write().at("README.md");
  INFO(readme);
  CHECK(says(
      readme,
      "## Unreachable clusters\n\n* **us**: connection refused (since 2026-01-01T00:00:00Z)\n"));
  const auto first = readme.find("connection refused");
  CHECK(readme.find("connection refused", first + 1) == std::string::npos);
  CHECK(says(readme, "| us | **no** | 0/1 | 0/1 | unreachable |"));
}

TEST_CASE("a cluster that left the repository stays on the branch until that is confirmed") {
  World world;
  world.write();
  const std::string inventory = world.memory.files.at("inventory/us.yaml");
  world.decision.bindings.clear();
  world.leave("us", false);
  status::Files files = world.write();
  CHECK(files.at("inventory/us.yaml") == inventory);
  const status::Condition* leaving = condition_of(world, "us", "Leaving");
  REQUIRE(leaving != nullptr);
  CHECK(leaving->status);
  CHECK(leaving->reason == "WaitsForConfirmation");
  CHECK(says(leaving->message, "(1 object) stays"));
  CHECK(says(leaving->message, "sha256:1ea71e000000"));
  CHECK(condition_of(world, "us", "Ready")->status);
  CHECK(says(files.at("README.md"), "## Clusters that left the repository\n\n* **us**: its file"));
  CHECK(status::find_condition(world.memory.fleet_conditions, "Ready")->reason == "DeletionsHeld");
  CHECK(world.memory.previous.cluster_objects.contains("us"));
  CHECK(world.memory.previous.inhabited_clusters.contains("us"));
  CHECK(world.changed_later().empty());

  world.leave("us", true);
  world.object("us", web, State::deleting);
  files = world.write();
  CHECK(files.contains("inventory/us.yaml"));
  CHECK(condition_of(world, "us", "Leaving")->reason == "Confirmed");

  // Nothing is known to be gone while nobody answers.
  world.lose("us");
  files = world.write();
  CHECK(files.contains("clusters/us.yaml"));
  CHECK(says(condition_of(world, "us", "Leaving")->message, "connection refused"));

  world.reports.erase("us");
  world.report("us").objects.clear();
  world.object("us", {"", "Namespace", "", "shop"}).item.origin = "implicit";
  world.object("us", config("kept"), State::kept);
  files = world.write();
  CHECK(names_of(files) == "README.md clusters/eu.yaml fleet.yaml inventory/eu.yaml ");
  CHECK_FALSE(world.memory.previous.cluster_objects.contains("us"));
  CHECK_FALSE(world.memory.previous.inhabited_clusters.contains("us"));
  CHECK(world.memory.inventory.count("us") == 0);
  CHECK(world.changed_later().empty());
}

TEST_CASE("a cluster that comes back is not leaving any more") {
  World world;
  world.write();
  const SharedList<overrides::Cluster> both = world.decision.clusters;
  world.leave("us", false);
  world.write();
  world.decision.clusters = both;
  world.decision.leaving.clear();
  world.decision.work["us"];
  world.report("us");
  world.write();
  CHECK(condition_of(world, "us", "Leaving") == nullptr);
  CHECK(condition_of(world, "us", "Ready")->status);
}

TEST_CASE("conditions of others on a cluster stay, and decisions do not see ours") {
  World world;
  overrides::Cluster eu = world.decision.clusters.front();
  eu.status["conditions"][0]["type"] = "Spotless";
  eu.status["conditions"][0]["status"] = "True";
  SharedList<overrides::Cluster> clusters;
  clusters.push_back(eu);
  clusters.push_back(world.decision.clusters[1]);
  world.decision.clusters = clusters;
  world.object("eu", web, State::drifted).drift = {lost(".spec.replicas", "vi")};
  world.write();
  CHECK(condition_of(world, "eu", "Spotless") != nullptr);
  CHECK(condition_of(world, "eu", "Drifted") != nullptr);
  const Json::Value& seen = world.memory.previous.cluster_status.at("eu");
  CHECK_FALSE(says(yaml::emit(seen), "Drifted"));
  CHECK(says(yaml::emit(seen), "Spotless"));
}

TEST_CASE("the settings are those of the branch when every cluster has followed them") {
  World world;
  world.decision.settings_digest = "sha256:one";
  world.write();
  CHECK(world.memory.previous.settings_digest == "sha256:one");
  world.decision.settings_digest = "sha256:two";
  hold(world, "eu", 1, "sha256:aaaaaaaaaaaa");
  world.write();
  CHECK(world.memory.previous.settings_digest == "sha256:one");
  world.report("eu").objects.erase(config("c0"));
  world.lose("us");
  world.write();
  CHECK(world.memory.previous.settings_digest == "sha256:one");
  world.reports.erase("us");
  world.report("us");
  world.write();
  CHECK(world.memory.previous.settings_digest == "sha256:two");

  // A deletion that was refused is left for a later pass; a refused version of what is wanted is
  // nothing that could vanish.
  world.decision.settings_digest = "sha256:three";
  world.object("us", web, State::refused);
  world.write();
  CHECK(world.memory.previous.settings_digest == "sha256:two");
  world.decision.work["us"].held = {web};
  world.write();
  CHECK(world.memory.previous.settings_digest == "sha256:three");
}
