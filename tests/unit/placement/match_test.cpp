#include "reconciler/placement/match.h"

#include "tests/unit/placement/policies.h"

using namespace flotilla;
using namespace flotilla::placement;

namespace {

Object config(const std::string& place = "shop", const std::string& more_labels = "") {
  return test::object("{'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'namespace': '" +
                      place + "', 'name': 'app', 'labels': {'tier': 'web'" + more_labels + "}}}");
}

PropagationPolicy select(const std::string& place, const std::string& name,
                         const std::string& how = "", int priority = 0) {
  const std::string selector =
      "{'apiVersion': 'v1', 'kind': 'ConfigMap'" + (how.empty() ? "" : ", " + how) + "}";
  return policy(
      place, name,
      "{'resourceSelectors': [" + selector + "], 'priority': " + std::to_string(priority) + "}");
}

std::string chosen(std::vector<PropagationPolicy> policies, const Object& object = config()) {
  const PolicyIndex index(std::move(policies));
  const PropagationPolicy* found = index.choose(object);
  if (found == nullptr) return "";
  return (found->namespace_.empty() ? "" : found->namespace_ + "/") + found->name;
}

const std::string by_label = "'labelSelector': {'matchLabels': {'tier': 'web'}}";
const std::string by_name = "'name': 'app'";

}  // namespace

TEST_CASE("the policy of an object") {
  SECTION("the smaller name of equals") {
    CHECK(chosen({select("shop", "b"), select("shop", "a"), select("shop", "c")}) == "shop/a");
  }
  SECTION("the more specific selector before the name") {
    CHECK(chosen({select("shop", "a"), select("shop", "b", by_label)}) == "shop/b");
    CHECK(chosen({select("shop", "a", by_label), select("shop", "b", by_name)}) == "shop/b");
    CHECK(chosen({select("shop", "a", by_name), select("shop", "b", by_label)}) == "shop/a");
  }
  SECTION("the priority before all that") {
    CHECK(chosen({select("shop", "a", by_name, 1), select("shop", "b", "", 2)}) == "shop/b");
    CHECK(chosen({select("shop", "a", by_name, -1), select("shop", "b")}) == "shop/b");
    CHECK(chosen({select("shop", "a", "", 2), select("shop", "b", by_name, 1)}) == "shop/a");
  }
  SECTION("any policy of the namespace before those of the cluster") {
    CHECK(chosen({select("shop", "z"), select("", "a", by_name, 100)}) == "shop/z");
    CHECK(chosen({select("other", "z"), select("", "a")}) == "a");
    CHECK(chosen({select("shop", "z", "'name': 'x'"), select("", "a")}) == "a");
  }
  SECTION("none") {
    CHECK(chosen({}).empty());
    CHECK(chosen({select("other", "a"), select("", "b", "'name': 'x'"),
                  select("", "c", "'namespace': 'other'")})
              .empty());
  }
}

TEST_CASE("cluster-scoped objects are selected by ClusterPropagationPolicies alone") {
  const Object role = test::object(
      "{'apiVersion': 'rbac.authorization.k8s.io/v1', 'kind': 'ClusterRole', 'metadata': {'name': "
      "'r'}}");
  const std::string spec =
      "{'resourceSelectors': [{'apiVersion': 'v1', 'kind': 'Secret'}, {'apiVersion': "
      "'rbac.authorization.k8s.io/v1', 'kind': "
      "'ClusterRole'}]}";
  CHECK(chosen({policy("shop", "p", spec), policy("", "c", spec)}, role) == "c");
  CHECK(chosen({policy("shop", "p", spec)}, role).empty());
}

TEST_CASE("objects that are never propagated") {
  const auto [place, skipped] = GENERATE(table<std::string, bool>({
      {"kube-system", true},
      {"kube-public", true},
      {"karmada-system", true},
      {"karmada-cluster", true},
      {"karmada-es-eu", true},
      {"karmada-es-", true},
      {"karmada", false},
      {"karmada-system-2", false},
      {"my-kube-system", false},
      {"kube", false},
      {"default", false},
  }));
  INFO(place);
  CHECK(is_skipped({"", "ConfigMap", place, "app"}) == skipped);
  CHECK(chosen({select("", "all")}, config(place)).empty() == skipped);
}

TEST_CASE("events, leases and what another controller claimed are never propagated") {
  CHECK(is_skipped({"", "Event", "shop", "e"}));
  CHECK(is_skipped({"events.k8s.io", "Event", "shop", "e"}));
  CHECK(is_skipped({"coordination.k8s.io", "Lease", "shop", "l"}));
  CHECK_FALSE(is_skipped({"example.com", "Event", "shop", "e"}));
  CHECK_FALSE(is_skipped({"", "Namespace", "", "kube-system"}));
  const Object claimed = config("shop", ", 'resourcetemplate.karmada.io/claimed-by': 'x'");
  CHECK(chosen({select("shop", "a")}, claimed).empty());
}

TEST_CASE("the index lists its policies by namespace and name") {
  const PolicyIndex index({select("shop", "b"), select("", "z"), select("shop", "a")});
  std::vector<std::string> names;
  for (const PropagationPolicy& entry : index.policies())
    names.push_back(entry.namespace_ + "/" + entry.name);
  CHECK(names == std::vector<std::string>{"/z", "shop/a", "shop/b"});
}
