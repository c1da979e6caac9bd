#include "reconciler/decision/revision.h"
#include "reconciler/status/parts.h"
#include "reconciler/status/summary.h"
#include "render/base/text.h"

#include <set>

// The messages of the branch's commits.
namespace flotilla::status {
namespace {

std::string clusters_text(const std::set<std::string>& clusters) {
  if (clusters.size() > 4) return std::to_string(clusters.size()) + " clusters";
  return join({clusters.begin(), clusters.end()}, ", ");
}

// What was done, over all clusters.
struct Deeds {
  std::size_t created = 0;
  std::size_t configured = 0;
  std::size_t corrected = 0;
  std::size_t pruned = 0;
  std::set<std::string> clusters;
  std::set<std::string> lost;
  std::set<std::string> holding;
};

Deeds deeds_of(const Input& input) {
  Deeds deeds;
  for (const auto& [name, report] : input.reports) {
    if (!report->reached) deeds.lost.insert(name);
    for (const auto& [key, object] : report->objects)
      if (object.state == member::State::held) deeds.holding.insert(name);
  }
  for (const auto& [name, changes] : input.changes) {
    if (changes.empty()) continue;
    deeds.clusters.insert(name);
    deeds.created += changes.created.size();
    deeds.pruned += changes.pruned.size();
    const member::Report* report = report_of(input, name);
    for (const ObjectKey& key : changes.configured) {
      const auto* object = report == nullptr ? nullptr : lookup(report->objects, key);
      const bool corrects = object != nullptr && !object->drift.empty();
      ++(corrects ? deeds.corrected : deeds.configured);
    }
  }
  return deeds;
}

std::string headline(const Input& input, const Summary& summary) {
  const Deeds deeds = deeds_of(input);
  std::vector<std::string> parts;
  const auto add = [&](const std::string& verb, std::size_t number) {
    if (number > 0) parts.push_back(verb + " " + std::to_string(number));
  };
  add("create", deeds.created);
  add("update", deeds.configured);
  add("corrected", deeds.corrected);
  add("remove", deeds.pruned);
  const std::string revision = decision::short_revision(input.decision->revision);
  std::string text =
      parts.empty() ? "Status of " + revision
                    : revision + ": " + join(parts, ", ") + " on " + clusters_text(deeds.clusters);
  if (!deeds.holding.empty())
    text += "; held: " + std::to_string(summary.held) +
            (summary.held == 1 ? " deletion on " : " deletions on ") + clusters_text(deeds.holding);
  if (!deeds.lost.empty()) text += "; not reached: " + clusters_text(deeds.lost);
  return text;
}

}  // namespace

std::string commit_message(const Input& input, const Memory& memory) {
  const Summary summary = summarize(input, memory);
  std::string text = headline(input, summary);
  text += "\n\n" + fleet_conditions(summary).front().message + ".\n";
  if (!input.commit_subject.empty()) text += "Last change: " + input.commit_subject + "\n";
  std::vector<std::string> lines;
  for (const Summary::Trouble& trouble : summary.troubles)
    lines.push_back(trouble.cluster + ": " + trouble.object + ": " +
                    replace_all(trouble.message, "\n", " "));
  for (const std::string& line : cut(std::move(lines))) text += "* " + line + "\n";
  text += "\nFlotilla-Revision: " + input.decision->revision +
          "\nFlotilla-Fleet: " + input.decision->owner + "\n";
  return text;
}

}  // namespace flotilla::status
