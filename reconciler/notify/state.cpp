#include "reconciler/notify/state.h"

#include "reconciler/status/attention.h"
#include "render/interpreter/timestamp.h"

#include <algorithm>

namespace flotilla::notify {
namespace {

constexpr std::string_view fight_prefix = "fight: ";

void take_report(const member::Report& report, ClusterFacts& facts) {
  facts.reach = report.reached ? Reach::reached : Reach::unreachable;
  if (report.error) facts.trouble = report.error->message;
  facts.held_digest = report.held_digest;
  for (const auto& [key, object] : report.objects) {
    if (!member::drift_stands(object) || !object.on_cluster) continue;
    facts.drift.push_back(to_string(key));
    if (object.message.starts_with(fight_prefix))
      facts.fights.push_back(to_string(key) + ": " + object.message);
  }
}

// What the branch says of a cluster's own state.
void take_conditions(const std::vector<status::Condition>& conditions, std::int64_t now,
                     ClusterFacts& facts, Course& course) {
  const status::Condition* ready = status::find_condition(conditions, "Ready");
  if (ready == nullptr) return;
  const bool lost = !ready->status && ready->reason == "ClusterNotReachable";
  if (lost || ready->status) facts.reach = lost ? Reach::unreachable : Reach::reached;
  if (!lost) return;
  facts.trouble = ready->message;
  course.unreachable_since = interpreter::parse_timestamp(ready->since).value_or(now);
}

void take_inventory(const std::vector<status::InventoryEntry>& entries, ClusterFacts& facts) {
  std::set<std::string> digests;
  for (const status::InventoryEntry& entry : entries) {
    const std::string name = to_string(entry.item.key);
    if (status::is_held(entry)) {
      ++facts.held;
      digests.insert(entry.item.held);
    }
    if (!status::drift_stands(entry)) continue;
    ++facts.drifted;
    facts.drift.push_back(name);
    if (entry.message.starts_with(fight_prefix))
      facts.fights.push_back(name + ": " + entry.message);
  }
  if (!digests.empty()) facts.held_digest = *digests.begin();
}

void count_objects(const status::Memory& memory, std::map<std::string, ClusterFacts>& clusters) {
  for (const auto& [key, binding] : memory.previous.bindings) {
    const auto items = memory.aggregated.find(key);
    for (const placement::TargetCluster& target : decision::targets(*binding)) {
      ClusterFacts& facts = clusters[target.name];
      ++facts.wanted;
      if (items == memory.aggregated.end()) continue;
      const auto item = items->second.find(target.name);
      if (item == items->second.end() || !item->second.applied) continue;
      ++facts.applied;
      if (item->second.health == "Healthy") ++facts.healthy;
    }
  }
}

bool is_true(const std::vector<status::Condition>& conditions, std::string_view type) {
  const status::Condition* condition = status::find_condition(conditions, type);
  return condition != nullptr && condition->status;
}

void take_fleet(const std::vector<status::Condition>& conditions, std::int64_t now, State& state) {
  const status::Condition* stalled = status::find_condition(conditions, "Stalled");
  state.failed = stalled != nullptr && stalled->status && stalled->reason == "Errors";
  if (status::find_condition(conditions, "Suspended") != nullptr)
    state.facts.suspended = is_true(conditions, "Suspended");
  const status::Condition* source = status::find_condition(conditions, "SourceReady");
  if (source == nullptr) return;
  state.facts.source_error = source->status ? std::string() : source->message;
  if (!source->status)
    state.source_failing_since = interpreter::parse_timestamp(source->since).value_or(now);
}

// What was done and deployed, as far as it can be told from what is healthy.
void judge(State& state) {
  const std::string& revision = state.facts.revision;
  const bool deployed = state.deployed == revision;
  bool everywhere = !state.failed && !state.facts.clusters.empty();
  for (const auto& [name, facts] : state.facts.clusters) {
    Course& course = state.courses[name];
    const bool healthy = facts.healthy == facts.wanted;
    if (facts.reach == Reach::unreachable) continue;
    if ((healthy && facts.held == 0) || deployed) course.done = revision;
    if (!healthy && deployed) course.degraded_since = 0;
    everywhere = everywhere && course.done == revision;
  }
  if (state.deployed.empty() && everywhere) state.deployed = revision;
}

}  // namespace

Facts facts_of(const status::Input& input, const status::Summary& summary,
               const std::string& source_error) {
  const decision::Decision& decision = *input.decision;
  Facts facts;
  facts.fleet = decision.owner;
  facts.revision = decision.revision;
  facts.subject = input.commit_subject;
  facts.suspended = decision.service.suspension.suspended;
  facts.suspended_why = decision.service.suspension.reason;
  facts.source_error = source_error;
  for (const Problem& problem : decision.problems)
    if (problem.severity == Severity::error) facts.problems.push_back(to_string(problem));
  for (const status::ClusterSummary& line : summary.clusters) {
    ClusterFacts& cluster = facts.clusters[line.name];
    cluster.wanted = line.wanted;
    cluster.applied = line.applied;
    cluster.healthy = line.healthy;
    cluster.drifted = line.drifted;
    cluster.held = line.held;
    const auto report = input.reports.find(line.name);
    if (report == input.reports.end()) continue;
    take_report(*report->second, cluster);
    cluster.current = report->second->complete() && input.followers.contains(line.name);
  }
  for (const status::Summary::Trouble& trouble : summary.troubles) {
    const auto cluster = facts.clusters.find(trouble.cluster);
    if (!trouble.mend || cluster == facts.clusters.end()) continue;
    // What failed for the last revision may be mended by this one.
    if (input.followers.contains(trouble.cluster))
      cluster->second.failures.push_back(trouble.object + ": " + trouble.message);
  }
  return facts;
}

State remembered(const status::Memory& memory, std::int64_t now) {
  State state;
  state.time = now;
  state.facts.revision = get_string(memory.fleet, {"status", "revision"});
  if (state.facts.revision.empty()) return state;
  state.facts.fleet = get_string(memory.fleet, {"metadata", "name"});
  for (const auto& [name, conditions] : memory.cluster_conditions)
    take_conditions(conditions, now, state.facts.clusters[name], state.courses[name]);
  for (const auto& [name, entries] : memory.inventory)
    take_inventory(entries, state.facts.clusters[name]);
  count_objects(memory, state.facts.clusters);
  take_fleet(memory.fleet_conditions, now, state);
  state.deployed = get_string(memory.fleet, {"status", "deployedRevision"});
  judge(state);
  return state;
}

std::size_t count_failures(const Facts& facts) {
  std::size_t number = facts.problems.size();
  for (const auto& [name, cluster] : facts.clusters) number += cluster.failures.size();
  return number;
}

}  // namespace flotilla::notify
