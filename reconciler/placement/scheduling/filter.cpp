#include "reconciler/placement/scheduling/filter.h"

#include "render/base/text.h"

#include <algorithm>

namespace flotilla::placement {

namespace {

constexpr std::int64_t locality_score = 100;

const std::string no_api = "cluster(s) did not have the API resource";
const std::string no_affinity =
    "cluster(s) did not match the placement cluster affinity constraint";
const std::string is_evicting = "cluster(s) is in the process of eviction";
const std::string not_joined =
    "ResourceBinding with the same affinity group does not target this cluster";
const std::string not_avoided = "cluster already has workload with the same anti-affinity group";

class Filters {
 public:
  Filters(const Call& call, std::size_t term, const Companions& companions)
      : call_(call),
        tiers_(call.rules->tiers[term]),
        is_workload_(call.subject().is_workload()),
        joined_(companions.joined(call.subject())),
        avoided_(companions.avoided(call.subject())) {}

  // The reason of the first filter that refuses the cluster, or nullptr.
  const std::string* refusal(std::size_t cluster) const {
    const bool is_target = call_.is_target[cluster] != 0;
    if (!is_target && !may_have_api(cluster)) return &no_api;
    if (!is_target && call_.rules->untolerated[cluster]) return call_.rules->untolerated[cluster];
    const int tier = tiers_[cluster];
    if (tier < 0 || (tier > 0 && !is_workload_)) return &no_affinity;
    if (call_.rules->unspread[cluster]) return call_.rules->unspread[cluster];
    if (!call_.evicting.empty() && call_.evicting[cluster]) return &is_evicting;
    if (is_target) return nullptr;
    if (!joined_.empty() && !joined_[cluster]) return &not_joined;
    return !avoided_.empty() && avoided_[cluster] ? &not_avoided : nullptr;
  }

  Feasible feasible(std::size_t cluster) const {
    Feasible feasible;
    feasible.cluster = cluster;
    feasible.tier = tiers_[cluster];
    feasible.score = call_.is_target[cluster] ? locality_score : 0;
    feasible.held = call_.held[cluster];
    return feasible;
  }

 private:
  bool may_have_api(std::size_t cluster) const {
    return call_.subject().brings_api || (*call_.having_api)[cluster];
  }

  const Call& call_;
  const std::vector<int>& tiers_;
  bool is_workload_;
  std::vector<char> joined_;
  std::vector<char> avoided_;
};

// How many clusters each filter refused.
class Refusals {
 public:
  void add(const std::string* reason) {
    for (auto& [known, count] : counts_)
      if (*known == *reason) {
        ++count;
        return;
      }
    counts_.emplace_back(reason, 1);
  }

  std::string message(std::size_t clusters) const {
    std::vector<std::string> texts;
    for (const auto& [reason, count] : counts_)
      texts.push_back(std::to_string(count) + " " + *reason);
    std::sort(texts.begin(), texts.end());  // as texts: "10 ..." comes before "2 ..."
    return "0/" + std::to_string(clusters) +
           " clusters are available: " + (texts.empty() ? "no cluster exists" : join(texts, ", ")) +
           ".";
  }

 private:
  std::vector<std::pair<const std::string*, int>> counts_;
};

void trace_refusal(Trace* trace, std::size_t cluster, const std::string& reason) {
  if (trace != nullptr) trace->clusters[cluster].refused = reason;
}

void trace_feasible(Trace* trace, const Feasible& feasible) {
  if (trace == nullptr) return;
  trace->clusters[feasible.cluster].score = feasible.score;
  trace->clusters[feasible.cluster].overflow_tier = feasible.tier;
}

}  // namespace

bool operator<(const Feasible& a, const Feasible& b) {
  if (a.tier != b.tier) return a.tier < b.tier;
  if (a.score != b.score) return a.score > b.score;
  if (a.available() != b.available()) return a.available() > b.available();
  return a.cluster < b.cluster;
}

Placed<std::vector<Feasible>> feasible_clusters(const Call& call, std::size_t term,
                                                const Companions& companions) {
  const Filters filters(call, term, companions);
  std::vector<Feasible> passed;
  passed.reserve(call.fleet->size());
  std::vector<std::pair<std::size_t, const std::string*>> refused;
  for (std::size_t i = 0; i < call.fleet->size(); ++i) {
    if (call.fleet->is_leaving(i)) {
      trace_refusal(call.trace(), i, "cluster is being deleted");
      continue;
    }
    if (const std::string* reason = filters.refusal(i)) {
      refused.emplace_back(i, reason);
      trace_refusal(call.trace(), i, *reason);
      continue;
    }
    passed.push_back(filters.feasible(i));
    trace_feasible(call.trace(), passed.back());
  }
  if (!passed.empty()) return passed;
  Refusals refusals;
  for (const auto& [cluster, reason] : refused) refusals.add(reason);
  return unplaced(no_cluster_fit, refusals.message(call.fleet->size()));
}

}  // namespace flotilla::placement
