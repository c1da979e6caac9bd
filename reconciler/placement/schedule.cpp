#include "reconciler/placement/schedule.h"

#include "render/base/text.h"

#include <algorithm>
#include <map>

namespace flotilla::placement {

namespace {

using overrides::Cluster;
using overrides::Taint;

constexpr const char* no_api = "cluster(s) did not have the API resource";
constexpr const char* no_affinity =
    "cluster(s) did not match the placement cluster affinity constraint";

bool tolerates(const Toleration& toleration, const Taint& taint) {
  if (!toleration.effect.empty() && toleration.effect != taint.effect) return false;
  if (!toleration.key.empty() && toleration.key != taint.key) return false;
  if (toleration.op == "Exists") return true;
  return (toleration.op.empty() || toleration.op == "Equal") && toleration.value == taint.value;
}

std::string taint_fault(const Cluster& cluster, const std::vector<Toleration>& tolerations) {
  for (const Taint& taint : cluster.taints) {
    if (taint.effect != "NoSchedule" && taint.effect != "NoExecute") continue;
    const bool tolerated =
        std::any_of(tolerations.begin(), tolerations.end(),
                    [&](const Toleration& toleration) { return tolerates(toleration, taint); });
    if (tolerated) continue;
    const std::string value = taint.value.empty() ? "" : "=" + taint.value;
    return "cluster(s) had untolerated taint {" + taint.key + value + ":" + taint.effect + "}";
  }
  return "";
}

bool lists_api(const Json::Value& enablements, const Object& object) {
  for (const Json::Value& enablement : enablements) {
    if (get_string(enablement, "groupVersion") != object.api_version) continue;
    const Json::Value* resources = find(enablement, "resources");
    if (resources == nullptr || !resources->isArray()) continue;
    for (const Json::Value& resource : *resources)
      if (get_string(resource, "kind") == object.key.kind) return true;
  }
  return false;
}

bool knows_all_apis(const Json::Value& status) {
  const Json::Value* conditions = find(status, "conditions");
  if (conditions == nullptr || !conditions->isArray()) return false;
  return std::any_of(conditions->begin(), conditions->end(), [](const Json::Value& condition) {
    return get_string(condition, "type") == "CompleteAPIEnablements" &&
           get_string(condition, "status") == "True";
  });
}

// Karmada wants to have seen the API on a new cluster. A repository usually holds Clusters without
// observed status, and a CRD may arrive in the same commit as its objects; so here an API is
// missing only if the cluster is known to be without it.
bool lacks_api(const Cluster& cluster, const Object& object) {
  if (cluster.object == nullptr) return false;
  const Json::Value* status = find(cluster.object->tree, "status");
  if (status == nullptr || !knows_all_apis(*status)) return false;
  const Json::Value* enablements = find(*status, "apiEnablements");
  return enablements != nullptr && enablements->isArray() && !enablements->empty() &&
         !lists_api(*enablements, object);
}

bool is_target(const Schedule* previous, const std::string& name) {
  return previous != nullptr &&
         std::any_of(previous->clusters.begin(), previous->clusters.end(),
                     [&](const TargetCluster& target) { return target.name == name; });
}

// The reason of the first filter that the cluster does not pass, empty if it passes all
// (karmada-semantics 11.4).
std::string filter_fault(const ScheduleRequest& request, const Cluster& cluster,
                         const AffinityTerm* term) {
  if (!is_target(request.previous, cluster.name)) {
    if (request.object != nullptr && lacks_api(cluster, *request.object)) return no_api;
    if (std::string fault = taint_fault(cluster, request.placement->tolerations); !fault.empty())
      return fault;
  }
  return term == nullptr || overrides::matches(term->affinity, cluster) ? "" : no_affinity;
}

std::string fit_error(std::size_t clusters, const std::map<std::string, int>& reasons) {
  std::vector<std::string> texts;
  for (const auto& [reason, count] : reasons) texts.push_back(std::to_string(count) + " " + reason);
  std::sort(texts.begin(), texts.end());  // as texts: "10 ..." comes before "2 ..."
  return "0/" + std::to_string(clusters) +
         " clusters are available: " + (texts.empty() ? "no cluster exists" : join(texts, ", ")) +
         ".";
}

// With one affinity term, or with none (every cluster).
Schedule schedule_term(const ScheduleRequest& request, const AffinityTerm* term) {
  Schedule result;
  std::map<std::string, int> reasons;
  for (const Cluster& cluster : *request.clusters) {
    const std::string fault = filter_fault(request, cluster, term);
    if (fault.empty()) {
      result.clusters.push_back(
          {cluster.name, request.replicas});  // Duplicated: all of them everywhere
    } else {
      ++reasons[fault];
    }
  }
  result.scheduled = !result.clusters.empty();
  result.reason = result.scheduled ? "Success" : "NoClusterFit";
  result.message = result.scheduled ? "Binding has been scheduled successfully."
                                    : fit_error(request.clusters->size(), reasons);
  std::sort(result.clusters.begin(), result.clusters.end(),
            [](const TargetCluster& a, const TargetCluster& b) { return a.name < b.name; });
  return result;
}

// Karmada does not go back to terms before the one that won last, so that a recovered cluster pulls
// nothing back by itself.
std::size_t first_term(const std::vector<AffinityTerm>& terms, const std::string& observed) {
  for (std::size_t i = 0; i < terms.size(); ++i)
    if (!observed.empty() && terms[i].name == observed) return i;
  return 0;
}

Schedule schedule_terms(const ScheduleRequest& request) {
  const std::vector<AffinityTerm>& terms = request.placement->terms;
  const std::string observed = request.previous == nullptr ? "" : request.previous->affinity_name;
  std::optional<Schedule> first;
  for (std::size_t i = first_term(terms, observed); i < terms.size(); ++i) {
    Schedule result = schedule_term(request, &terms[i]);
    if (result.scheduled) {
      result.affinity_name = terms[i].name;
      return result;
    }
    if (!first) first = std::move(result);
  }
  first->affinity_name = observed;  // the name changes only when a term wins
  return std::move(*first);
}

}  // namespace

Schedule schedule(const ScheduleRequest& request) {
  const std::vector<AffinityTerm>& terms = request.placement->terms;
  if (terms.empty()) return schedule_term(request, nullptr);
  if (terms.size() == 1 && terms.front().name.empty())
    return schedule_term(request, &terms.front());
  return schedule_terms(request);
}

}  // namespace flotilla::placement
