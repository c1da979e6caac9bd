#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

// Clusters eu and ap and ConfigMap a, with these policies.
Files with(const Files& policies) {
  Files files = {
      {"eu.yaml", cluster("eu")}, {"ap.yaml", cluster("ap")}, {"a.yaml", config_map("a")}};
  files.insert(policies.begin(), policies.end());
  return files;
}

std::string owner(const decision::Decision& decision) {
  const decision::Binding* binding = binding_of(decision, "a");
  return binding == nullptr ? "-" : binding->policy.namespace_ + "/" + binding->policy.name;
}

const std::string any = "v1 ConfigMap";
const std::string only_a = "v1 ConfigMap a";

}  // namespace

TEST_CASE("the best policy claims: namespace before cluster, priority, name in the selector") {
  struct Case {
    Files policies;
    std::string owner;
  };
  const std::vector<Case> cases = {
      {{{"p.yaml", policy_for("p", any)}, {"q.yaml", policy_for("q", any)}}, "shop/p"},
      {{{"p.yaml", policy_for("p", any)}, {"q.yaml", policy_for("q", only_a)}}, "shop/q"},
      {{{"p.yaml", policy_for("p", only_a)}, {"q.yaml", policy_for("q", any, "  priority: 1\n")}},
       "shop/q"},
      {{{"p.yaml", policy_for("p", any)},
        {"c.yaml", cluster_policy_for("c", only_a, "  priority: 9\n")}},
       "shop/p"},
      {{{"c.yaml", cluster_policy_for("c", any)}}, "/c"},
      {{}, "-"},
  };
  for (const Case& c : cases) CHECK(owner(tests::decide(with(c.policies))) == c.owner);
}

TEST_CASE("a claim stays when a better policy comes, and that is said") {
  const decision::Decision first = tests::decide(with({{"p.yaml", policy_for("p", any)}}));
  const Files both = with({{"p.yaml", policy_for("p", any)}, {"q.yaml", policy_for("q", only_a)}});
  const decision::Decision second = tests::decide(both, remember(first));
  CHECK(owner(second) == "shop/p");
  CHECK(faults_of(second, key("a")) == std::vector<std::string>{"claim-stays"});

  SECTION("until its policy no longer selects the object") {
    Files moved = both;
    moved["p.yaml"] = policy_for("p", "v1 ConfigMap other");
    CHECK(owner(tests::decide(moved, remember(second))) == "shop/q");
  }
  SECTION("until its policy leaves") {
    Files without = both;
    without.erase("p.yaml");
    CHECK(owner(tests::decide(without, remember(second))) == "shop/q");
  }
}

TEST_CASE("preemption takes over from a lower priority and from ClusterPropagationPolicies") {
  struct Case {
    std::string holder;
    std::string more;
    std::string owner;
  };
  const std::vector<Case> cases = {
      {policy_for("p", any), "  preemption: Always\n", "shop/p"},
      {policy_for("p", any), "  preemption: Always\n  priority: 1\n", "shop/q"},
      {policy_for("p", any), "  priority: 1\n", "shop/p"},
      {cluster_policy_for("c", any, "  priority: 9\n"), "  preemption: Always\n", "shop/q"},
      {cluster_policy_for("c", any), "", "/c"},
  };
  for (const Case& c : cases) {
    const decision::Decision first = tests::decide(with({{"holder.yaml", c.holder}}));
    const Files files =
        with({{"holder.yaml", c.holder}, {"q.yaml", policy_for("q", only_a, c.more)}});
    CHECK(owner(tests::decide(files, remember(first))) == c.owner);
  }
}

TEST_CASE("a policy waits for the override policies it depends on") {
  const std::string waiting = policy_for("p", any, "  dependentOverrides: [mark]\n");
  const decision::Decision first = tests::decide(with({{"p.yaml", waiting}}));
  CHECK(owner(first) == "-");
  CHECK(faults_of(first, key("a")) == std::vector<std::string>{"waiting-for-overrides"});

  const Files complete = with({{"p.yaml", waiting}, {"m.yaml", labelling("mark", "one")}});
  const decision::Decision second = tests::decide(complete, remember(first));
  CHECK(rendered_on(second, key("a")) == "ap eu");

  const decision::Decision third = tests::decide(with({{"p.yaml", waiting}}), remember(second));
  CHECK(rendered_on(third, key("a")).empty());
  CHECK(held_on(third, key("a")) == "ap eu");
  CHECK(third.undecided.contains(key("a")));
}

TEST_CASE("bindings that ask for one name get one each, and give it back") {
  Files files = with(
      {{"p.yaml", policy_for("p", any)}, {"q.yaml", policy_for("q", "example.com/v1 ConfigMap")}});
  files["other.yaml"] =
      "apiVersion: example.com/v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n";
  const ObjectKey other{"example.com", "ConfigMap", "shop", "a"};
  const decision::Decision first = tests::decide(files);
  CHECK(binding_of(first, "a")->name == "a-configmap");
  CHECK(binding_of(first, other)->name == "a-configmap.example.com");

  SECTION("the other one has the name alone") {
    files.erase("a.yaml");
    CHECK(binding_of(tests::decide(files, remember(first)), other)->name == "a-configmap");
  }
  SECTION("one that is kept takes part") {
    files["a.yaml"] = "kind: [";
    const decision::Decision second = tests::decide(files, remember(first));
    CHECK(binding_of(second, "a")->kept);
    CHECK(binding_of(second, other)->name == "a-configmap.example.com");
  }
}

TEST_CASE("names of one group that differ in ':' and '.' are counted") {
  Files files =
      with({{"c.yaml", cluster_policy_for("c", "rbac.authorization.k8s.io/v1 ClusterRole")}});
  for (const std::string name : {"a:b:c", "a:b.c", "a.b:c"})
    files[name + ".yaml"] =
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: \"" + name +
        "\"}\n";
  std::vector<std::string> names;
  for (const decision::Binding& binding : tests::decide(files).bindings)
    names.push_back(binding.name);
  CHECK(names == std::vector<std::string>{"a.b.c-clusterrole",
                                          "a.b.c-clusterrole.rbac.authorization.k8s.io",
                                          "a.b.c-clusterrole.rbac.authorization.k8s.io.2"});
}
