#include "reconciler/cli/status_text.h"
#include "reconciler/cli/table.h"
#include "reconciler/cli/when.h"
#include "render/base/text.h"

#include <algorithm>

// The table of bindings.
namespace flotilla::cli {
namespace {

using Items = std::map<std::string, status::AggregatedItem>;

struct Tally {
  std::size_t clusters = 0;
  std::size_t ready = 0;  // applied there and healthy
  std::size_t applied = 0;
  std::size_t unhealthy = 0;
  bool counts_replicas = false;
  std::int64_t replicas = 0;  // as the clusters say, where they do; else as decided
  std::int64_t ready_replicas = 0;
  std::string message;  // of the first cluster that says something
};

Tally tally_of(const decision::Binding& binding, const Items& items, const StatusView& view) {
  Tally tally;
  for (const placement::TargetCluster& target : decision::targets(binding)) {
    if (!view.cluster.empty() && target.name != view.cluster) continue;
    ++tally.clusters;
    const auto item = items.find(target.name);
    const bool known = item != items.end();
    const auto replicas = known ? get_int(item->second.status, "replicas") : std::nullopt;
    if (replicas || target.replicas) tally.counts_replicas = true;
    tally.replicas += replicas.value_or(target.replicas.value_or(0));
    if (!known) continue;
    const status::AggregatedItem& there = item->second;
    tally.ready_replicas += get_int(there.status, "readyReplicas").value_or(0);
    tally.applied += there.applied ? 1U : 0U;
    tally.ready += there.applied && there.health == "Healthy" ? 1U : 0U;
    tally.unhealthy += there.applied && there.health == "Unhealthy" ? 1U : 0U;
    if (tally.message.empty() && !there.message.empty())
      tally.message = target.name + ": " + there.message;
  }
  return tally;
}

bool is_unscheduled(const decision::Binding& binding) {
  return !binding.policy.name.empty() && !binding.schedule.scheduled;
}

std::string health_of(const decision::Binding& binding, const Tally& tally) {
  if (is_unscheduled(binding)) return "Unscheduled";
  if (tally.clusters == 0) return "Nowhere";
  if (tally.applied < tally.clusters) return "NotApplied";
  if (tally.unhealthy > 0) return "Unhealthy";
  return tally.ready == tally.clusters ? "Healthy" : "Unknown";
}

// Since when it is scheduled or not, applied everywhere or not.
std::string since_of(const decision::Binding& binding, const status::Memory& memory) {
  const auto found = memory.binding_conditions.find(binding.object);
  if (found == memory.binding_conditions.end()) return {};
  const char* type = is_unscheduled(binding) ? "Scheduled" : "FullyApplied";
  const status::Condition* condition = status::find_condition(found->second, type);
  return condition == nullptr ? std::string() : condition->since;
}

std::string placed_on(const decision::Binding& binding) {
  std::vector<std::string> names;
  for (const placement::TargetCluster& target : decision::targets(binding))
    names.push_back(target.name +
                    (target.replicas ? ":" + std::to_string(*target.replicas) : std::string()));
  return join(names, ",");
}

std::string policy_of(const decision::Binding& binding) {
  const decision::PolicyRef& policy = binding.policy;
  return policy.namespace_.empty() ? policy.name : policy.namespace_ + "/" + policy.name;
}

}  // namespace

std::string bindings_table(const status::Memory& memory, const StatusView& view) {
  const bool wide = view.output == Output::wide;
  static const Items none;
  std::vector<std::vector<std::string>> rows = {
      {"NAMESPACE", "OBJECT", "CLUSTERS", "REPLICAS", "HEALTH", "SINCE"}};
  if (wide) rows.front().insert(rows.front().end(), {"POLICY", "PLACED ON", "MESSAGE"});
  std::vector<const decision::Binding*> bindings;
  for (const auto& [key, binding] : memory.previous.bindings) bindings.push_back(binding.get());
  std::ranges::sort(bindings, [](const auto* a, const auto* b) {
    return std::tie(a->object.namespace_, a->object) < std::tie(b->object.namespace_, b->object);
  });
  for (const decision::Binding* binding : bindings) {
    const auto items = memory.aggregated.find(binding->object);
    const Tally tally =
        tally_of(*binding, items == memory.aggregated.end() ? none : items->second, view);
    std::vector<std::string>& row = rows.emplace_back();
    row = {binding->object.namespace_,
           to_string(binding->object.group_kind()) + "/" + binding->object.name,
           std::to_string(tally.ready) + "/" + std::to_string(tally.clusters),
           tally.counts_replicas
               ? std::to_string(tally.ready_replicas) + "/" + std::to_string(tally.replicas)
               : "",
           health_of(*binding, tally),
           age_of(since_of(*binding, memory), view.now)};
    if (!wide) continue;
    const bool says = is_unscheduled(*binding);
    row.insert(row.end(), {policy_of(*binding), placed_on(*binding),
                           says ? binding->schedule.message : tally.message});
  }
  return rows.size() > 1 ? table(rows) : "No bindings found.\n";
}

}  // namespace flotilla::cli
