#pragma once

#include "reconciler/status/write.h"

#include <set>
#include <string_view>

// The parts of the branch, each by itself; status_files() joins them.
namespace flotilla::status {

using Inventories = std::map<std::string, std::vector<InventoryEntry>>;   // by cluster
using ClusterConditions = std::map<std::string, std::vector<Condition>>;  // by cluster

template <class Map, class Key>
const typename Map::mapped_type* lookup(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

// The report of a cluster; nullptr: it has not been tried yet.
inline const member::Report* report_of(const Input& input, const std::string& cluster) {
  const ReportPtr* report = lookup(input.reports, cluster);
  return report == nullptr ? nullptr : report->get();
}

// True for a cluster that another replica works on: what the branch says of it counts.
inline bool is_others(const Input& input, const std::string& cluster) {
  return input.scope && input.scope->others.contains(cluster);
}

// Of the Fleet: the settings that every cluster has followed. Of a Cluster, if several replicas
// share the clusters: those that it has followed.
inline constexpr const char* settings_digest_annotation = "flotilla.dev/settings-digest";

// The time of a condition moves when its status does, and only then.
Condition dated(Condition condition, const std::vector<Condition>& before, const std::string& now);

// What a cluster shall have, as it is now or as it was applied last.
std::set<ObjectKey> wanted_on(const std::string& cluster, const decision::Decision& decision);

// True if everything that left the repository with this revision was deleted: nothing of it can be
// left for a later pass, which would find no reason for it in the settings. What could not be
// applied in its newest version is another matter.
bool is_carried_out(const std::string& cluster, const Input& input);

// False for a cluster that is not tried yet, or whose pass ended before it knew what is there: what
// the branch says of it stands.
bool knows_objects(const member::Report* report);

// True if a cluster that left the repository has nothing more that shall go: its files may too.
bool is_gone(const decision::LeavingCluster& leaving, const Input& input);

// What stands in each inventory now.
Inventories inventories(const Input& input, const Memory& memory);
void add_inventories(const Inventories& inventories, const Memory& memory, Files& files);

void add_bindings(const Input& input, const Memory& memory, Files& files);

// The status that Karmada would write into the template of each binding, for those kinds that have
// a rule for it. Computed anew only where an item changed, or a setting; else as the branch has it.
using Items = std::map<ObjectKey, std::vector<AggregatedItem>>;
std::map<ObjectKey, Json::Value> template_statuses(const Input& input, const Memory& memory,
                                                   const Items& items);

// Ready, and what we found: Drifted, DeletionsHeld, Permitted, Leaving. A finding stands there
// while it is bad news and, once it was, for ever after.
ClusterConditions cluster_conditions(const Input& input, const Memory& memory,
                                     const Inventories& inventories);
void add_clusters(const Input& input, const Memory& memory, const ClusterConditions& conditions,
                  Files& files);
// A list of conditions without the findings.
Json::Value without_findings(const Json::Value& conditions);

}  // namespace flotilla::status
