#include "reconciler/placement/match.h"

#include "tests/unit/placement/policies.h"

#include <algorithm>
#include <tuple>

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

namespace {

// "namespace/name" of a PropagationPolicy, "name" of a ClusterPropagationPolicy.
std::string shown(const PropagationPolicy* found) {
  if (found == nullptr) return "";
  return (found->namespace_.empty() ? "" : found->namespace_ + "/") + found->name;
}

const char* why(const Choice& choice) {
  switch (choice.why) {
    case Choice::Why::nothing_matches:
      return "nothing matches";
    case Choice::Why::skipped:
      return "skipped";
    case Choice::Why::best_match:
      return "best match";
    case Choice::Why::claimed:
      return "claimed";
    case Choice::Why::preempted:
      return "preempted";
  }
  return "";
}

std::string with_claim(std::vector<PropagationPolicy> policies, const Claim& claim,
                       const Object& object = config()) {
  const PolicyIndex index(std::move(policies));
  const Choice choice = index.choose(object, &claim);
  return shown(choice.policy) + (choice.policy == nullptr ? "" : ": ") + why(choice);
}

PropagationPolicy preempting(const std::string& place, const std::string& name, int priority,
                             const std::string& how = by_name) {
  PropagationPolicy policy = select(place, name, how, priority);
  policy.preempts = true;
  return policy;
}

}  // namespace

