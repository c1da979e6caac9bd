#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

#include <functional>

// A file that cannot be used. Each time: the exit code and the place are told, the rest of the
// fleet converges, and nothing is deleted because something could not be read, even when the
// controller has lost all its memory.
namespace flotilla::tests {
namespace {

struct BadFile {
  std::string name;
  std::function<void(World&)> edit;
  std::vector<std::string> told;  // what standard error names
  bool good_news_arrives = true;  // what else the commit brings is applied
};

constexpr const char* alias_bomb = R"(apiVersion: v1
kind: ConfigMap
metadata: {name: two, namespace: team}
a: &a [x, x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]
e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]
f: &f [*e, *e, *e, *e, *e, *e, *e, *e, *e, *e]
g: [*f, *f, *f, *f, *f, *f, *f, *f, *f, *f]
)";

std::string policy_for_two(const std::string& spec_rest) {
  return "apiVersion: policy.karmada.io/v1alpha1\nkind: PropagationPolicy\nmetadata:\n"
         "  name: two\n  namespace: team\nspec:\n  resourceSelectors:\n    - apiVersion: v1\n"
         "      kind: ConfigMap\n      name: two\n" +
         spec_rest;
}

void make_large(const std::filesystem::path& file) {
  write_file(file, config_map("two", "large"));
  std::filesystem::resize_file(file, 100U << 20U);
}

const std::vector<BadFile>& bad_files() {
  static const std::vector<BadFile> all = {
      {"YAML that stops in the middle",
       [](World& w) {
         w.repo.write("config/two.yaml",
                      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: two,\n");
       },
       {"config/two.yaml:"}},
      {"a key twice",
       [](World& w) { w.repo.write("config/two.yaml", config_map("two", "2") + "data: {}\n"); },
       {"config/two.yaml:8:1", "data"}},
      {"an alias bomb",
       [](World& w) { w.repo.write("config/two.yaml", alias_bomb); },
       {"config/two.yaml:", "100000"}},
      {"a file of 100 MB",
       [](World& w) { make_large(w.repo / "config/two.yaml"); },
       {"config/two.yaml", "10485760"}},
      {"a link out of the tree",
       [](World& w) {
         w.repo.remove("config/two.yaml");
         std::filesystem::create_symlink("../../../etc/hostname", w.repo / "config/two.yaml");
       },
       {"config/two.yaml", "link"}},
      {"a link that goes round",
       [](World& w) {
         w.repo.remove("config/two.yaml");
         std::filesystem::create_symlink("two.yaml", w.repo / "config/two.yaml");
       },
       {"config/two.yaml", "link"}},
      {"the same object twice",
       [](World& w) { w.repo.write("config/again.yaml", config_map("two", "other")); },
       {"config/two.yaml:1", "config/again.yaml:1", "two"}},
      {"a policy with an invalid selector",
       [](World& w) {
         w.repo.write("policies/two.yaml",
                      policy_for_two("      labelSelector:\n        matchExpressions:\n"
                                     "          - {key: a, operator: Sometimes, values: [b]}\n"));
       },
       {"policies/two.yaml:", "Sometimes"}},
      {"a policy with both clusterAffinity and clusterAffinities",
       [](World& w) {
         w.repo.write(
             "policies/two.yaml",
             policy_for_two("  placement:\n    clusterAffinity: {clusterNames: [us-prod]}\n"
                            "    clusterAffinities:\n      - affinityName: a\n"
                            "        clusterNames: [us-prod]\n"));
       },
       {"policies/two.yaml:", "clusterAffinity", "clusterAffinities"}},
      {"an override policy that cannot be read",
       [](World& w) {
         w.repo.write("policies/two.yaml",
                      "apiVersion: policy.karmada.io/v1alpha1\nkind: OverridePolicy\nmetadata:\n"
                      "  name: two\n  namespace: team\nspec:\n  resourceSelectors:\n"
                      "    - {apiVersion: v1, kind: ConfigMap, name: two}\n  overrideRules:\n"
                      "    - overriders:\n        plaintext:\n"
                      "          - {path: /data/value, operator: multiply, value: x}\n");
       },
       {"policies/two.yaml:", "multiply"}},
      {"a cluster without endpoint and context",
       [](World& w) { w.repo.write("clusters/lost.yaml", cluster_file("lost")); },
       {"lost"}},
      {"a cluster whose credential is missing",
       [](World& w) {
         w.repo.write("clusters/lost.yaml",
                      cluster_file("lost",
                                   "  apiEndpoint: https://127.0.0.1:1\n"
                                   "  secretRef: {namespace: fleet, name: no-such-credential}\n"));
       },
       {"lost", "no-such-credential"}},
      {"a cluster file that became unreadable",
       [](World& w) { w.repo.write("clusters/us-prod.yaml", cluster_file("us-prod", "  [")); },
       {"clusters/us-prod.yaml:"},
       false},
  };
  return all;
}

const std::set<std::string> before = {"ConfigMap team/one", "ConfigMap team/two", "Namespace team"};

void check_nothing_lost(const World& world) {
  for (const std::string& member : world.members->names()) {
    INFO(member);
    const LiveObjects live = live_objects(*world.members, member);
    for (const std::string& name : before) {
      INFO(name);
      CHECK(live.contains(name));
    }
    if (live.contains("ConfigMap team/two"))
      CHECK(live.at("ConfigMap team/two")["data"]["value"].asString() == "2");
  }
}

void check_told(const Outcome& run, const std::vector<std::string>& told) {
  for (const std::string& part : told) {
    INFO("want in the message: " << part);
    CHECK(contains(run.err, part));
  }
}

}  // namespace

