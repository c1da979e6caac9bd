#include "reconciler/status/inventory_changes.h"

#include "reconciler/member/report.h"
#include "render/base/text.h"
#include "render/yaml/reader.h"

#include <algorithm>
#include <limits>
#include <map>

namespace flotilla::status {
namespace {

// The items of an inventory as its file has them: each begins with a dash in the first column and
// goes on with lines that are indented. nullopt if the file is written in another way.
std::optional<std::vector<std::string_view>> items_in(std::string_view text) {
  constexpr std::string_view head = "items:\n";
  std::size_t at = text.starts_with(head) ? 0 : text.find("\nitems:\n");
  if (at == std::string_view::npos) return std::nullopt;
  at = text.find('\n', at == 0 ? 0 : at + 1) + 1;
  std::vector<std::string_view> items;
  std::size_t begin = at;
  while (at < text.size() && (text[at] == '-' || text[at] == ' ' || text[at] == '\n')) {
    if (text[at] == '-' && at > begin) {
      items.push_back(text.substr(begin, at - begin));
      begin = at;
    }
    const std::size_t end = text.find('\n', at);
    at = end == std::string_view::npos ? text.size() : end + 1;
  }
  if (at > begin) items.push_back(text.substr(begin, at - begin));
  return items;
}

// Inventories are written by us and may be larger than what users may write.
yaml::Limits no_limits() {
  yaml::Limits limits;
  limits.bytes = std::numeric_limits<std::size_t>::max();
  limits.nodes = std::numeric_limits<std::size_t>::max();
  return limits;
}

std::vector<InventoryEntry> parse(std::string_view text) {
  const std::vector<yaml::Document> documents =
      yaml::read_documents(text, "inventory", no_limits()).documents;
  return documents.size() == 1 ? read_inventory(documents.front().tree)
                               : std::vector<InventoryEntry>();
}

std::vector<InventoryEntry> parse_items(const std::vector<std::string_view>& items,
                                        std::string_view name) {
  std::string text = "items:\n";
  for (const std::string_view item : items)
    if (name.empty() || item.find(name) != std::string_view::npos) text.append(item);
  return text == "items:\n" ? std::vector<InventoryEntry>() : parse(text);
}

using Entries = std::map<ObjectKey, InventoryEntry>;

Entries by_key(std::vector<InventoryEntry> entries, std::string_view name) {
  Entries sorted;
  for (InventoryEntry& entry : entries)
    if (name.empty() || entry.item.key.name == name) sorted[entry.item.key] = std::move(entry);
  return sorted;
}

bool same_entry(const InventoryEntry& a, const InventoryEntry& b) {
  return a.item.uid == b.item.uid && a.item.digest == b.item.digest &&
         a.item.revision == b.item.revision && a.item.held == b.item.held && a.state == b.state &&
         a.message == b.message && a.readiness == b.readiness && a.drift == b.drift &&
         a.drift_time == b.drift_time;
}

Deed deed_of(const InventoryEntry* before, const InventoryEntry* after) {
  if (before == nullptr) return after->item.origin == "adopted" ? Deed::adopted : Deed::created;
  if (after == nullptr) return before->state == "Kept" ? Deed::released : Deed::removed;
  if (before->item.uid != after->item.uid) return Deed::recreated;
  if (before->item.digest != after->item.digest) return Deed::configured;
  const bool seen_anew = before->drift_time != after->drift_time && !after->drift.empty();
  const bool stood = drift_stands(*before) && after->state == to_string(member::State::applied);
  if ((seen_anew || stood) && !drift_stands(*after)) return Deed::corrected;
  return Deed::told;
}

}  // namespace

std::string_view to_string(Deed deed) {
  switch (deed) {
    case Deed::created:
      return "created";
    case Deed::adopted:
      return "adopted";
    case Deed::configured:
      return "configured";
    case Deed::recreated:
      return "recreated";
    case Deed::corrected:
      return "corrected";
    case Deed::removed:
      return "removed";
    case Deed::released:
      return "released";
    case Deed::told:
      break;
  }
  return "told";
}

std::vector<InventoryChange> inventory_changes(std::string_view before, std::string_view after,
                                               std::string_view name) {
  auto old_items = items_in(before);
  auto new_items = items_in(after);
  Entries old_entries;
  Entries new_entries;
  if ((old_items || before.empty()) && (new_items || after.empty())) {
    std::vector<std::string_view> gone = old_items.value_or(std::vector<std::string_view>());
    std::vector<std::string_view> come = new_items.value_or(std::vector<std::string_view>());
    std::ranges::sort(gone);
    std::ranges::sort(come);
    std::vector<std::string_view> only_old;
    std::vector<std::string_view> only_new;
    std::ranges::set_difference(gone, come, std::back_inserter(only_old));
    std::ranges::set_difference(come, gone, std::back_inserter(only_new));
    old_entries = by_key(parse_items(only_old, name), name);
    new_entries = by_key(parse_items(only_new, name), name);
  } else {
    old_entries = by_key(parse(before), name);
    new_entries = by_key(parse(after), name);
  }
  std::vector<InventoryChange> changes;
  const auto add = [&](const InventoryEntry* was, const InventoryEntry* is) {
    if (was != nullptr && is != nullptr && same_entry(*was, *is)) return;
    InventoryChange change{deed_of(was, is), is != nullptr ? is->item.key : was->item.key, {}, {}};
    if (was != nullptr) change.before = *was;
    if (is != nullptr) change.after = *is;
    changes.push_back(std::move(change));
  };
  for (const auto& [key, entry] : old_entries) {
    const auto now = new_entries.find(key);
    add(&entry, now == new_entries.end() ? nullptr : &now->second);
  }
  for (const auto& [key, entry] : new_entries)
    if (!old_entries.contains(key)) add(nullptr, &entry);
  std::ranges::sort(changes, {}, &InventoryChange::key);
  return changes;
}

}  // namespace flotilla::status
