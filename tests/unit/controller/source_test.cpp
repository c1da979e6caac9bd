#include "reconciler/controller/source.h"

#include "reconciler/decision/plan.h"
#include "tests/support/git_servers/sandbox.h"
#include "tests/support/git_servers/signer.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace flotilla;
using namespace flotilla::testing;

namespace fs = std::filesystem;

namespace {

std::string fleet(const std::string& confirmation) {
  return "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f}\n"
         "spec:\n  confirmDeletions: \"" +
         confirmation + "\"\n";
}

std::shared_ptr<const decision::Decision> decided(controller::Source& source) {
  auto decided = source.refresh();
  REQUIRE(decided);
  REQUIRE(*decided);
  return (*decided)->decision;
}

const std::string eu_cluster =
    "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: eu}\n"
    "spec: {syncMode: Push}\n";

const Problem* problem_of(const decision::Decision& decision, const std::string& code) {
  for (const Problem& problem : decision.problems)
    if (problem.code == code) return &problem;
  return nullptr;
}

}  // namespace

TEST_CASE("a commit that the Fleet names confirms what it removed") {
  const Sandbox box;
  const fs::path work = box / "work";
  make_repository(work);
  commit_file(work, "eu.yaml", eu_cluster);
  const std::string applied = commit_file(work, "apps/a.yaml",
                                          "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, "
                                          "namespace: shop}\n");
  shell(work, "git rm -q apps/a.yaml && git commit -qm less");
  const std::string removal = shell(work, "git rev-parse HEAD");
  commit_file(work, "fleet.yaml", fleet(removal.substr(0, 8)));

  controller::Options options;
  options.repo = work.string();
  options.data_dir = box / "data";
  auto source = controller::Source::open(options);
  REQUIRE(source);
  const auto decision = decided(*source);
  REQUIRE(decision->confirmations.size() == 1);
  CHECK(decision->confirmations.front().removed ==
        std::set<ObjectKey>{{"", "ConfigMap", "shop", "a"}});
  CHECK(decision->confirmations.front().commits.size() == 2);
  CHECK(problem_of(*decision, "confirms-nothing") == nullptr);

  decision::InventoryItem item;
  item.key = {"", "ConfigMap", "shop", "a"};
  item.source = "apps/a.yaml";
  item.revision = "main@sha1:" + applied;
  item.origin = "created";
  const decision::Plan plan = decision::make_plan(*decision, "eu", {{item.key, item}});
  CHECK(plan.prune.size() == 1);  // everything that is there
  CHECK(plan.held.empty());

  SECTION("one that is not in the history confirms nothing, and that is said") {
    commit_file(work, "fleet.yaml", fleet(std::string(40, '1')));
    const auto next = decided(*source);
    CHECK(decision::make_plan(*next, "eu", {{item.key, item}}).held.size() == 1);
    const Problem* problem = problem_of(*next, "confirms-nothing");
    REQUIRE(problem != nullptr);
    CHECK(problem->where == SourceRef{"fleet.yaml", 5, 21});
    CHECK(problem->severity == Severity::warning);
  }
}

namespace {

std::string config_map(const std::string& value) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\ndata: {v: \"" +
         value + "\"}\n";
}

std::string fault_of(controller::Source& source) {
  const auto refused = source.refresh();
  return refused ? "" : to_string(refused.error());
}

// A repository whose Fleet wants commits signed by Ann, as they are by default.
struct SignedRepository {
  Sandbox box;
  fs::path work = box / "work";
  std::string good;  // its first commit
  controller::Options options;

  SignedRepository() {
    make_repository(work);
    make_ssh_key(box / "ann");
    sign_with_ssh(work, box / "ann");
    write_file(work / "keys/ann.pub", read_file(box / "ann.pub"));
    write_file(work / "a.yaml", config_map("1"));
    good = commit_signed(work, "fleet.yaml",
                         "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f}\n"
                         "spec:\n  verify: {commits: true, keys: [keys/ann.pub]}\n");
    options.repo = work.string();
    options.data_dir = box / "data";
  }
};

}  // namespace

TEST_CASE("a commit that is not signed is not decided, and the last good one stays") {
  SignedRepository repository;
  auto& [box, work, good, options] = repository;
  if (GENERATE(false, true)) {
    write_file(box / "anchor/ann.pub", read_file(box / "ann.pub"));
    options.verify_keys = box / "anchor";
  }
  {
    auto source = controller::Source::open(options);
    REQUIRE(source);
    const auto decision = decided(*source);
    status::Input input;
    input.decision = decision.get();
    REQUIRE(source->write_status(input));

    commit_file(work, "a.yaml", config_map("2"));
    CHECK_THAT(fault_of(*source), Catch::Matchers::Contains("(\"Change a.yaml\") is not signed"));
    // It is said once.
    auto again = source->refresh();
    REQUIRE(again);
    CHECK_FALSE(*again);
    // A switched off verification does not help the commit that switches it off.
    commit_file(work, "fleet.yaml", fleet("1234567"));
    CHECK_THAT(fault_of(*source),
               Catch::Matchers::Contains("2 of the 2 commits since " + good.substr(0, 12)));
  }
  // After a restart, with nothing but the repository.
  fs::remove_all(box / "data");
  auto source = controller::Source::open(options);
  REQUIRE(source);
  CHECK_THAT(fault_of(*source), Catch::Matchers::Contains("is not signed"));
  auto last_good = source->refresh();
  REQUIRE(last_good);
  REQUIRE(*last_good);
  CHECK((*last_good)->commit == good);
  auto again = source->refresh();
  REQUIRE(again);
  CHECK_FALSE(*again);
  // What is mended and signed is taken.
  shell(work, "git reset -q --hard " + good);
  const std::string better = commit_signed(work, "a.yaml", config_map("3"));
  auto next = source->refresh();
  REQUIRE(next);
  REQUIRE(*next);
  CHECK((*next)->commit == better);
}

