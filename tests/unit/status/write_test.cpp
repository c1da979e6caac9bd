#include "tests/unit/status/world.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

TEST_CASE("the capacity of a cluster that was observed stays on the branch") {
  World world;
  overrides::Cluster observed = world.decision.clusters.front();
  observed.status["kubernetesVersion"] = "v1.0.0";
  observed.status["resourceSummary"]["allocatable"]["cpu"] = "8";
  world.decision.clusters.clear();
  world.decision.clusters.push_back(observed);
  world.report("eu").kubernetes_version = "v1.36.2";
  const std::string file = world.write().at("clusters/eu.yaml");
  INFO(file);
  CHECK(says(file, "cpu: \"8\""));
  CHECK(says(file, "kubernetesVersion: v1.36.2"));
  CHECK(says(file, "reason: ClusterReady"));
}

TEST_CASE("the password of a cluster's proxy is not on the branch") {
  for (const auto& [url, shown] : {std::pair{"http://me:hunter2@proxy:3128", "http://proxy:3128"},
                                   {"http://me:hunter2@x@proxy:3128/", "http://proxy:3128/"},
                                   {"me:hunter2@proxy:3128", "proxy:3128"},
                                   {"http://proxy:3128/a@b", "http://proxy:3128/a@b"}}) {
    World world;
    overrides::Cluster cluster = world.decision.clusters[0];
    cluster.name = "asia";
    auto object = std::make_shared<Object>(*cluster.object);
    object->tree["spec"]["proxyURL"] = url;
    object->tree["spec"]["proxyHeader"]["Proxy-Authorization"] = "Basic hunter2";
    cluster.object = object;
    world.decision.clusters.push_back(cluster);
    for (const auto& [path, text] : world.write()) CHECK_FALSE(says(text, "hunter2"));
    CHECK(says(world.write().at("clusters/asia.yaml"), std::string("proxyURL: ") + shown));
  }
}

TEST_CASE("the branch holds the fleet, its clusters, bindings and inventories") {
  World world;
  const status::Files files = world.write();
  std::string paths;
  for (const auto& [path, content] : files) paths += path + " ";
  CHECK(paths ==
        "README.md bindings/shop/web-deployment.yaml clusters/eu.yaml clusters/us.yaml fleet.yaml "
        "inventory/eu.yaml "
        "inventory/us.yaml ");
  CHECK(says(files.at("README.md"), "# Fleet shop: ready"));
  CHECK(says(files.at("bindings/shop/web-deployment.yaml"), "reason: FullyAppliedSuccess"));
  CHECK(says(files.at("inventory/eu.yaml"), "uid: uid-eu"));
}

TEST_CASE("the same state later gives the same bytes") {
  World world;
  world.write();
  world.input.now = "2027-01-01T00:00:00Z";
  CHECK(status::changes(status::status_files(world.state(), world.memory), world.memory.files)
            .empty());
}

TEST_CASE("a cluster that is lost keeps what is known of it, and its time moves once") {
  World world;
  world.write();
  world.lose("us");
  world.input.now = "2026-02-02T00:00:00Z";
  const status::Files files = world.write();
  CHECK(says(files.at("inventory/us.yaml"), "uid: uid-us"));
  CHECK(says(files.at("clusters/us.yaml"), "reason: ClusterNotReachable"));
  CHECK(says(files.at("clusters/us.yaml"), "2026-02-02T00:00:00Z"));
  CHECK(says(files.at("clusters/eu.yaml"), "2026-01-01T00:00:00Z"));
  CHECK(says(files.at("README.md"), "connection refused"));
  CHECK(says(files.at("bindings/shop/web-deployment.yaml"), "reason: FullyAppliedSuccess"));
}

TEST_CASE("a refused object is said, counted and left out of the inventory") {
  World world;
  member::ObjectReport& object = world.reports["us"].objects[web];
  object.on_cluster = false;
  object.state = member::State::refused;
  object.code = Code::invalid;
  object.message = "spec.replicas: want a number";
  const status::Files files = world.write();
  CHECK_FALSE(files.contains("inventory/us.yaml"));
  CHECK(says(files.at("bindings/shop/web-deployment.yaml"),
             "appliedMessage: \"spec.replicas: want a number\""));
  CHECK(says(files.at("bindings/shop/web-deployment.yaml"), "reason: FullyAppliedFailed"));
  CHECK(says(files.at("README.md"), "Deployment.apps/shop/web | spec.replicas: want a number"));
  CHECK(says(files.at("fleet.yaml"), "Stalled"));
}

