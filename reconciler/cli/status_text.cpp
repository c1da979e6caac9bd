#include "reconciler/cli/status_text.h"

#include "reconciler/cli/table.h"
#include "reconciler/cli/when.h"
#include "reconciler/decision/revision.h"
#include "reconciler/status/attention.h"
#include "render/base/text.h"

namespace flotilla::cli {
namespace {

// " (3m)", or nothing.
std::string in_brackets(const std::string& age) { return age.empty() ? "" : " (" + age + ")"; }

std::string fleet_text(const Json::Value& fleet, const StatusView& view) {
  std::vector<std::vector<std::string>> rows = {
      {"Fleet", get_string(fleet, {"metadata", "name"})},
      {"Revision", decision::short_revision(get_string(fleet, {"status", "revision"}))}};
  if (view.newest)
    rows.push_back({"Newest", decision::short_revision(view.newest->revision) + ", committed " +
                                  age_text(view.now - view.newest->time) +
                                  " ago: no controller has told of it yet" +
                                  (view.newest->of_clone ? ", as of the last git fetch" : "")});
  for (const status::Condition& condition :
       status::read_conditions(find_path(fleet, {"status", "conditions"}))) {
    // What is only worth a line while it is so.
    const bool quiet = condition.type == "Reconciling" || condition.type == "Stalled";
    if (quiet && !condition.status) continue;
    std::string text = condition.status ? "yes" : "no (" + condition.reason + ")";
    const std::string age = age_of(condition.since, view.now);
    if (!age.empty()) text += " for " + age;
    rows.push_back({condition.type, text + ": " + condition.message});
  }
  return table(rows);
}

struct Counts {
  std::size_t wanted = 0;
  std::size_t applied = 0;
  std::size_t healthy = 0;
  std::size_t drifted = 0;
  std::size_t held = 0;
};

Counts counts_of(const std::string& cluster, const status::Memory& memory) {
  Counts counts;
  for (const auto& [key, items] : memory.aggregated) {
    const auto item = items.find(cluster);
    if (item == items.end()) continue;
    ++counts.wanted;
    counts.applied += item->second.applied ? 1U : 0U;
    counts.healthy += item->second.applied && item->second.health == "Healthy" ? 1U : 0U;
  }
  const auto inventory = memory.inventory.find(cluster);
  if (inventory == memory.inventory.end()) return counts;
  for (const status::InventoryEntry& entry : inventory->second) {
    counts.drifted += status::drift_stands(entry) ? 1U : 0U;
    counts.held += status::is_held(entry) ? 1U : 0U;
  }
  return counts;
}

std::string list_text(const std::string& title, const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  return "\n" + title + ":\n" + join(status::cut(lines), "\n") + "\n";
}

std::string notes_text(const std::string& title, const std::vector<status::Attention::Note>& notes,
                       const StatusView& view) {
  std::vector<std::string> lines;
  for (const status::Attention::Note& note : notes)
    lines.push_back(note.cluster + in_brackets(age_of(note.since, view.now)) + ": " + note.text);
  return list_text(title, lines);
}

std::string attention_text(const status::Memory& memory, const StatusView& view) {
  const status::Attention attention =
      status::attention(memory.inventory, memory.cluster_conditions);
  std::vector<std::string> lines;
  for (const status::Attention::Held& held : attention.held)
    lines.push_back(held.cluster + in_brackets(age_of(held.since, view.now)) + ": " + held.text);
  std::string text = list_text("Deletions waiting for a person", lines);
  const std::string confirming = status::confirming_line(attention);
  if (!confirming.empty()) text += "  for the Fleet: spec: {" + confirming + "}\n";
  text += notes_text("Clusters that left the repository", attention.leaving, view);
  lines.clear();
  for (const status::Attention::Drift& drift : attention.drift) {
    std::string end = drift.stands ? "stands" : "corrected";
    if (const std::string age = age_of(drift.time, view.now); !age.empty())
      end += drift.stands ? ", " + age : " " + age + " ago";
    lines.push_back(drift.cluster + ": " + drift.object + ": " + drift.text + " (" + end + ")");
  }
  return text + list_text("Drift", lines) +
         notes_text("Beyond reach", attention.beyond_reach, view);
}

// The reason of a cluster that does not answer stands beside the cluster.
bool is_said_of_cluster(const status::AggregatedItem& item, const std::string& cluster) {
  return !item.applied && item.message.starts_with(status::unreachable_prefix(cluster));
}

// Since when not all of it is applied. Of its health nobody knows that.
std::string not_applied_since(const ObjectKey& key, const status::Memory& memory) {
  const auto conditions = memory.binding_conditions.find(key);
  if (conditions == memory.binding_conditions.end()) return {};
  const auto* applied = status::find_condition(conditions->second, "FullyApplied");
  return applied == nullptr || applied->status ? std::string() : applied->since;
}

std::string troubles_text(const status::Memory& memory, const StatusView& view) {
  std::vector<std::vector<std::string>> rows = {
      {"CLUSTER", "OBJECT", "APPLIED", "HEALTH", "SINCE", "MESSAGE"}};
  for (const auto& [key, items] : memory.aggregated)
    for (const auto& [cluster, item] : items) {
      if ((item.applied && item.health == "Healthy") || is_said_of_cluster(item, cluster)) continue;
      const std::string since = item.applied ? "" : not_applied_since(key, memory);
      rows.push_back({cluster, to_string(key), item.applied ? "yes" : "no", item.health,
                      age_of(since, view.now), item.message});
    }
  return rows.size() > 1 ? "\n" + table(rows) : "";
}

// Of the repository, as `vet` lists them.
std::string problems_text(const status::Memory& memory) {
  const Json::Value* problems = find_path(memory.fleet, {"status", "problems"});
  std::vector<std::string> lines;
  if (problems != nullptr && problems->isArray())
    for (const Json::Value& entry : *problems) {
      const auto line = get_int(entry, "line").value_or(0);
      const std::string place =
          to_string(SourceRef{get_string(entry, "file"), static_cast<int>(line)});
      const std::string object = get_string(entry, "object");
      lines.push_back((place.empty() ? "" : place + ": ") + get_string(entry, "severity") + ": " +
                      (object.empty() ? "" : object + ": ") + get_string(entry, "message"));
    }
  std::string text = lines.empty() ? "" : "\nIn the repository:\n" + join(lines, "\n") + "\n";
  const Json::Value* unmatched = find_path(memory.fleet, {"status", "unmatched"});
  if (unmatched == nullptr || !unmatched->isArray() || unmatched->empty()) return text;
  text += "\nSelected by no policy:\n";
  for (const Json::Value& object : *unmatched)
    if (object.isString()) text += object.asString() + "\n";
  return text;
}

}  // namespace

std::string clusters_table(const status::Memory& memory, const StatusView& view) {
  std::vector<std::vector<std::string>> rows = {{"CLUSTER", "READY", "SINCE", "OBJECTS", "APPLIED",
                                                 "HEALTHY", "DRIFT", "HELD", "VERSION", "MESSAGE"}};
  for (const auto& [name, object] : memory.previous.cluster_objects) {
    const Counts counts = counts_of(name, memory);
    const auto conditions = memory.cluster_conditions.find(name);
    const status::Condition* ready = nullptr;
    if (conditions != memory.cluster_conditions.end()) {
      ready = status::find_condition(conditions->second, "Ready");
      const auto* synced = status::find_condition(conditions->second, "Synced");
      if (synced != nullptr && !synced->status) ready = synced;
    }
    const bool is_ready = ready != nullptr && ready->status;
    const status::Condition* suspended =
        conditions == memory.cluster_conditions.end()
            ? nullptr
            : status::find_condition(conditions->second, "Suspended");
    const bool is_suspended = suspended != nullptr && suspended->status;
    const auto version = memory.cluster_versions.find(name);
    const bool told = ready != nullptr && (!is_ready || view.output == Output::wide);
    rows.push_back({name, is_ready ? "yes" : "no",
                    ready == nullptr ? "" : age_of(ready->since, view.now),
                    std::to_string(counts.wanted), std::to_string(counts.applied),
                    std::to_string(counts.healthy), std::to_string(counts.drifted),
                    std::to_string(counts.held),
                    version == memory.cluster_versions.end() ? "" : version->second,
                    is_ready && is_suspended ? suspended->message
                    : told                   ? ready->message
                                             : ""});
  }
  return table(rows);
}

std::string overview_text(const status::Memory& memory, const StatusView& view) {
  std::string text = fleet_text(memory.fleet, view) + "\n" + clusters_table(memory, view);
  if (view.bindings) text += "\n" + bindings_table(memory, view);
  return text + attention_text(memory, view) + troubles_text(memory, view) + problems_text(memory);
}

}  // namespace flotilla::cli