TEST_CASE("while the head is refused, whoever shares the clusters goes on with what others write") {
  SignedRepository repository;
  auto& [box, work, good, options] = repository;
  const bool sharded = options.lease.sharded = GENERATE(true, false);
  auto source = controller::Source::open(options);
  REQUIRE(source);
  const auto decision = decided(*source);
  status::Input input;
  input.decision = decision.get();
  REQUIRE(source->write_status(input));
  commit_file(work, "a.yaml", config_map("2"));
  REQUIRE_THAT(fault_of(*source), Catch::Matchers::Contains("is not signed"));
  shell(work,
        "git checkout -q flotilla/status && echo eu >> README.md && git commit -qam theirs && "
        "git checkout -q -");
  auto decided_anew = source->refresh();
  REQUIRE(decided_anew);
  CHECK(source->branch_moved());
  REQUIRE(decided_anew->has_value() == sharded);
  if (sharded) {
    CHECK((*decided_anew)->commit == good);
    CHECK_FALSE((*decided_anew)->commit_is_new);
  }
  CHECK_FALSE(source->refusal().empty());
  const auto nothing_new = source->refresh();
  REQUIRE(nothing_new);
  CHECK_FALSE(*nothing_new);
}

TEST_CASE("whoever starts over knows of placements what the status branch says, and nothing else") {
  const Sandbox box;
  const fs::path work = box / "work";
  make_repository(work);
  const std::string text =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n";
  commit_file(work, "eu.yaml", eu_cluster);
  commit_file(work, "a.yaml", text);
  commit_file(work, "all.yaml",
              "apiVersion: policy.karmada.io/v1alpha1\nkind: ClusterPropagationPolicy\n"
              "metadata: {name: all}\nspec:\n"
              "  resourceSelectors: [{apiVersion: v1, kind: ConfigMap}]\n"
              "  placement: {clusterAffinity: {clusterNames: [eu]}}\n");
  controller::Options options;
  options.repo = work.string();
  options.data_dir = box / "data";
  auto source = controller::Source::open(options);
  REQUIRE(source);
  status::Input input;
  const auto decision = decided(*source);
  input.decision = decision.get();
  REQUIRE(source->write_status(input));
  REQUIRE(source->memory().previous.bindings.size() == 1);
  // Decided beside the one who leads, and never written.
  commit_file(work, "b.yaml",
              "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: shop}\n");
  CHECK(decided(*source)->bindings.pointers().size() == 2);
  CHECK(source->memory().previous.bindings.size() == 2);
  shell(work, "git rm -q b.yaml && git commit -qm less");
  shell(work, "git reset -q --hard HEAD~2");
  source->start_over();
  std::size_t known = 0;
  source->on_previous = [&](const decision::Previous& previous, bool) {
    known = previous.bindings.size();
  };
  CHECK(decided(*source)->bindings.pointers().size() == 1);
  CHECK(known == 1);
}

TEST_CASE(
    "manifests have a branch of their own, written when they differ, and no say in the status") {
  const Sandbox box;
  const fs::path work = box / "work";
  make_repository(work);
  commit_file(work, "eu.yaml", eu_cluster);
  commit_file(work, "a.yaml",
              "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n");
  controller::Options options;
  options.repo = work.string();
  options.data_dir = box / "data";
  auto source = controller::Source::open(options);
  REQUIRE(source);
  const auto first = decided(*source);
  CHECK(source->write_rendered(*first).value());
  CHECK_FALSE(source->write_rendered(*first).value());
  const std::string written = shell(work, "git rev-parse flotilla/rendered");
  // Somebody else's commit there is looked at anew.
  shell(work,
        "git branch -f flotilla/rendered flotilla/rendered~0 && git checkout -q "
        "flotilla/rendered && git rm -q README.md && git commit -qm theirs && "
        "git checkout -q -");
  REQUIRE(source->refresh());
  CHECK(source->write_rendered(*first).value());
  CHECK(shell(work, "git rev-parse flotilla/rendered") != written);
  write_file(work / ".git/hooks/update", "#!/bin/sh\n[ $1 != refs/heads/flotilla/rendered ]\n");
  fs::permissions(work / ".git/hooks/update", fs::perms::owner_all);
  commit_file(work, "b.yaml",
              "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: shop}\n");
  const auto second = decided(*source);
  status::Input input;
  input.decision = second.get();
  CHECK(source->write_status(input).value());
  CHECK_FALSE(source->write_rendered(*second));
}
