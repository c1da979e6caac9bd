#include "reconciler/decision/explain.h"

#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

decision::Explanation explain(const Files& files, const ObjectKey& object,
                              const decision::Previous& previous = {}) {
  decision::Explanation explanation;
  explanation.object = object;
  const catalog::MemoryTree tree(files);
  decision::decide({"main@sha1:1", catalog::load_catalog(tree).value()}, previous, explanation);
  return explanation;
}

}  // namespace

TEST_CASE("an explanation names every policy that matches, the chosen one first") {
  Files files = shop();
  files["policies/a.yaml"] = policy("for-a", "production", "a");
  const decision::Explanation why = explain(files, key("a"));
  CHECK(why.found);
  CHECK(why.source == "apps/a.yaml:1:1");
  REQUIRE(why.policies.size() == 2);
  CHECK(why.policies[0].name == "PropagationPolicy shop/for-a");
  CHECK(why.policies[0].chosen);
  CHECK(why.policies[0].implicit_priority == 3);
  CHECK_FALSE(why.policies[1].chosen);
  CHECK(why.choice == "PropagationPolicy shop/for-a is the best match");
}

TEST_CASE("an explanation tells of the clusters and of what changed the object there") {
  const decision::Explanation why = explain(shop(), key("a"));
  CHECK(why.schedule.needed);
  CHECK(why.schedule.clusters.size() == 2);
  REQUIRE(why.touched.contains("eu"));
  CHECK(why.touched.at("eu").size() == 1);
  CHECK(why.touched.contains("ap"));  // shares the manifest of eu, is touched all the same
}

TEST_CASE("an explanation tells of claims that stay") {
  const decision::Decision first = tests::decide(shop());
  Files files = shop();
  files["policies/a.yaml"] = policy("for-a", "production", "a");
  const decision::Explanation why = explain(files, key("a"), remember(first));
  CHECK(why.choice.starts_with("PropagationPolicy shop/shop had it before"));
  REQUIRE(why.notes.size() == 1);
  CHECK(why.notes[0].find("matches better") != std::string::npos);
}

TEST_CASE("an explanation tells who needs it, and whom it needs") {
  const Files files = {
      {"eu.yaml", cluster("eu")},
      {"web.yaml", deployment("web", 1, "a")},
      {"a.yaml", config_map("a")},
      {"p.yaml", policy_for("p", "apps/v1 Deployment", "  propagateDeps: true\n")}};
  const decision::Explanation why = explain(files, key("a"));
  CHECK(why.choice == "no policy selects it");
  CHECK(why.required_by ==
        std::map<std::string, std::vector<std::string>>{{"shop/web-deployment", {"eu"}}});
  CHECK(explain(files, deployment_key("web")).dependencies ==
        std::vector<std::string>{"ConfigMap/shop/a"});
}

TEST_CASE("what is left as it is was found all the same") {
  const decision::Decision first = tests::decide(shop());
  Files files = shop();
  files["policies/mark.yaml"] = "{ broken";
  const decision::Explanation why = explain(files, key("a"), remember(first));
  CHECK(why.found);
  REQUIRE(why.notes.size() == 1);
  CHECK(why.notes[0].find("it stays as it was applied last") != std::string::npos);
}

TEST_CASE("what the repository does not have is not found") {
  CHECK_FALSE(explain(shop(), key("none")).found);
}