TEST_CASE("selectors and the implicit priority they give") {
  const auto [selector, implicit] = GENERATE(table<std::string, int>({
      {"'apiVersion': 'v1', 'kind': 'ConfigMap'", 1},
      {"'apiVersion': 'v1', 'kind': 'Secret'", 0},
      {"'apiVersion': 'v1beta1', 'kind': 'ConfigMap'", 0},
      {"'apiVersion': 'v1', 'kind': 'configmap'", 0},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'namespace': 'shop'", 1},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'namespace': 'other'", 0},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'name': 'app'", 3},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'name': 'ap'", 0},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'namespace': 'other', 'name': 'app'", 0},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'namespace': 'shop', 'name': 'app'", 3},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'name': 'app', 'labelSelector': {'matchLabels': "
       "{'no': 'such'}}",
       3},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'name': 'ap', 'labelSelector': {}", 0},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'labelSelector': {}", 2},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'labelSelector': {'matchLabels': {}}", 2},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'labelSelector': {'matchLabels': {'tier': 'web'}}",
       2},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'labelSelector': {'matchLabels': {'tier': 'we'}}",
       0},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'labelSelector': {'matchLabels': {'tier': 'web', "
       "'a': 'b'}}",
       0},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'labelSelector': {'matchLabels': {'tier': 'web'}, "
       "'matchExpressions': [{'key': 'tier', 'operator': 'NotIn', 'values': ['web']}]}",
       0},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'labelSelector': {'matchExpressions': [{'key': "
       "'tier', 'operator': 'In', 'values': ['db', 'web', 'web']}]}",
       2},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'labelSelector': {'matchExpressions': [{'key': "
       "'tier', 'operator': 'In', 'values': ['db']}]}",
       0},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'labelSelector': {'matchExpressions': [{'key': "
       "'tier', 'operator': 'Exists'}]}",
       2},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'labelSelector': {'matchExpressions': [{'key': "
       "'tier', 'operator': 'DoesNotExist'}]}",
       0},
      {"'apiVersion': 'v1', 'kind': 'ConfigMap', 'labelSelector': {'matchExpressions': [{'key': "
       "'a', 'operator': 'NotIn', 'values': ['b']}]}",
       2},
  }));
  INFO(selector);
  const PropagationPolicy chooser = policy("", "c", "{'resourceSelectors': [{" + selector + "}]}");
  const PolicyIndex index({chooser});
  const auto found = index.candidates(config());
  CHECK((found.empty() ? 0 : found.front().implicit_priority) == implicit);
  CHECK((index.choose(config()) != nullptr) == (implicit > 0));
  CHECK(overrides::best_match(chooser.selectors, config().tree) == implicit);
  const Claim claim = {"", "c"};
  CHECK(index.choose(config(), &claim).why ==
        (implicit > 0 ? Choice::Why::claimed : Choice::Why::nothing_matches));
}

TEST_CASE("the best selector of a policy counts") {
  const PropagationPolicy many = policy(
      "", "b",
      "{'resourceSelectors': [{'apiVersion': 'v1', 'kind': 'ConfigMap'}, {'apiVersion': 'v1', "
      "'kind': 'ConfigMap', 'name': 'app'}, {'apiVersion': 'v1', 'kind': 'ConfigMap', "
      "'labelSelector': {}}]}");
  CHECK(chosen({many, select("", "a", by_label)}) == "b");
  const auto found = PolicyIndex({many}).candidates(config());
  REQUIRE(found.size() == 1);
  CHECK(found[0].implicit_priority == 3);
}

TEST_CASE("labels that are shared by few selectors and by many") {
  // All but two ask for tier=web and a label that the object does not have.
  std::vector<PropagationPolicy> policies;
  for (int i = 0; i < 20; ++i)
    policies.push_back(select(
        "", "p" + std::to_string(i),
        "'labelSelector': {'matchLabels': {'tier': 'web', 'n': '" + std::to_string(i) + "'}}"));
  CHECK(chosen(policies).empty());
  policies.push_back(select("", "z", by_label));
  CHECK(chosen(policies) == "z");
  CHECK(chosen(policies, config("shop", ", 'n': '7'")) == "p7");
  CHECK(chosen(policies, config("shop", ", 'n': '77'")) == "z");
}

TEST_CASE("every policy that matches, the best first") {
  const PolicyIndex index({select("shop", "b"), select("shop", "a"), select("shop", "c", by_name),
                           select("shop", "d", by_label), select("shop", "e", "", 1),
                           select("shop", "no", "'name': 'x'"), select("", "f", by_name, 5),
                           select("", "g", "", 9), select("other", "h")});
  std::string text;
  for (const Candidate& candidate : index.candidates(config()))
    text += shown(candidate.policy) + "=" + std::to_string(candidate.implicit_priority) + " ";
  CHECK(text == "shop/e=1 shop/c=3 shop/d=2 shop/a=1 shop/b=1 g=1 f=3 ");
  CHECK(index.candidates(config("kube-system")).empty());
  CHECK(
      index.candidates(config("shop", ", 'resourcetemplate.karmada.io/claimed-by': 'x'")).empty());
  CHECK(PolicyIndex().candidates(config()).empty());
}

TEST_CASE("a claim is sticky while its policy is there and matches") {
  const auto weak = select("shop", "weak");
  const auto strong = select("shop", "strong", by_name, 100);
  const auto global = select("", "global", "", 7);
  SECTION("against a better policy") {
    CHECK(with_claim({weak, strong}, {"shop", "weak"}) == "shop/weak: claimed");
    CHECK(with_claim({weak, strong, global}, {"", "global"}) == "global: claimed");
    CHECK(with_claim({global, select("", "a", by_name, 9)}, {"", "global"}) == "global: claimed");
  }
  SECTION("without its policy the best one takes it") {
    CHECK(with_claim({weak, strong}, {"shop", "gone"}) == "shop/strong: best match");
    CHECK(with_claim({global}, {"shop", "global"}) == "global: best match");
    CHECK(with_claim({}, {"shop", "gone"}) == "nothing matches");
  }
  SECTION("nor if it does not match any more") {
    CHECK(with_claim({select("shop", "weak", "'name': 'x'"), strong}, {"shop", "weak"}) ==
          "shop/strong: best match");
    CHECK(with_claim({select("shop", "weak", "'name': 'x'")}, {"shop", "weak"}) ==
          "nothing matches");
  }
  SECTION("nor if it is the policy of another namespace") {
    CHECK(with_claim({select("other", "p"), global}, {"other", "p"}) == "global: best match");
    const Object role = test::object(
        "{'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'cluster-scoped'}}");
    CHECK(with_claim({select("shop", "p"), global}, {"shop", "p"}, role) == "global: best match");
  }
  SECTION("an object that is skipped is skipped all the same") {
    CHECK(with_claim({global}, {"", "global"}, config("kube-system")) == "skipped");
  }
}

TEST_CASE("who may take over an object from the policy that holds it") {
  const auto holder = select("shop", "holder", "", 5);
  const auto global = select("", "global", "", 5);
  SECTION("a PropagationPolicy from another one: with a larger priority only") {
    CHECK(with_claim({holder, preempting("shop", "p", 6)}, {"shop", "holder"}) ==
          "shop/p: preempted");
    CHECK(with_claim({holder, preempting("shop", "p", 5)}, {"shop", "holder"}) ==
          "shop/holder: claimed");
    CHECK(with_claim({holder, preempting("shop", "p", 4)}, {"shop", "holder"}) ==
          "shop/holder: claimed");
  }
  SECTION("a PropagationPolicy from a ClusterPropagationPolicy: always") {
    CHECK(with_claim({global, preempting("shop", "p", -9)}, {"", "global"}) == "shop/p: preempted");
    CHECK(with_claim({global, preempting("other", "p", 9)}, {"", "global"}) == "global: claimed");
  }
  SECTION("a ClusterPropagationPolicy from another one: with a larger priority only") {
    CHECK(with_claim({global, preempting("", "p", 6)}, {"", "global"}) == "p: preempted");
    CHECK(with_claim({global, preempting("", "p", 5)}, {"", "global"}) == "global: claimed");
  }
  SECTION("a ClusterPropagationPolicy from a PropagationPolicy: never") {
    CHECK(with_claim({holder, preempting("", "p", 100)}, {"shop", "holder"}) ==
          "shop/holder: claimed");
  }
  SECTION("only by a selector with a name, and only the object of that name") {
    CHECK(with_claim({holder, preempting("shop", "p", 6, "")}, {"shop", "holder"}) ==
          "shop/holder: claimed");
    CHECK(with_claim({holder, preempting("shop", "p", 6, by_label)}, {"shop", "holder"}) ==
          "shop/holder: claimed");
    CHECK(with_claim({holder, preempting("shop", "p", 6, "'name': 'x'")}, {"shop", "holder"}) ==
          "shop/holder: claimed");
  }
  SECTION("only with preemption Always") {
    CHECK(with_claim({holder, select("shop", "p", by_name, 6)}, {"shop", "holder"}) ==
          "shop/holder: claimed");
    CHECK(with_claim({holder, select("shop", "q", by_name, 9), preempting("shop", "p", 6)},
                     {"shop", "holder"}) == "shop/p: preempted");
  }
  SECTION("of several the best") {
    CHECK(with_claim({holder, preempting("shop", "b", 7), preempting("shop", "a", 6),
                      preempting("shop", "c", 7)},
                     {"shop", "holder"}) == "shop/b: preempted");
    CHECK(with_claim({global, preempting("", "b", 9), preempting("shop", "z", 0)},
                     {"", "global"}) == "shop/z: preempted");
    CHECK(with_claim({global, preempting("", "b", 7, by_name),
                      preempting("", "a", 8, "'namespace': 'shop', 'name': 'app'")},
                     {"", "global"}) == "a: preempted");
  }
  SECTION("the new holder stays") {
    const std::vector<PropagationPolicy> both = {holder, preempting("shop", "p", 6)};
    CHECK(with_claim(both, {"shop", "p"}) == "shop/p: claimed");
  }
}

TEST_CASE("the index finds what going through all policies finds") {
  // Every combination of a few parts, so that each kind of list has several entries.
  std::vector<PropagationPolicy> policies;
  const std::vector<std::string> hows = {"",
                                         by_name,
                                         by_label,
                                         "'labelSelector': {}",
                                         "'name': 'b'",
                                         "'labelSelector': {'matchLabels': {'tier': 'db'}}"};
  int count = 0;
  for (const std::string place : {"", "shop", "other"})
    for (const std::string& how : hows)
      for (const int priority : {0, 3})
        for (const std::string name : {"x", "y"})
          policies.push_back(select(place,
                                    name + std::to_string(count++ % 7) + std::to_string(priority) +
                                        std::to_string(&how - hows.data()),
                                    how, priority));
  std::sort(policies.begin(), policies.end());
  const PolicyIndex index(policies);
  for (const std::string place : {"shop", "other", "third"}) {
    const Object object = config(place);
    const PropagationPolicy* wanted = nullptr;
    const auto rank = [&](const PropagationPolicy& p) {
      return std::tuple(!p.namespace_.empty(), p.priority,
                        overrides::best_match(p.selectors, object.tree));
    };
    for (const PropagationPolicy& policy : index.policies()) {
      if (!policy.namespace_.empty() && policy.namespace_ != place) continue;
      if (overrides::best_match(policy.selectors, object.tree) == 0) continue;
      if (wanted == nullptr || rank(policy) > rank(*wanted)) wanted = &policy;
    }
    CHECK(shown(index.choose(object)) == shown(wanted));
    REQUIRE_FALSE(index.candidates(object).empty());
    CHECK(index.candidates(object).front().policy == wanted);
  }
}

TEST_CASE("the index lists its policies by namespace and name") {
  const PolicyIndex index({select("shop", "b"), select("", "z"), select("shop", "a")});
  std::vector<std::string> names;
  for (const PropagationPolicy& entry : index.policies())
    names.push_back(entry.namespace_ + "/" + entry.name);
  CHECK(names == std::vector<std::string>{"/z", "shop/a", "shop/b"});
}
