#include "reconciler/status/summary.h"

#include "reconciler/status/parts.h"

#include <algorithm>

namespace flotilla::status {
namespace {

using member::State;

std::string count(std::size_t number, const std::string& one) {
  return std::to_string(number) + " " + one + (number == 1 ? "" : "s");
}

void add_troubles(const member::Report& report, Summary& summary) {
  for (const auto& [key, object] : report.objects) {
    if (object.state == State::applied || object.state == State::held) continue;
    // What drifted is told by its inventory entry; what was deleted has none.
    if (object.state == State::drifted && object.on_cluster) continue;
    const bool conflict = object.state == State::conflict;
    const bool mend = conflict || (object.state == State::refused && !is_transient(object.code));
    summary.troubles.push_back(
        {report.cluster, to_string(key), object.message, "", mend, conflict});
  }
}

std::size_t count_remembered(const std::string& cluster, const Memory& memory, bool healthy) {
  std::size_t number = 0;
  for (const auto& [key, items] : memory.aggregated)
    if (const auto item = items.find(cluster); item != items.end())
      number += item->second.applied && (!healthy || item->second.health == "Healthy") ? 1U : 0U;
  return number;
}

// Cluster → the objects it shall have, sorted.
using Wanted = std::map<std::string, std::vector<const ObjectKey*>>;

Wanted wanted_objects(const decision::Decision& decision) {
  Wanted wanted;
  for (const decision::Binding& binding : decision.bindings)
    for (const placement::TargetCluster& target : decision::targets(binding))
      wanted[target.name].push_back(&binding.object);
  return wanted;
}

// Of all that is ours there, wanted or not.
void count_findings(const member::Report* report, const Memory& memory, ClusterSummary& line) {
  if (knows_objects(report)) {
    for (const auto& [key, object] : report->objects) {
      line.drifted += member::drift_stands(object) ? 1U : 0U;
      line.held += object.state == State::held ? 1U : 0U;
    }
    return;
  }
  const auto* entries = lookup(memory.inventory, line.name);
  if (entries == nullptr) return;
  for (const InventoryEntry& entry : *entries) {
    line.drifted += drift_stands(entry) ? 1U : 0U;
    line.held += is_held(entry) ? 1U : 0U;
  }
}

// Both are sorted by key, and mostly hold the same.
void count_known(const member::Report& report, const std::vector<const ObjectKey*>& wanted,
                 ClusterSummary& line) {
  auto at = report.objects.begin();
  for (const ObjectKey* key : wanted) {
    while (at != report.objects.end() && at->first < *key) ++at;
    if (at == report.objects.end()) return;
    const member::ObjectReport& object = at->second;
    if (at->first != *key || !object.on_cluster) continue;
    if (object.state != State::applied && object.state != State::drifted) continue;
    ++line.applied;
    if (object.health == interpreter::Health::healthy) ++line.healthy;
  }
}

// What another replica has found and put on the branch.
void add_remembered(const Memory& memory, ClusterSummary& line) {
  line.applied = std::min(line.wanted, count_remembered(line.name, memory, false));
  line.healthy = std::min(line.wanted, count_remembered(line.name, memory, true));
  const auto* conditions = lookup(memory.cluster_conditions, line.name);
  const Condition* ready = conditions == nullptr ? nullptr : find_condition(*conditions, "Ready");
  if (ready == nullptr) return;
  line.ready = ready->status;
  line.trouble = ready->status ? "" : ready->message;
}

void add_remembered_troubles(const Input& input, const Memory& memory, Summary& summary) {
  if (!input.scope) return;
  for (const auto& [key, items] : memory.aggregated)
    for (const auto& [cluster, item] : items)
      if (!item.applied && !item.message.empty() && is_others(input, cluster))
        summary.troubles.push_back({cluster, to_string(key), item.message, "", false, false});
}

ClusterSummary summarize_cluster(const overrides::Cluster& cluster,
                                 const std::vector<const ObjectKey*>& wanted, const Input& input,
                                 const Memory& memory) {
  ClusterSummary line;
  line.name = cluster.name;
  line.wanted = wanted.size();
  const member::Report* report = report_of(input, cluster.name);
  count_findings(report, memory, line);
  if (report == nullptr) {
    line.trouble = "not tried yet";
    if (is_others(input, cluster.name)) add_remembered(memory, line);
    return line;
  }
  line.ready = report->complete();
  if (report->error) line.trouble = report->reached ? report->error->message : "unreachable";
  if (knows_objects(report)) {
    count_known(*report, wanted, line);
  } else {
    line.applied = std::min(line.wanted, count_remembered(cluster.name, memory, false));
    line.healthy = std::min(line.wanted, count_remembered(cluster.name, memory, true));
  }
  return line;
}

std::string counts_text(const Summary& summary) {
  std::string text = std::to_string(summary.applied) + " of " + count(summary.wanted, "object") +
                     " applied, " + std::to_string(summary.healthy) + " healthy, " +
                     std::to_string(summary.ready_clusters) + " of " +
                     count(summary.clusters.size(), "cluster") + " ready";
  if (summary.drifted > 0) text += ", " + std::to_string(summary.drifted) + " drifted";
  if (summary.held > 0) text += ", " + count(summary.held, "deletion") + " held";
  if (summary.leaving > 0) text += ", " + count(summary.leaving, "cluster") + " leaving";
  return text;
}

std::size_t count_mends(const Summary& summary) {
  return static_cast<std::size_t>(
      std::count_if(summary.troubles.begin(), summary.troubles.end(),
                    [](const Summary::Trouble& trouble) { return trouble.mend; }));
}

// Needs a person: what stands in no row does not.
Condition stalled_condition(const Summary& summary) {
  const std::size_t mends = count_mends(summary);
  const bool errors = summary.errors > 0 || mends > 0;
  if (!summary.source_trouble.empty())
    return {"Stalled", true, "SourceNotFollowed", summary.source_trouble, ""};
  std::string text;
  const auto add = [&](std::size_t number, const std::string& words) {
    if (number > 0) text += (text.empty() ? "" : ", ") + words;
  };
  add(summary.errors, count(summary.errors, "error") + " in the repository");
  add(mends, count(mends, "object") + " not applied as wanted");
  add(summary.held, count(summary.held, "deletion") + " held");
  add(summary.leaving, count(summary.leaving, "cluster") + " left the repository");
  if (text.empty()) return {"Stalled", false, "None", "nothing needs a person", ""};
  return {"Stalled", true, errors ? "Errors" : "DeletionsHeld", text, ""};
}

}  // namespace

Summary summarize(const Input& input, const Memory& memory) {
  Summary summary;
  summary.source_trouble = input.source_trouble;
  summary.suspended = input.decision->service.suspension.suspended;
  summary.suspended_why = input.decision->service.suspension.reason;
  Wanted wanted = wanted_objects(*input.decision);
  for (const overrides::Cluster& cluster : input.decision->clusters) {
    ClusterSummary line = summarize_cluster(cluster, wanted[cluster.name], input, memory);
    summary.ready_clusters += line.ready ? 1U : 0U;
    summary.wanted += line.wanted;
    summary.applied += line.applied;
    summary.healthy += line.healthy;
    summary.drifted += line.drifted;
    summary.held += line.held;
    summary.clusters.push_back(std::move(line));
  }
  for (const decision::LeavingCluster& leaving : input.decision->leaving)
    summary.leaving += leaving.confirmed ? 0U : 1U;
  for (const auto& [name, report] : input.reports) add_troubles(*report, summary);
  add_remembered_troubles(input, memory, summary);
  summary.errors = static_cast<std::size_t>(
      std::count_if(input.decision->problems.begin(), input.decision->problems.end(),
                    [](const Problem& p) { return p.severity == Severity::error; }));
  return summary;
}

std::vector<Condition> fleet_conditions(const Summary& summary) {
  const bool reached = summary.ready_clusters == summary.clusters.size();
  const bool applied = summary.applied == summary.wanted;
  const bool healthy = summary.healthy == summary.wanted;
  const bool held = summary.held > 0 || summary.leaving > 0;
  const bool mend = summary.errors > 0 || count_mends(summary) > 0;
  const std::string counts = counts_text(summary);
  const bool ready = reached && applied && healthy && !held && !mend;
  // The order of the exit codes: what only a person can mend goes first.
  std::string reason = "Applied";
  if (!healthy) reason = "Progressing";
  if (!applied) reason = "NotApplied";
  if (!reached) reason = "ClusterNotReachable";
  if (held) reason = "DeletionsHeld";
  if (summary.suspended && !applied) reason = "Suspended";
  if (mend) reason = "Errors";
  if (!summary.source_trouble.empty())
    return {{"Ready", false, "SourceNotFollowed", counts + "; " + summary.source_trouble, ""},
            {"Reconciling", false, "Settled", "nothing is on its way", ""},
            stalled_condition(summary)};
  const bool moving = !ready && !mend && !held && reached && !summary.suspended;
  return {{"Ready", ready, reason, counts, ""},
          {"Reconciling", moving, moving ? reason : "Settled",
           moving ? counts : "nothing is on its way", ""},
          stalled_condition(summary)};
}

}  // namespace flotilla::status
