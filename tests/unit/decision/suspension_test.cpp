#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

Files suspended(const std::string& suspension, const std::string& value = "1") {
  return {{"eu.yaml", cluster("eu")},
          {"ap.yaml", cluster("ap")},
          {"a.yaml", config_map("a", value)},
          {"p.yaml", policy_for("p", "v1 ConfigMap", suspension)}};
}

const std::string everywhere = "  suspension: {dispatching: true}\n";
const std::string on_eu = "  suspension: {dispatchingOnClusters: {clusterNames: [eu]}}\n";

}  // namespace

TEST_CASE("what is suspended stays on its clusters as it is") {
  const decision::Decision all = tests::decide(suspended(everywhere));
  CHECK(places_of(all, key("a")) == "ap eu");
  CHECK(rendered_on(all, key("a")).empty());
  CHECK(held_on(all, key("a")) == "ap eu");

  const decision::Decision one = tests::decide(suspended(on_eu));
  CHECK(rendered_on(one, key("a")) == "ap");
  CHECK(held_on(one, key("a")) == "eu");
}

TEST_CASE("suspension begins and ends with the policy") {
  decision::Decision decision = tests::decide(suspended(""));
  CHECK(rendered_on(decision, key("a")) == "ap eu");
  decision = tests::decide(suspended(everywhere, "2"), remember(decision));
  CHECK(rendered_on(decision, key("a")).empty());
  decision = tests::decide(suspended("", "2"), remember(decision));
  CHECK(rendered_on(decision, key("a")) == "ap eu");
  CHECK(held_on(decision, key("a")).empty());
}

TEST_CASE("what is suspended follows its placement: it is not held where it no longer goes") {
  const decision::Decision first = tests::decide(suspended(""));
  const decision::Decision second =
      tests::decide(suspended(everywhere + to_clusters("ap")), remember(first));
  CHECK(held_on(second, key("a")) == "ap");
}

TEST_CASE("dependencies of what is suspended go on") {
  Files files = suspended("");
  files["web.yaml"] = deployment("web", 1, "a");
  files["p.yaml"] = policy_for("p", "apps/v1 Deployment", "  propagateDeps: true\n" + everywhere);
  const decision::Decision decision = tests::decide(files);
  CHECK(held_on(decision, deployment_key("web")) == "ap eu");
  CHECK(rendered_on(decision, key("a")) == "ap eu");
}
