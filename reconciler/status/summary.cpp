#include "reconciler/status/summary.h"

#include "render/base/text.h"

#include <algorithm>
#include <set>

namespace flotilla::status {
namespace {

std::string count(std::size_t number, const std::string& one) {
  return std::to_string(number) + " " + one + (number == 1 ? "" : "s");
}

// Text in a Markdown table: one line, no column marks.
std::string cell(std::string text) {
  text = replace_all(std::move(text), "\n", " ");
  return replace_all(std::move(text), "|", "\\|");
}

void add_troubles(const member::Report& report, Summary& summary) {
  for (const auto& [key, object] : report.objects) {
    if (object.state == member::State::applied) continue;
    const bool mend = object.state == member::State::conflict ||
                      (object.state == member::State::refused && !is_transient(object.code));
    summary.troubles.push_back({report.cluster, to_string(key), object.message, mend});
  }
}

std::size_t count_remembered(const std::string& cluster, const Memory& memory, bool healthy) {
  std::size_t number = 0;
  for (const auto& [key, items] : memory.aggregated)
    if (const auto item = items.find(cluster); item != items.end())
      number += item->second.applied && (!healthy || item->second.health == "Healthy") ? 1U : 0U;
  return number;
}

// Cluster → the objects it shall have.
using Wanted = std::map<std::string, std::set<ObjectKey>>;

Wanted wanted_objects(const decision::Decision& decision) {
  Wanted wanted;
  for (const decision::Binding& binding : decision.bindings)
    for (const placement::TargetCluster& target : decision::targets(binding))
      wanted[target.name].insert(binding.object);
  return wanted;
}

ClusterSummary summarize_cluster(const overrides::Cluster& cluster,
                                 const std::set<ObjectKey>& wanted, const Input& input,
                                 const Memory& memory) {
  ClusterSummary line;
  line.name = cluster.name;
  line.wanted = wanted.size();
  const auto found = input.reports.find(cluster.name);
  if (found == input.reports.end()) {
    line.trouble = "not tried yet";
    return line;
  }
  const member::Report& report = found->second;
  line.ready = report.complete();
  if (report.error) line.trouble = report.error->message;
  if (!report.reached) {
    line.applied = std::min(line.wanted, count_remembered(cluster.name, memory, false));
    line.healthy = std::min(line.wanted, count_remembered(cluster.name, memory, true));
    return line;
  }
  for (const ObjectKey& key : wanted) {
    const auto object = report.objects.find(key);
    if (object == report.objects.end() || object->second.state != member::State::applied ||
        !object->second.on_cluster)
      continue;
    ++line.applied;
    if (object->second.health == interpreter::Health::healthy) ++line.healthy;
  }
  return line;
}

}  // namespace

Summary summarize(const Input& input, const Memory& memory) {
  Summary summary;
  Wanted wanted = wanted_objects(*input.decision);
  for (const overrides::Cluster& cluster : input.decision->clusters) {
    ClusterSummary line = summarize_cluster(cluster, wanted[cluster.name], input, memory);
    summary.ready_clusters += line.ready ? 1U : 0U;
    summary.wanted += line.wanted;
    summary.applied += line.applied;
    summary.healthy += line.healthy;
    summary.clusters.push_back(std::move(line));
  }
  for (const auto& [name, report] : input.reports) add_troubles(report, summary);
  summary.errors = static_cast<std::size_t>(
      std::count_if(input.decision->problems.begin(), input.decision->problems.end(),
                    [](const Problem& p) { return p.severity == Severity::error; }));
  return summary;
}

std::vector<Condition> fleet_conditions(const Summary& summary) {
  const bool reached = summary.ready_clusters == summary.clusters.size();
  const bool applied = summary.applied == summary.wanted;
  const bool healthy = summary.healthy == summary.wanted;
  const bool mend =
      summary.errors > 0 || std::any_of(summary.troubles.begin(), summary.troubles.end(),
                                        [](const Summary::Trouble& t) { return t.mend; });
  const std::string counts =
      std::to_string(summary.applied) + " of " + count(summary.wanted, "object") + " applied, " +
      std::to_string(summary.healthy) + " healthy, " + std::to_string(summary.ready_clusters) +
      " of " + count(summary.clusters.size(), "cluster") + " ready";
  const bool ready = reached && applied && healthy && !mend;
  std::string reason = "Applied";
  if (!healthy) reason = "Progressing";
  if (!applied) reason = "NotApplied";
  if (mend) reason = "Errors";
  if (!reached) reason = "ClusterNotReachable";
  const bool moving = !ready && !mend && reached;
  return {{"Ready", ready, reason, counts, ""},
          {"Reconciling", moving, moving ? reason : "Settled",
           moving ? counts : "nothing is on its way", ""},
          {"Stalled", mend, mend ? "Errors" : "None",
           mend ? count(summary.errors, "error") + " in the repository, " +
                      count(summary.troubles.size(), "object") + " not applied as wanted"
                : "nothing needs a person",
           ""}};
}

namespace {

void add_cluster_table(const Summary& summary, std::string& text) {
  text += "\n## Clusters\n\n| Cluster | Ready | Applied | Healthy | |\n|---|---|---|---|---|\n";
  for (const ClusterSummary& line : summary.clusters) {
    const std::string total = "/" + std::to_string(line.wanted);
    text += "| " + line.name + " | " + (line.ready ? "yes" : "**no**") + " | " +
            std::to_string(line.applied) + total + " | " + std::to_string(line.healthy) + total +
            " | " + cell(line.trouble) + " |\n";
  }
}

void add_problem_lists(const Input& input, const Summary& summary, std::string& text) {
  if (!summary.troubles.empty()) {
    text += "\n## Not as wanted\n\n| Cluster | Object | Why |\n|---|---|---|\n";
    for (const Summary::Trouble& trouble : summary.troubles)
      text +=
          "| " + trouble.cluster + " | " + trouble.object + " | " + cell(trouble.message) + " |\n";
  }
  if (!input.decision->problems.empty()) {
    text += "\n## In the repository\n\n";
    for (const Problem& problem : input.decision->problems)
      text += "* " + replace_all(to_string(problem), "\n", " ") + "\n";
  }
  if (!input.decision->unmatched.empty()) {
    text += "\n## Selected by no policy\n\n";
    for (const ObjectKey& key : input.decision->unmatched) text += "* " + to_string(key) + "\n";
  }
}

}  // namespace

std::string readme(const Input& input, const Summary& summary) {
  const Condition ready = fleet_conditions(summary).front();
  std::string text =
      "# Fleet " + input.decision->owner + ": " + (ready.status ? "ready" : "not ready") + "\n\n";
  text += "Revision `" + short_revision(input.decision->revision) + "`";
  if (!input.commit_subject.empty()) text += " (" + cell(input.commit_subject) + ")";
  text += ": " + ready.message + ".\n";
  add_cluster_table(summary, text);
  add_problem_lists(input, summary, text);
  text +=
      "\nThis branch is written by Flotilla. `bindings/` holds what was decided and how it fares, "
      "`inventory/` what is on each "
      "cluster, `clusters/` their state.\n";
  return text;
}

namespace {

std::string clusters_text(const std::set<std::string>& clusters) {
  if (clusters.size() > 4) return std::to_string(clusters.size()) + " clusters";
  return join({clusters.begin(), clusters.end()}, ", ");
}

}  // namespace

std::string commit_message(const Input& input, const Memory& memory) {
  std::size_t created = 0;
  std::size_t configured = 0;
  std::size_t pruned = 0;
  std::set<std::string> clusters;
  std::set<std::string> lost;
  for (const auto& [name, report] : input.reports) {
    if (!report.reached) lost.insert(name);
    created += report.created.size();
    configured += report.configured.size();
    pruned += report.pruned.size();
    if (!report.created.empty() || !report.configured.empty() || !report.pruned.empty())
      clusters.insert(name);
  }
  const Summary summary = summarize(input, memory);
  std::vector<std::string> parts;
  if (created > 0) parts.push_back("create " + std::to_string(created));
  if (configured > 0) parts.push_back("update " + std::to_string(configured));
  if (pruned > 0) parts.push_back("remove " + std::to_string(pruned));
  std::string text = parts.empty() ? "Status of " + short_revision(input.decision->revision)
                                   : short_revision(input.decision->revision) + ": " +
                                         join(parts, ", ") + " on " + clusters_text(clusters);
  if (!lost.empty()) text += "; not reached: " + clusters_text(lost);
  text += "\n\n" + fleet_conditions(summary).front().message + ".\n";
  if (!input.commit_subject.empty()) text += "Last change: " + input.commit_subject + "\n";
  for (const Summary::Trouble& trouble : summary.troubles)
    text += "* " + trouble.cluster + ": " + trouble.object + ": " +
            replace_all(trouble.message, "\n", " ") + "\n";
  text += "\nFlotilla-Revision: " + input.decision->revision +
          "\nFlotilla-Fleet: " + input.decision->owner + "\n";
  return text;
}

}  // namespace flotilla::status