TEST_CASE("files of ours that are no longer needed go, and those of others are not ours to touch") {
  World world;
  world.write();
  world.decision.bindings.clear();
  const auto changed =
      status::changes(status::status_files(world.state(), world.memory), world.memory.files);
  CHECK(changed.at("bindings/shop/web-deployment.yaml") == std::nullopt);
  CHECK_FALSE(changed.contains("NOTES.md"));
}

TEST_CASE("the message says in words what happened") {
  World world;
  const std::string message = status::commit_message(world.state(), world.memory);
  CHECK(message.starts_with("main@0123456: create 2 on eu, us\n"));
  CHECK(says(message, "\nFlotilla-Revision: main@sha1:0123456789abcdef0123456789abcdef01234567\n"));
  world.lose("us");
  CHECK(says(status::commit_message(world.state(), world.memory), "; not reached: us\n"));
}

TEST_CASE("a conflict has a section of its own") {
  World world;
  member::ObjectReport& object = world.object("us", web, member::State::conflict);
  object.message = ".spec.replicas is owned by helm";
  const std::string readme = world.write().at("README.md");
  CHECK(says(readme,
             "## Conflicts\n\n| Cluster | Object | Why | Since |\n|---|---|---|---|\n| us | "
             "Deployment.apps/shop/web | .spec.replicas is owned by helm | "
             "2026-01-01T00:00:00Z |\n"));
  CHECK_FALSE(says(readme, "## Not as wanted"));
}

TEST_CASE("long lists are cut with a count") {
  World world;
  for (int i = 0; i < 362; ++i) world.decision.unmatched.push_back(config(std::to_string(i)));
  const std::string readme = world.write().at("README.md");
  CHECK(says(readme, "* ConfigMap/shop/49\n* and 312 more\n"));
  CHECK_FALSE(says(readme, "ConfigMap/shop/50\n"));
}

TEST_CASE("a trouble keeps the time when it began, whatever it says later") {
  World world;
  world.object("us", web, member::State::refused).message = "no";
  world.write();
  world.object("us", web, member::State::refused).message = "no, and worse";
  world.input.now = "2026-03-03T00:00:00Z";
  const std::string readme = world.write().at("README.md");
  CHECK(says(readme, "no, and worse | 2026-01-01T00:00:00Z |"));
  world.object("us", web);
  CHECK_FALSE(says(world.write().at("fleet.yaml"), "troubles"));
}

TEST_CASE("the fleet says which generation it has seen, as kstatus reads it") {
  World world;
  world.input.generation = 42;
  const std::string fleet = world.write().at("fleet.yaml");
  CHECK(says(fleet, "  generation: 42\n"));
  CHECK(says(fleet, "  observedGeneration: 42\n"));
}

TEST_CASE("a repository that is not followed stalls the fleet, and nothing else changes") {
  World world;
  const status::Files before = world.write();
  world.input.source_trouble = "commit 1234567 is not signed";
  const status::Files files = world.write();
  CHECK(says(files.at("fleet.yaml"), "reason: SourceNotFollowed"));
  CHECK(says(files.at("README.md"), "# Fleet shop: not ready"));
  CHECK(says(files.at("README.md"), "commit 1234567 is not signed"));
  CHECK(files.at("inventory/eu.yaml") == before.at("inventory/eu.yaml"));
  world.input.source_trouble.clear();
  CHECK(says(world.write().at("README.md"), "# Fleet shop: ready"));
}

TEST_CASE("a rewritten history is told as long as its revision stands") {
  World world;
  world.input.rewritten_from = "fedcba9876543210fedcba9876543210fedcba98";
  CHECK(says(world.write().at("README.md"), "`fedcba9`, which was followed before"));
  world.input.rewritten_from.clear();
  CHECK(says(world.write().at("README.md"), "`fedcba9`, which was followed before"));
  world.decision.revision = "main@sha1:1111111111111111111111111111111111111111";
  CHECK_FALSE(says(world.write().at("README.md"), "rewritten"));
}

TEST_CASE("the message tells corrections from updates, and what is held") {
  World world;
  for (const char* cluster : {"eu", "us"}) {
    member::Changes& changes = world.input.changes[cluster];
    changes.created.clear();
    changes.configured = {config("changed"), web};
    world.object(cluster, config("changed"));
    world.object(cluster, web).drift = {lost(".spec.replicas", "vi")};
  }
  hold(world, "eu", 3, "sha256:aaaaaaaaaaaa");
  const std::string message = status::commit_message(world.state(), world.memory);
  INFO(message);
  CHECK(message.starts_with(
      "main@0123456: update 2, corrected 2 on eu, us; held: 3 deletions on eu\n"));
}