TEST_CASE("a bad file is told, and stops nothing but itself", "[bad]") {
  const std::size_t index = GENERATE(range(std::size_t{0}, bad_files().size()));
  const BadFile& bad = bad_files()[index];
  INFO(bad.name);
  World world = small_world({"eu-prod", "us-prod"});
  REQUIRE(world.run_once().code == 0);

  bad.edit(world);
  world.repo.write("config/three.yaml", config_map("three", "3"));
  world.commit(bad.name);
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 2);
  check_told(run, bad.told);
  check_nothing_lost(world);
  CHECK(names_on(*world.members, "eu-prod").contains("ConfigMap team/three"));
  if (bad.good_news_arrives)
    CHECK(names_on(*world.members, "us-prod").contains("ConfigMap team/three"));

  world.lose_status_branch();
  world.lose_data_dir();
  const Outcome amnesia = world.run_once();
  INFO("without any memory: " << amnesia.text());
  CHECK(amnesia.code == 2);
  check_told(amnesia, bad.told);
  check_nothing_lost(world);

  // Mended, everything is as it should be again.
  world.repo.git({"revert", "--no-edit", "HEAD"});
  const Outcome mended = world.run_once();
  INFO("mended: " << mended.text());
  CHECK(mended.code == 0);
  CHECK(workload_names(*world.members, "eu-prod") == before);
  CHECK(workload_names(*world.members, "us-prod") == before);
}

TEST_CASE("a link out of the tree is not read", "[bad]") {
  World world = small_world({"eu-prod"});
  const TempFolder outside;
  write_file(outside.path() / "secret.yaml", config_map("outside", "must not be seen"));
  std::filesystem::create_symlink(outside.path() / "secret.yaml", world.repo / "config/link.yaml");
  const Outcome render = flotilla({"render", "--repo", world.repo.path().string(), "-o", "json"});
  CHECK(render.code == 2);
  CHECK(contains(render.err, "config/link.yaml"));
  CHECK_FALSE(contains(render.text(), "must not be seen"));
  world.commit("a link");
  CHECK(world.run_once().code == 2);
  CHECK(workload_names(*world.members, "eu-prod") == before);
}

}  // namespace flotilla::tests
