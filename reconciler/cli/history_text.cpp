#include "reconciler/cli/history.h"
#include "reconciler/cli/table.h"
#include "reconciler/decision/revision.h"
#include "render/base/text.h"
#include "render/interpreter/timestamp.h"

#include <array>

namespace flotilla::cli {
namespace {

using status::Deed;
using status::InventoryChange;

constexpr std::array deeds = {Deed::created,   Deed::adopted, Deed::configured, Deed::recreated,
                              Deed::corrected, Deed::removed, Deed::released};

// Cut at a length that leaves room for the other columns.
std::string cut_subject(const std::string& subject) {
  constexpr std::size_t longest = 50;
  if (subject.size() <= longest) return subject;
  std::size_t end = longest - 3;
  // Not inside a character.
  while (end > 0 && (static_cast<unsigned char>(subject[end]) & 0xC0U) == 0x80U) --end;
  return subject.substr(0, end) + "...";
}

std::map<Deed, std::size_t> count_deeds(const HistoryRow& row) {
  std::map<Deed, std::size_t> counts;
  for (const auto& [cluster, changes] : row.clusters)
    for (const InventoryChange& change : changes) ++counts[change.deed];
  return counts;
}

std::string what_text(const HistoryRow& row) {
  const std::map<Deed, std::size_t> counts = count_deeds(row);
  std::vector<std::string> parts;
  for (const Deed deed : deeds)
    if (const auto count = counts.find(deed); count != counts.end())
      parts.push_back(std::string(to_string(deed)) + " " + std::to_string(count->second));
  return parts.empty() ? "-" : join(parts, ", ");
}

std::string where_text(const HistoryRow& row, bool all) {
  constexpr std::size_t most = 4;
  std::vector<std::string> names;
  for (const auto& [cluster, changes] : row.clusters)
    for (const InventoryChange& change : changes)
      if (change.deed != Deed::told) {
        names.push_back(cluster);
        break;
      }
  if (names.empty()) return "-";
  return names.size() > most && !all ? std::to_string(names.size()) + " clusters"
                                     : join(names, ", ");
}

std::int64_t count_errors(const Json::Value& fleet) {
  const Json::Value* problems = find(fleet, "problems");
  if (problems == nullptr || !problems->isArray()) return 0;
  std::int64_t errors = 0;
  for (const Json::Value& problem : *problems)
    errors += get_string(problem, "severity") == "error" ? 1 : 0;
  return errors;
}

const status::Condition* ready_of(const std::vector<status::Condition>& conditions) {
  return status::find_condition(conditions, "Ready");
}

std::string result_text(const Json::Value& fleet) {
  const Json::Value* objects = find(fleet, "objects");
  if (objects == nullptr) return "?";
  std::string text = std::to_string(get_int(*objects, "healthy").value_or(0)) + "/" +
                     std::to_string(get_int(*objects, "wanted").value_or(0));
  const auto conditions = status::read_conditions(find(fleet, "conditions"));
  if (const auto* ready = ready_of(conditions))
    text += ready->status ? " ready" : " " + ready->reason;
  const auto add = [&](std::int64_t number, const std::string& word) {
    if (number > 0) text += ", " + std::to_string(number) + " " + word;
  };
  const std::int64_t errors = count_errors(fleet);
  add(errors, errors == 1 ? "error" : "errors");
  add(get_int(*objects, "held").value_or(0), "held");
  add(get_int(*objects, "drifted").value_or(0), "drifted");
  return text;
}

std::string short_digest(const std::string& digest) { return digest.substr(0, 12); }

// "configured", or what is said now that was not said before.
std::string change_text(const InventoryChange& change) {
  if (change.deed != Deed::told) return std::string(to_string(change.deed));
  if (change.before->state != change.after->state) return lower(change.after->state);
  if (!change.after->readiness.empty()) return lower(change.after->readiness);
  if (!change.before->readiness.empty()) return "current";
  return "noted";
}

void add_object_rows(const HistoryRow& row, bool wide,
                     std::vector<std::vector<std::string>>& rows) {
  for (const auto& [cluster, changes] : row.clusters)
    for (const InventoryChange& change : changes) {
      const status::InventoryEntry& entry = change.after ? *change.after : *change.before;
      const std::string revision = change.after ? entry.item.revision : row.revision;
      rows.push_back({interpreter::format_timestamp(row.time), decision::short_revision(revision),
                      cut_subject(row.subject), cluster, change_text(change),
                      change.after ? entry.state : "-",
                      change.after ? short_digest(entry.item.digest) : "-"});
      if (!wide) continue;
      std::string said = change.after ? entry.message : "";
      if (said.empty() && change.after) said = entry.drift;
      rows.back().insert(rows.back().end(),
                         {row.commit.substr(0, 7), replace_all(said, "\n", " ")});
    }
}

std::string begin_text(const History& history) {
  if (!history.begin) return {};
  return "\nThe history begins at " + interpreter::format_timestamp(history.begin->time) + " (" +
         history.begin->id.substr(0, 7) + ").\n";
}

std::string object_table(const History& history, bool wide) {
  std::vector<std::vector<std::string>> rows = {
      {"TIME", "REVISION", "SUBJECT", "CLUSTER", "WHAT", "STATE", "DIGEST"}};
  if (wide) rows.front().insert(rows.front().end(), {"STATUS", "MESSAGE"});
  for (const HistoryRow& row : history.rows) add_object_rows(row, wide, rows);
  if (rows.size() == 1)
    return "Nothing is known to have been applied to it.\n" + begin_text(history);
  return table(rows) + begin_text(history);
}

Json::Value change_document(const InventoryChange& change) {
  Json::Value entry(Json::objectValue);
  entry["object"] = to_string(change.key);
  entry["what"] = change_text(change);
  if (change.before) entry["digestBefore"] = change.before->item.digest;
  if (!change.after) return entry;
  entry["digest"] = change.after->item.digest;
  entry["revision"] = change.after->item.revision;
  entry["state"] = change.after->state;
  if (!change.after->message.empty()) entry["message"] = change.after->message;
  if (!change.after->drift.empty()) entry["drift"] = change.after->drift;
  return entry;
}

Json::Value row_document(const HistoryRow& row) {
  Json::Value entry(Json::objectValue);
  entry["time"] = interpreter::format_timestamp(row.time);
  entry["commit"] = row.commit;
  entry["revision"] = row.revision;
  entry["subject"] = row.subject;
  Json::Value& counts = entry["counts"] = Json::Value(Json::objectValue);
  for (const auto& [deed, count] : count_deeds(row))
    if (deed != Deed::told) counts[std::string(to_string(deed))] = Json::UInt64(count);
  Json::Value& clusters = entry["clusters"] = Json::Value(Json::arrayValue);
  for (const auto& [cluster, changes] : row.clusters) {
    Json::Value one(Json::objectValue);
    one["name"] = cluster;
    for (const InventoryChange& change : changes) one["changes"].append(change_document(change));
    clusters.append(std::move(one));
  }
  if (row.fleet.isNull()) return entry;
  Json::Value& result = entry["result"];
  const auto conditions = status::read_conditions(find(row.fleet, "conditions"));
  if (const auto* ready = ready_of(conditions)) {
    result["ready"] = ready->status;
    result["reason"] = ready->reason;
    result["message"] = ready->message;
  }
  for (const char* part : {"objects", "clusters"})
    if (const Json::Value* counted = find(row.fleet, part)) result[part] = *counted;
  result["errors"] = Json::Int64(count_errors(row.fleet));
  return entry;
}

}  // namespace

std::string history_table(const History& history, const HistoryQuery& query, Output output) {
  const bool wide = output == Output::wide;
  if (query.object) return object_table(history, wide);
  std::vector<std::vector<std::string>> rows = {
      {"TIME", "REVISION", "SUBJECT", "WHAT", "WHERE", "RESULT"}};
  if (wide) rows.front().emplace_back("STATUS");
  for (const HistoryRow& row : history.rows) {
    rows.push_back({interpreter::format_timestamp(row.time),
                    row.revision.empty() ? "-" : decision::short_revision(row.revision),
                    wide ? row.subject : cut_subject(row.subject), what_text(row),
                    where_text(row, wide), result_text(row.fleet)});
    if (wide) rows.back().push_back(row.commit.substr(0, 7));
  }
  if (rows.size() == 1) return "Nothing was applied.\n" + begin_text(history);
  return table(rows) + begin_text(history);
}

Json::Value history_document(const History& history) {
  Json::Value root(Json::objectValue);
  Json::Value& items = root["items"] = Json::Value(Json::arrayValue);
  for (const HistoryRow& row : history.rows) items.append(row_document(row));
  if (!history.begin) return root;
  root["begins"]["time"] = interpreter::format_timestamp(history.begin->time);
  root["begins"]["commit"] = history.begin->id;
  return root;
}

}  // namespace flotilla::cli
