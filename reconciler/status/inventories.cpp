#include "reconciler/status/parts.h"
#include "render/yaml/emitter.h"

#include <algorithm>
#include <optional>
#include <set>

namespace flotilla::status {
namespace {

std::string state_text(const member::ObjectReport& object) {
  switch (object.state) {
    case member::State::drifted:
    case member::State::conflict:
    case member::State::held:
    case member::State::deleting:
    case member::State::kept:
      return std::string(to_string(object.state));
    // What is there was applied; why its newest version is not stands in the message.
    case member::State::applied:
    case member::State::refused:
    case member::State::waiting:
      break;
  }
  return "Applied";
}

void set_readiness(const member::ObjectReport& object, InventoryEntry& entry) {
  const interpreter::ReadinessResult& readiness = object.readiness;
  if (readiness.state == interpreter::Readiness::current) return;
  if (readiness.state == interpreter::Readiness::unknown && readiness.message.empty()) return;
  entry.readiness = to_string(readiness.state);
  entry.readiness_message = readiness.message;
}

void set_drift(const member::ObjectReport& object, const InventoryEntry* before,
               InventoryEntry& entry) {
  if (!object.drift.empty()) {
    entry.drift = member::drift_text(object.drift);
    entry.drift_time = object.drift_time;
    return;
  }
  // A correction of an earlier run is still the last thing that happened to the object.
  if (before == nullptr || before->drift.empty() || drift_stands(*before) || drift_stands(entry))
    return;
  if (before->item.revision != entry.item.revision || before->item.digest != entry.item.digest)
    return;
  entry.drift = before->drift;
  entry.drift_time = before->drift_time;
}

// A digest that was shown and is confirmed goes on holding for what is left while the rest is being
// deleted.
void set_held(const member::Report& report, const InventoryEntry* before, const Input& input,
              bool wanted, InventoryEntry& entry) {
  if (is_held(entry)) {
    // A report that was carried over from an earlier pass has no digest of its own.
    if (!report.held_digest.empty())
      entry.item.held = report.held_digest;
    else if (before != nullptr && !before->item.held.empty())
      entry.item.held = before->item.held;
    const bool known = before != nullptr && !before->held_since.empty();
    entry.held_since = known ? before->held_since : input.decision->revision;
    return;
  }
  if (entry.item.held.empty() && before != nullptr) entry.item.held = before->item.held;
  if (wanted) entry.item.held.clear();
  if (!entry.item.held.empty() && before != nullptr) entry.held_since = before->held_since;
}

// What was said of an object before and may have to be said again; mostly of none.
using Remarks = std::map<ObjectKey, const InventoryEntry*>;

Remarks remarks_in(const std::vector<InventoryEntry>* entries) {
  Remarks remarks;
  if (entries == nullptr) return remarks;
  for (const InventoryEntry& entry : *entries)
    if (!entry.drift.empty() || !entry.item.held.empty() || !entry.held_since.empty())
      remarks[entry.item.key] = &entry;
  return remarks;
}

std::vector<InventoryEntry> entries_of(const member::Report& report, const Input& input,
                                       const Memory& memory) {
  const Remarks before = remarks_in(lookup(memory.inventory, report.cluster));
  const auto is_marked = [](const auto& entry) { return !entry.second.item.held.empty(); };
  const bool guarded =
      !before.empty() || std::any_of(report.objects.begin(), report.objects.end(), is_marked);
  const std::set<ObjectKey> wanted =
      guarded ? wanted_on(report.cluster, *input.decision) : std::set<ObjectKey>();
  std::vector<InventoryEntry> entries;
  for (const auto& [key, object] : report.objects) {
    if (!object.on_cluster) continue;
    const auto found = before.find(key);
    const InventoryEntry* old = found == before.end() ? nullptr : found->second;
    InventoryEntry entry{object.item, state_text(object), object.message};
    set_readiness(object, entry);
    set_drift(object, old, entry);
    set_held(report, old, input, wanted.contains(key), entry);
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace

bool is_carried_out(const std::string& cluster, const Input& input) {
  const member::Report* report = report_of(input, cluster);
  if (report == nullptr || !report->complete() || !input.followers.contains(cluster)) return false;
  std::optional<std::set<ObjectKey>> wanted;
  return std::none_of(report->objects.begin(), report->objects.end(), [&](const auto& entry) {
    const member::ObjectReport& object = entry.second;
    if (object.state == member::State::held) return true;
    const bool stuck =
        object.state == member::State::refused || object.state == member::State::waiting;
    if (!stuck || !object.on_cluster) return false;
    if (!wanted) wanted = wanted_on(cluster, *input.decision);
    return !wanted->contains(entry.first);
  });
}

std::set<ObjectKey> wanted_on(const std::string& cluster, const decision::Decision& decision) {
  std::set<ObjectKey> wanted;
  const auto* work = lookup(decision.work, cluster);
  if (work == nullptr) return wanted;
  for (const manifest::Manifest& manifest : work->manifests) wanted.insert(manifest.key);
  wanted.insert(work->held.begin(), work->held.end());
  return wanted;
}

bool knows_objects(const member::Report* report) {
  return report != nullptr && (report->complete() || !report->objects.empty());
}

bool is_gone(const decision::LeavingCluster& leaving, const Input& input) {
  if (!leaving.confirmed) return false;
  const member::Report* report = report_of(input, leaving.cluster.name);
  if (report == nullptr || !report->complete()) return false;
  for (const auto& [key, object] : report->objects) {
    const bool stays = object.state == member::State::kept || object.item.origin == "implicit";
    if (object.on_cluster && !stays) return false;
  }
  return true;
}

Inventories inventories(const Input& input, const Memory& memory) {
  // A cluster that cannot be asked, or whose file is gone or in error, keeps what is known of it.
  Inventories all;
  for (const auto& [cluster, entries] : memory.inventory)
    if (!knows_objects(report_of(input, cluster))) all[cluster] = entries;
  for (const auto& [cluster, report] : input.reports)
    if (knows_objects(report.get())) all[cluster] = entries_of(*report, input, memory);
  for (const decision::LeavingCluster& leaving : input.decision->leaving)
    if (is_gone(leaving, input)) all.erase(leaving.cluster.name);
  return all;
}

namespace {

// The file as it stands; nullptr if it says something else, or in another way.
const std::string* unchanged(const std::string& path, const std::string& cluster,
                             const std::vector<InventoryEntry>& entries, const Memory& memory) {
  if (!memory.as_written.contains(path)) return nullptr;
  const auto* before = lookup(memory.inventory, cluster);
  const bool same = before != nullptr && std::ranges::equal(*before, entries, same_line);
  return same ? lookup(memory.files, path) : nullptr;
}

}  // namespace

void add_inventories(const Inventories& inventories, const Memory& memory, Files& files) {
  for (const auto& [cluster, entries] : inventories) {
    if (entries.empty() && !memory.inventory.contains(cluster)) continue;
    const std::string path = "inventory/" + cluster + ".yaml";
    const std::string* file = unchanged(path, cluster, entries, memory);
    files[path] = file != nullptr ? *file : yaml::emit(inventory_object(cluster, entries));
  }
}

}  // namespace flotilla::status
