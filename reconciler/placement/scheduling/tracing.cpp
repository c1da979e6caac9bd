#include "reconciler/placement/scheduling/tracing.h"

namespace flotilla::placement {

void trace_start(const Call& call) {
  Trace* trace = call.trace();
  if (trace == nullptr) return;
  trace->mode.clear();
  trace->groups.clear();
  trace->clusters.assign(call.fleet->size(), {});
  for (std::size_t i = 0; i < call.fleet->size(); ++i)
    trace->clusters[i].name = (*call.fleet)[i].name;
  if (call.request->previous == nullptr) return;
  for (const TargetCluster& target : call.request->previous->clusters)
    if (const auto cluster = call.fleet->find(target.name))
      trace->clusters[*cluster].before = target.replicas;
}

void trace_room(const Call& call, const std::vector<Feasible>& candidates) {
  Trace* trace = call.trace();
  if (trace == nullptr) return;
  for (const Feasible& candidate : candidates)
    trace->clusters[candidate.cluster].available = candidate.room;
}

void trace_selected(const Call& call, const std::vector<Feasible>& selected) {
  Trace* trace = call.trace();
  if (trace == nullptr) return;
  for (const Feasible& cluster : selected) trace->clusters[cluster.cluster].selected = true;
}

void trace_targets(const Call& call, const std::vector<TargetCluster>& targets) {
  Trace* trace = call.trace();
  if (trace == nullptr) return;
  for (const TargetCluster& target : targets)
    if (const auto cluster = call.fleet->find(target.name)) {
      trace->clusters[*cluster].replicas = target.replicas;
      if (!trace->needed) trace->clusters[*cluster].selected = true;
    }
}

void trace_term(const Call& call, const std::string& affinity_name, const std::string& outcome) {
  if (Trace* trace = call.trace()) trace->terms.push_back({affinity_name, outcome});
}

}  // namespace flotilla::placement
