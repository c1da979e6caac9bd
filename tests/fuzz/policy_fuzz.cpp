#include "overrides/cluster.h"
#include "reconciler/placement/match.h"
#include "reconciler/placement/policy.h"
#include "render/document/json.h"
#include "render/yaml/reader.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <set>

using namespace flotilla;
using namespace flotilla::placement;

namespace {

void require(bool truth, const char* what) {
  if (truth) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

void check_problems(const Problems& problems) {
  for (const Problem& problem : problems) {
    require(!problem.code.empty() && !problem.message.empty(), "a problem says what it is");
    require(problem.where.file == "f.yaml", "a problem names its file");
  }
}

void check_affinities(const Placement& placement) {
  std::set<std::string> names;
  for (const AffinityTerm& term : placement.terms) {
    require(names.insert(term.name).second, "terms have names of their own");
    require(!term.name.empty() || placement.terms.size() == 1, "several terms have names");
    std::set<std::string> own = {term.name};
    for (const AffinityTerm& overflow : term.overflow) {
      require(!overflow.name.empty() && own.insert(overflow.name).second, "overflow has names");
      require(overflow.overflow.empty(), "what overflows into does not overflow");
      require(placement.is_divided(), "only divided replicas overflow");
    }
  }
}

void check_placement(const Placement& placement) {
  check_affinities(placement);
  for (const SpreadConstraint& spread : placement.spread) {
    require(spread.min >= 1, "a spread constraint wants at least one group");
    require(spread.max == 0 || spread.max >= spread.min, "it allows what it wants");
    require((spread.field == SpreadField::label) == !spread.label.empty(), "it has one subject");
  }
  if (placement.replicas && placement.replicas->weights) {
    require(placement.replicas->division == Division::static_weight, "weights are static");
    for (const StaticWeight& weight : *placement.replicas->weights)
      require(weight.weight >= 1, "weights are positive");
  }
  Problems problems;
  const auto again = read_placement(placement.tree, {"again.yaml", "", problems, "spec.placement"});
  require(again && !has_error(problems), "a stored placement can be read");
  require(canonical_json(again->tree) == canonical_json(placement.tree), "and is stored equal");
  require(again->spread.size() == placement.spread.size() &&
              again->terms.size() == placement.terms.size() &&
              again->is_divided() == placement.is_divided(),
          "and means the same");
}

void check_policy(const PropagationPolicy& policy, const Object& object) {
  require(!policy.selectors.empty(), "a policy selects something");
  for (const overrides::ResourceSelector& selector : policy.selectors) {
    require(policy.namespace_.empty() || selector.namespace_ == policy.namespace_,
            "selectors stay in the namespace of the policy");
    require(!policy.preempts || !selector.name.empty(), "preemption is by name");
  }
  require(!policy.suspension.everywhere || policy.suspension.clusters.empty(), "one suspension");
  require(policy.propagate_deps || !policy.failover.isMember("application"),
          "applications fail over with their dependencies");
  check_placement(policy.placement);

  const PolicyIndex index({policy});
  const auto found = index.candidates(object);
  const bool in_reach = policy.namespace_.empty() || policy.namespace_ == object.key.namespace_;
  const int implicit = in_reach ? overrides::best_match(policy.selectors, object.tree) : 0;
  const Claim claim{policy.namespace_, policy.name};
  const Choice choice = index.choose(object, &claim);
  if (choice.why == Choice::Why::skipped) return;
  require((found.empty() ? 0 : found[0].implicit_priority) == implicit, "found as compared");
  require((choice.policy != nullptr) == (implicit > 0), "chosen as compared");
}

Object object_of(Json::Value tree, const char* kind) {
  Object object;
  object.tree = std::move(tree);
  object.api_version = get_string(object.tree, "apiVersion");
  object.key = key_of(object.tree);
  if (kind != nullptr) object.key.kind = kind;
  object.source = {"f.yaml", 1, 1};
  return object;
}

// An object that the first selector names, as far as it does; the document itself has the labels.
Object template_for(const PropagationPolicy& policy, const Json::Value& document) {
  const overrides::ResourceSelector& selector = policy.selectors.front();
  Json::Value tree(Json::objectValue);
  tree["apiVersion"] = selector.api_version;
  tree["kind"] = selector.kind;
  tree["metadata"]["name"] = selector.name.empty() ? "n" : selector.name;
  if (!selector.namespace_.empty()) tree["metadata"]["namespace"] = selector.namespace_;
  if (const Json::Value* labels = labels_of(document)) tree["metadata"]["labels"] = *labels;
  return object_of(std::move(tree), nullptr);
}

void read_policy(const Json::Value& document, const char* kind) {
  Problems problems;
  const auto policy = read_propagation_policy(object_of(document, kind), problems);
  check_problems(problems);
  require(policy.has_value() == !has_error(problems), "a policy with an error is not returned");
  if (policy) check_policy(*policy, template_for(*policy, document));
}

void read_cluster(const Json::Value& document) {
  Problems problems;
  const auto cluster = overrides::read_cluster(
      std::make_shared<const Object>(object_of(document, nullptr)), problems);
  check_problems(problems);
  require(cluster.has_value() == !has_error(problems), "a cluster with an error is not returned");
  if (!cluster) return;
  require(!cluster->secret_ref || !cluster->api_endpoint.empty(), "a credential has its server");
  require(cluster->status.isNull() || cluster->status.isObject(), "a status is a map");
  for (const overrides::Taint& taint : cluster->taints)
    require(!taint.key.empty() && !taint.effect.empty(), "a taint has a key and an effect");
}

}  // namespace

// Every document is read as a policy of a namespace, as one of the cluster, and as a Cluster; one
// without `spec` stands for the spec.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const yaml::Limits limits{1U << 16U, 50, 2000, 100};
  const auto read =
      yaml::read_documents({reinterpret_cast<const char*>(data), size}, "f.yaml", limits);
  for (const yaml::Document& document : read.documents) {
    Json::Value tree = document.tree;
    if (find(tree, "spec") == nullptr) {
      tree = Json::Value(Json::objectValue);
      tree["metadata"]["name"] = "n";
      tree["spec"] = document.tree;
    }
    read_policy(tree, "PropagationPolicy");
    read_policy(tree, "ClusterPropagationPolicy");
    read_cluster(tree);
  }
  return 0;
}
