#include "reconciler/decision/plan.h"
#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

const std::string before_id(40, '1');
const std::string removal_id(40, '2');
const std::string after_id(40, '3');

decision::Decision decided(const Files& files, const decision::Previous& previous,
                           std::vector<decision::Confirmation> confirmations = {}) {
  decision::Snapshot snapshot = read(files);
  snapshot.confirmations = std::move(confirmations);
  return decision::decide(snapshot, previous);
}

const Problem* problem_of(const decision::Decision& decision, const std::string& code) {
  for (const Problem& problem : decision.problems)
    if (problem.code == code) return &problem;
  return nullptr;
}

Files without_eu() {
  Files files = shop();
  files.erase("clusters/eu.yaml");
  return files;
}

}  // namespace

TEST_CASE("a cluster whose file left is left alone until that is confirmed") {
  const decision::Previous previous = remember(tests::decide(shop()));
  const decision::Decision decision = decided(without_eu(), previous);
  REQUIRE(decision.leaving.size() == 1);
  const decision::LeavingCluster& leaving = decision.leaving.front();
  CHECK(leaving.cluster.name == "eu");
  CHECK(leaving.cluster.region == "eu");
  CHECK_FALSE(leaving.confirmed);
  CHECK_FALSE(decision.work.contains("eu"));
  CHECK(clusters_of(decision, "a") == "ap");
  const Problem* problem = problem_of(decision, "cluster-left");
  REQUIRE(problem != nullptr);
  CHECK(problem->severity == Severity::warning);
  CHECK(problem->where.file == "clusters/eu.yaml");
  CHECK(problem->message.ends_with("confirmDeletions: " + leaving.digest));

  SECTION("by its digest, wholly or in part") {
    for (const std::string& text : {leaving.digest, leaving.digest.substr(7, 7)}) {
      const decision::Decision confirmed = decided(without_eu(), previous, {{text, {}, {}}});
      CHECK(confirmed.leaving.front().confirmed);
      CHECK(problem_of(confirmed, "cluster-left") == nullptr);
      CHECK(confirmed.work.at("eu").manifests.empty());
      CHECK(clusters_of(confirmed, "a") == "ap");
    }
  }
  SECTION("by the commit that removed its file, and by no other") {
    const auto by = [&](const Files& before, const Files& after) {
      decision::Confirmation one{removal_id, {}, {removal_id}};
      decision::note_changes(one, read(before).catalog, read(after).catalog);
      return decided(without_eu(), previous, {one}).leaving.front().confirmed;
    };
    Files changed = shop();
    changed["clusters/eu.yaml"] = cluster("eu", "other");
    Files moved = without_eu();
    moved["clusters.yaml"] = cluster("eu");
    CHECK(by(shop(), without_eu()));
    CHECK_FALSE(by(shop(), changed));
    CHECK_FALSE(by(shop(), moved));
    CHECK_FALSE(by(without_eu(), {}));
  }
}

TEST_CASE("a digest confirms that a cluster leaves once") {
  decision::Previous previous = remember(tests::decide(shop()));
  Json::Value& known = previous.cluster_objects.at("eu");
  set_annotation(known, decision::cluster_since_annotation, "main@sha1:" + before_id);
  const std::string digest = decided(without_eu(), previous).leaving.front().digest;
  CHECK(decided(without_eu(), previous, {{digest, {}, {}}}).leaving.front().confirmed);
  // It was cleared, and one of its name came later.
  set_annotation(known, decision::cluster_since_annotation, "main@sha1:" + after_id);
  CHECK_FALSE(decided(without_eu(), previous, {{digest, {}, {}}}).leaving.front().confirmed);
}

TEST_CASE("all that is on a cluster that leaves for good goes with it") {
  const decision::Decision first = tests::decide(shop());
  decision::Inventory inventory;
  for (const ObjectKey& object : {key("a"), key("b"), ObjectKey{"", "Namespace", "", "shop"},
                                  ObjectKey{"", "PersistentVolumeClaim", "shop", "data"}}) {
    inventory[object].key = object;
    inventory[object].origin = "created";
    inventory[object].revision = "main@sha1:" + before_id;
  }
  inventory[key("b")].keep = true;
  const auto plan = [&] {
    const decision::Decision decision = decided(
        without_eu(), remember(first),
        {{removal_id, {{"cluster.karmada.io", "Cluster", "", "eu"}}, {removal_id, after_id}}});
    return decision::make_plan(decision, "eu", inventory);
  };
  CHECK(plan().held.empty());
  CHECK(plan().prune.size() == 2);  // a and the claim
  CHECK(plan().kept.size() == 2);   // b, and the namespace in which it stays
  // It came back after that commit: what was applied then was not meant.
  inventory[key("a")].revision = "main@sha1:" + after_id;
  CHECK(plan().held.size() == 1);
}

TEST_CASE("a cluster with nothing on it is forgotten, one in error is not leaving") {
  decision::Previous previous = remember(tests::decide(shop()));
  SECTION("nothing on it") {
    previous.inhabited_clusters.erase("eu");
    CHECK(decided(without_eu(), previous).leaving.empty());
  }
  SECTION("its file cannot be read") {
    Files files = shop();
    files["clusters/eu.yaml"] = "kind: [";
    const decision::Decision decision = decided(files, previous);
    CHECK(decision.leaving.empty());
    CHECK(decision.faulty_clusters == std::set<std::string>{"eu"});
  }
  SECTION("it may stand in a file that cannot be read") {
    Files files = without_eu();
    files["other.yaml"] = "kind: [";
    const decision::Decision decision = decided(files, previous);
    CHECK(decision.leaving.empty());
    CHECK(decision.faulty_clusters == std::set<std::string>{"eu"});
    CHECK(clusters_of(decision, "a") == "ap,eu");
  }
}

TEST_CASE("an empty repository deletes nothing and says so") {
  Files files = shop();
  files["fleet.yaml"] = "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f}\n";
  const decision::Decision first = tests::decide(files);
  const decision::Decision decision = decided({}, remember(first));
  CHECK(decision.owner == "f");
  CHECK(decision.owner_source == "fleet.yaml");
  CHECK(decision.work.empty());
  CHECK(decision.leaving.size() == 2);
  CHECK(problem_of(decision, "fleet-left")->where.file == "fleet.yaml");
  CHECK(problem_of(decision, "cluster-left") != nullptr);
  CHECK_FALSE(has_error(decision.problems));
}

TEST_CASE("a Fleet that left keeps its name until another one stands there") {
  Files files = shop();
  files["fleet.yaml"] = "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f}\n";
  const decision::Decision first = tests::decide(files);
  files.erase("fleet.yaml");
  const decision::Decision second = decided(files, remember(first));
  CHECK(second.owner == "f");
  CHECK(manifest_of(second, "eu", "a")->digest == manifest_of(first, "eu", "a")->digest);
  CHECK(decided(files, {}).owner == "flotilla");
  files["other.yaml"] = "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: g}\n";
  CHECK(decided(files, remember(second)).owner == "g");
}
