#include "reconciler/placement/match.h"
#include "tests/bench/figures.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

// Finds the policy of each template, on one core: once with policies that select all of the kind,
// once by name and once by label; each once without claims and once with the claims of that first
// round. Prints lines of "name value unit".
//   match_bench [TEMPLATES [POLICIES]]
namespace {

using namespace flotilla;
using namespace flotilla::placement;
using bench::print;
using bench::seconds;

constexpr int namespaces = 100;

std::string place_of(int i) { return "team-" + std::to_string(i % namespaces); }
std::string name_of(int i) { return "web-" + std::to_string(i); }

std::vector<Object> write_templates(int count, int policies) {
  std::vector<Object> objects;
  for (int i = 0; i < count; ++i) {
    Object object;
    object.api_version = "apps/v1";
    object.tree["apiVersion"] = object.api_version;
    object.tree["kind"] = "Deployment";
    Json::Value& metadata = object.tree["metadata"];
    metadata["namespace"] = place_of(i);
    metadata["name"] = name_of(i);
    metadata["labels"]["app"] = name_of(i % policies);
    metadata["labels"]["tier"] = "web";
    metadata["labels"]["team"] = place_of(i);
    object.key = key_of(object.tree);
    objects.push_back(std::move(object));
  }
  return objects;
}

using Selector = std::function<void(overrides::ResourceSelector&, int)>;

// One in two is of a namespace, the others are of the cluster.
std::vector<PropagationPolicy> write_policies(int count, const Selector& narrow) {
  std::vector<PropagationPolicy> policies;
  for (int i = 0; i < count; ++i) {
    PropagationPolicy policy;
    policy.name = "policy-" + std::to_string(i);
    if (i % 2 == 0) policy.namespace_ = place_of(i);
    overrides::ResourceSelector selector;
    selector.api_version = "apps/v1";
    selector.kind = "Deployment";
    selector.namespace_ = policy.namespace_;
    narrow(selector, i);
    policy.selectors.push_back(std::move(selector));
    policies.push_back(std::move(policy));
  }
  return policies;
}

// The number of templates that have a policy.
std::size_t match_all(const PolicyIndex& index, const std::vector<Object>& objects,
                      std::vector<Claim>& claims) {
  const bool claimed = !claims.empty();
  std::vector<Claim> chosen;
  std::size_t matched = 0;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const bool has_claim = claimed && !claims[i].name.empty();
    const Choice choice = index.choose(objects[i], has_claim ? &claims[i] : nullptr);
    if (choice.policy != nullptr) ++matched;
    chosen.push_back(
        choice.policy == nullptr ? Claim{} : Claim{choice.policy->namespace_, choice.policy->name});
  }
  claims = std::move(chosen);
  return matched;
}

bool measure(const std::string& name, const std::vector<Object>& objects, int count,
             const Selector& narrow) {
  std::vector<PropagationPolicy> policies = write_policies(count, narrow);
  PolicyIndex index;
  std::vector<Claim> claims;
  std::size_t first = 0;
  std::size_t again = 0;
  const auto figure = [&](const char* what, double value) {
    print(("match." + name + "." + what).c_str(), value, "s (want < 0.3)");
  };
  figure("index", seconds([&] { index = PolicyIndex(std::move(policies)); }));
  figure("choose", seconds([&] { first = match_all(index, objects, claims); }));
  figure("choose_claimed", seconds([&] { again = match_all(index, objects, claims); }));
  print(("match." + name + ".matched").c_str(), static_cast<double>(first), "templates");
  return first > 0 && first == again;
}

int run(int templates, int policies) {
  const std::vector<Object> objects = write_templates(templates, policies);
  print("match.templates", templates, "templates");
  print("match.policies", policies, "policies");
  bool good = measure("all_of_kind", objects, policies, [](overrides::ResourceSelector&, int) {});
  good &= measure("by_name", objects, policies,
                  [](overrides::ResourceSelector& selector, int i) { selector.name = name_of(i); });
  good &= measure("by_label", objects, policies, [](overrides::ResourceSelector& selector, int i) {
    selector.label_selector = {{{"app", name_of(i)}, {"tier", "web"}}, {}};
  });
  good &=
      measure("by_one_label", objects, policies, [](overrides::ResourceSelector& selector, int) {
        selector.label_selector = {{{"tier", "web"}}, {}};
      });
  print("match.peak_memory", bench::peak_mebibytes(), "MiB");
  return good ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const int templates = argc > 1 ? std::atoi(argv[1]) : 12'000;
  const int policies = argc > 2 ? std::atoi(argv[2]) : 2'500;
  return run(std::max(templates, 1), std::max(policies, 1));
}
