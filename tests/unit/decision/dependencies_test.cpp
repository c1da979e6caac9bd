#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

// Deployment web on eu, with what its pods refer to; ConfigMap a without a policy of its own.
Files web() {
  return {{"eu.yaml", cluster("eu")},
          {"ap.yaml", cluster("ap")},
          {"web.yaml", deployment("web", 1, "a")},
          {"a.yaml", config_map("a")},
          {"p.yaml", policy_for("p", "apps/v1 Deployment web",
                                "  propagateDeps: true\n" + to_clusters("eu"))}};
}

}  // namespace

TEST_CASE("a dependency goes where its requirer goes") {
  const decision::Decision decision = tests::decide(web());
  CHECK(rendered_on(decision, key("a")) == "eu");
  const decision::Binding* binding = binding_of(decision, "a");
  REQUIRE(binding->required_by.size() == 1);
  CHECK(binding->required_by.front().namespace_ == "shop");
  CHECK(binding->required_by.front().name == "web-deployment");
  CHECK(binding->policy.name.empty());
  CHECK(decision.unmatched.empty());
}

TEST_CASE("a dependency leaves with what it was there for") {
  struct Case {
    std::string what;
    std::string file;
    std::string content;
  };
  const std::vector<Case> cases = {
      {"the requirer left", "web.yaml", ""},
      {"it no longer refers to it", "web.yaml", deployment("web")},
      {"its policy left", "p.yaml", ""},
      {"its policy no longer propagates dependencies", "p.yaml",
       policy_for("p", "apps/v1 Deployment web", to_clusters("eu"))},
      {"it is scheduled nowhere", "p.yaml",
       policy_for("p", "apps/v1 Deployment web", "  propagateDeps: true\n" + to_clusters("none"))},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    Files after = web();
    after[c.file] = c.content;
    const decision::Decision decision = tests::decide(after, remember(tests::decide(web())));
    CHECK(binding_of(decision, "a") == nullptr);
    CHECK(rendered_on(decision, key("a")).empty());
    CHECK(decision.undecided.empty());
  }
}

TEST_CASE("a dependency that comes later is followed then") {
  Files files = web();
  files.erase("a.yaml");
  const decision::Decision first = tests::decide(files);
  CHECK(rendered_on(tests::decide(web(), remember(first)), key("a")) == "eu");
}

TEST_CASE("a dependency with a policy of its own goes to both") {
  Files files = web();
  files["own.yaml"] = policy_for("own", "v1 ConfigMap", to_clusters("ap"));
  const decision::Decision with_policy = tests::decide(files, remember(tests::decide(web())));
  CHECK(rendered_on(with_policy, key("a")) == "ap eu");
  CHECK(clusters_of(with_policy, "a") == "ap");

  const decision::Decision without = tests::decide(web(), remember(with_policy));
  CHECK(rendered_on(without, key("a")) == "eu");
}

TEST_CASE("a dependency takes Overwrite and preservation from any of its requirers") {
  Files files = web();
  files["api.yaml"] = deployment("api", 1, "a");
  files["q.yaml"] = policy_for("q", "apps/v1 Deployment api",
                               "  propagateDeps: true\n  conflictResolution: Overwrite\n"
                               "  preserveResourcesOnDeletion: true\n" +
                                   to_clusters("ap"));
  const decision::Decision decision = tests::decide(files);
  CHECK(rendered_on(decision, key("a")) == "ap eu");
  CHECK(manifest_of(decision, "eu", "a")->terms.takes_over);
  CHECK(binding_of(decision, "a")->preserve_on_deletion);

  files.erase("api.yaml");
  const decision::Decision one = tests::decide(files, remember(decision));
  CHECK(rendered_on(one, key("a")) == "eu");
  CHECK_FALSE(manifest_of(one, "eu", "a")->terms.takes_over);
}

TEST_CASE("a dependency stays while its requirer cannot be read") {
  const decision::Decision first = tests::decide(web());
  Files files = web();
  files["web.yaml"] = "kind: [";
  const decision::Decision second = tests::decide(files, remember(first));
  CHECK(held_on(second, deployment_key("web")) == "eu");
  CHECK(rendered_on(second, key("a")) == "eu");
}

TEST_CASE("without memory, what an undecided object may need is not pruned") {
  Files files = web();
  files["again.yaml"] = deployment("web", 2, "a");
  const decision::Decision decision = tests::decide(files);
  CHECK(rendered_on(decision, key("a")).empty());
  CHECK(decision.undecided.contains(key("a")));
  // Nor in the pass after that, which remembers this one.
  CHECK(tests::decide(files, remember(decision)).undecided.contains(key("a")));
}
