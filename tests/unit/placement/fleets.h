#pragma once

#include "reconciler/placement/scheduler.h"
#include "tests/support/documents.h"

#include <memory>
#include <sstream>
#include <string>
#include <vector>

// Clusters, placements and results in few words.
namespace flotilla::placement {

struct Member {
  std::string name;
  std::int64_t pods = 100;  // free pod slots, which is the room for what has no requirements
  std::string region = "";
  std::string provider = "";
  std::vector<std::string> zones = {};
  std::map<std::string, std::string> labels = {};
  std::vector<overrides::Taint> taints = {};
};

inline overrides::Cluster cluster(const Member& member) {
  overrides::Cluster cluster;
  cluster.name = member.name;
  cluster.region = member.region;
  cluster.provider = member.provider;
  cluster.zones = member.zones;
  cluster.labels = member.labels;
  cluster.taints = member.taints;
  cluster.status["resourceSummary"]["allocatable"]["pods"] = std::to_string(member.pods);
  return cluster;
}

inline std::vector<overrides::Cluster> fleet(const std::vector<Member>& members) {
  std::vector<overrides::Cluster> clusters;
  for (const Member& member : members) clusters.push_back(cluster(member));
  return clusters;
}

// m1, m2, ... with that many free pod slots.
inline std::vector<overrides::Cluster> rooms(const std::vector<std::int64_t>& pods) {
  std::vector<overrides::Cluster> clusters;
  for (const std::int64_t room : pods)
    clusters.push_back(cluster({"m" + std::to_string(clusters.size() + 1), room}));
  return clusters;
}

inline AffinityTerm names(const std::vector<std::string>& clusters, const std::string& name = "",
                          std::vector<AffinityTerm> overflow = {}) {
  AffinityTerm term;
  term.name = name;
  term.affinity.cluster_names = clusters;
  term.overflow = std::move(overflow);
  return term;
}

// A placement with that division. Its tree tells divisions apart, and nothing else.
inline Placement placed(Division division) {
  Placement placement;
  placement.replicas = ReplicaScheduling{division, std::nullopt};
  placement.tree["replicaScheduling"]["division"] = static_cast<int>(division);
  return placement;
}
inline Placement duplicated() { return placed(Division::duplicated); }
inline Placement dynamic() { return placed(Division::dynamic_weight); }
inline Placement aggregated() { return placed(Division::aggregated); }

// Static weights for clusters by name.
inline Placement weighted(const std::vector<std::pair<std::string, std::int64_t>>& weights) {
  Placement placement = placed(Division::static_weight);
  placement.replicas->weights.emplace();
  for (const auto& [name, weight] : weights)
    placement.replicas->weights->push_back({names({name}).affinity, weight});
  return placement;
}

inline Placement on(Placement placement, const std::vector<std::string>& clusters) {
  placement.terms = {names(clusters)};
  return placement;
}

inline Placement spread(Placement placement, std::vector<SpreadConstraint> constraints) {
  placement.spread = std::move(constraints);
  return placement;
}
inline SpreadConstraint by(SpreadField field, std::int64_t min, std::int64_t max) {
  return {field, "", min, max};
}

inline Subject workload(std::int64_t replicas, const std::string& name = "web") {
  Subject subject;
  subject.api_version = "apps/v1";
  subject.key = {"apps", "Deployment", "shop", name};
  subject.replicas = replicas;
  return subject;
}

inline Subject config(const std::string& name = "settings") {
  Subject subject;
  subject.api_version = "v1";
  subject.key = {"", "ConfigMap", "shop", name};
  return subject;
}

inline const std::string noon = "2026-03-01T12:00:00Z";
inline const std::string one_o_clock = "2026-03-01T13:00:00Z";

// "m1=4 m2=8" as the clusters of a decision; "m1" without a number.
inline std::vector<TargetCluster> targets(const std::string& text) {
  std::vector<TargetCluster> clusters;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const auto equals = word.find('=');
    TargetCluster& target = clusters.emplace_back();
    target.name = word.substr(0, equals);
    if (equals != std::string::npos) target.replicas = std::stoll(word.substr(equals + 1));
  }
  return clusters;
}

// A successful earlier decision under that placement.
inline Schedule before(const std::string& clusters, const Placement& placement,
                       const std::string& affinity_name = "") {
  Schedule schedule;
  schedule.clusters = targets(clusters);
  schedule.affinity_name = affinity_name;
  schedule.scheduled = true;
  schedule.reason = "Success";
  schedule.message = "Binding has been scheduled successfully.";
  schedule.applied_placement = placement.tree;
  schedule.last_scheduled_time = noon;
  return schedule;
}

// The clusters of a decision as targets() reads them; the message if there is no success.
inline std::string text(const Schedule& schedule) {
  if (!schedule.scheduled) return schedule.message;
  std::string text;
  for (const TargetCluster& target : schedule.clusters) {
    text += (text.empty() ? "" : " ") + target.name;
    if (target.replicas) text += "=" + std::to_string(*target.replicas);
    for (const auto& [name, replicas] : target.components)
      text += "," + name + "=" + std::to_string(replicas);
  }
  return text;
}

// One call of a scheduler of its own.
struct Once {
  std::vector<overrides::Cluster> clusters;
  Placement placement;
  Subject subject;
  std::optional<Schedule> previous = std::nullopt;
  std::string triggered = "";
  std::vector<std::string> evicting = {};
  bool karmada = false;

  Schedule schedule(Trace* trace = nullptr) const {
    Scheduler scheduler(clusters, {karmada});
    Request request;
    request.subject = &subject;
    request.placement = &placement;
    request.previous = previous ? &*previous : nullptr;
    request.reschedule_triggered_at = triggered;
    request.evicting = evicting;
    request.now = one_o_clock;
    request.trace = trace;
    return scheduler.schedule(request);
  }
};

inline std::string result(const Once& once) { return text(once.schedule()); }

// A pass over several bindings.
struct Pass {
  std::vector<overrides::Cluster> clusters;
  bool karmada = false;
  std::unique_ptr<Scheduler> scheduler =
      std::make_unique<Scheduler>(clusters, SchedulerOptions{karmada});

  std::string operator()(const Subject& subject, const Placement& placement,
                         const Schedule* previous = nullptr) {
    Request request;
    request.subject = &subject;
    request.placement = &placement;
    request.previous = previous;
    request.now = one_o_clock;
    return text(scheduler->schedule(request));
  }
};

// The message when no cluster fits.
inline std::string refused(const std::string& counts, std::size_t clusters) {
  return "0/" + std::to_string(clusters) + " clusters are available: " + counts + ".";
}

}  // namespace flotilla::placement
