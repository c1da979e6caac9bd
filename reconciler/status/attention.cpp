#include "reconciler/status/attention.h"

#include "reconciler/member/report.h"
#include "render/base/text.h"

#include <algorithm>
#include <set>

namespace flotilla::status {
namespace {

void add_conditions(const std::string& cluster, const std::vector<Condition>& conditions,
                    Attention& attention) {
  for (const Condition& condition : conditions) {
    if (condition.type == "Synced" && !condition.status &&
        condition.reason == "ClusterNotReachable")
      attention.unreachable.push_back({cluster, condition.message, condition.since});
    if (condition.type == "Suspended" && condition.status)
      attention.suspended.push_back({cluster, condition.message, condition.since});
    if (condition.type == "Leaving" && condition.status)
      attention.leaving.push_back({cluster, condition.message, condition.since});
    if (condition.type == "Permitted" && !condition.status)
      for (const std::string& line : split(condition.message, '\n'))
        attention.beyond_reach.push_back({cluster, line, condition.since});
  }
}

// What is said of a fight names the fields too.
std::string drift_of(const InventoryEntry& entry) {
  const bool fight = drift_stands(entry) && entry.message.starts_with("fight: ");
  return entry.drift.empty() || fight ? entry.message : entry.drift;
}

void add_entries(const std::string& cluster, const std::vector<InventoryEntry>& entries,
                 const std::vector<Condition>& conditions, Attention& attention) {
  std::set<std::string> digests;
  std::vector<std::string> held;
  for (const InventoryEntry& entry : entries) {
    // Of an object that waits nobody can say that it was corrected.
    const bool corrected = !entry.drift.empty() && entry.state == to_string(member::State::applied);
    if (corrected || drift_stands(entry))
      attention.drift.push_back({cluster, to_string(entry.item.key), drift_of(entry),
                                 entry.drift_time, drift_stands(entry)});
    if (!is_held(entry)) continue;
    held.push_back(to_string(entry.item.key));
    if (!entry.item.held.empty()) digests.insert(entry.item.held);
  }
  if (held.empty()) return;
  const Condition* condition = find_condition(conditions, "DeletionsHeld");
  const std::string text = condition != nullptr && condition->status
                               ? condition->message
                               : std::to_string(held.size()) + " deletions wait for a person";
  attention.held.push_back({cluster,
                            text,
                            {digests.begin(), digests.end()},
                            std::move(held),
                            condition != nullptr && condition->status ? condition->since : ""});
}

}  // namespace

Attention attention(const std::map<std::string, std::vector<InventoryEntry>>& inventories,
                    const std::map<std::string, std::vector<Condition>>& cluster_conditions) {
  static const std::vector<Condition> none;
  Attention attention;
  for (const auto& [cluster, conditions] : cluster_conditions)
    add_conditions(cluster, conditions, attention);
  for (const auto& [cluster, entries] : inventories) {
    const auto conditions = cluster_conditions.find(cluster);
    add_entries(cluster, entries,
                conditions == cluster_conditions.end() ? none : conditions->second, attention);
  }
  std::stable_partition(attention.drift.begin(), attention.drift.end(),
                        [](const Attention::Drift& drift) { return drift.stands; });
  return attention;
}

std::string confirming_line(const Attention& attention) {
  std::set<std::string> digests;
  for (const Attention::Held& held : attention.held)
    digests.insert(held.digests.begin(), held.digests.end());
  if (digests.empty()) return {};
  return "confirmDeletions: [\"" + join({digests.begin(), digests.end()}, "\", \"") + "\"]";
}

std::vector<std::string> cut(std::vector<std::string> lines) {
  if (lines.size() <= most_lines) return lines;
  const std::size_t more = lines.size() - most_lines;
  lines.resize(most_lines);
  lines.push_back("and " + std::to_string(more) + " more");
  return lines;
}

}  // namespace flotilla::status
