#include "reconciler/controller/recover.h"

#include "reconciler/cli/commands.h"
#include "reconciler/cli/print.h"
#include "reconciler/cli/signals.h"
#include "reconciler/controller/run.h"
#include "reconciler/decision/revision.h"
#include "reconciler/status/documents.h"
#include "render/document/json.h"
#include "render/yaml/emitter.h"

namespace flotilla::cli {
namespace {

using Keys = std::vector<ObjectKey>;

struct Column {
  const char* name;   // in documents
  const char* words;  // before the objects
  Keys member::Planned::* keys;
};
constexpr Column columns[] = {
    {"create", "would be created", &member::Planned::created},
    {"configure", "would be configured", &member::Planned::configured},
    {"adopt", "not ours yet, would be taken over", &member::Planned::adopted},
    {"conflict", "not ours, would be left", &member::Planned::conflicts},
    {"prune", "would be deleted", &member::Planned::pruned},
    {"hold", "deletion would wait for a person", &member::Planned::held},
    {"keep", "would be let go", &member::Planned::kept},
};

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

std::size_t ours_on(const member::Report& report) {
  std::size_t count = 0;
  for (const auto& [key, object] : report.objects) count += object.on_cluster ? 1U : 0U;
  return count;
}

std::string message_of(const member::Report& report) {
  if (report.error) return report.error->message;
  return controller::Recovery::is_suspended(report) ? report.suspended : "";
}

Json::Value list_of(const Keys& keys) {
  Json::Value list(Json::arrayValue);
  for (const ObjectKey& key : keys) list.append(to_string(key));
  return list;
}

Json::Value document(const controller::Recovery& recovery) {
  Json::Value root(Json::objectValue);
  root["revision"] = recovery.revision;
  root["statusBranch"] = recovery.status_branch;
  root["placements"]["known"] = Json::UInt64(recovery.placements);
  Json::Value& moved = root["placements"]["moved"] = Json::Value(Json::arrayValue);
  for (const std::string& line : recovery.moved) moved.append(line);
  Json::Value& clusters = root["clusters"] = Json::Value(Json::arrayValue);
  for (const auto& [name, report] : recovery.reports) {
    Json::Value entry(Json::objectValue);
    entry["name"] = name;
    entry["reached"] = report.reached;
    entry["inventory"] = report.has_inventory;
    entry["objects"] = Json::UInt64(ours_on(report));
    entry["unchanged"] = Json::UInt64(report.planned.unchanged);
    for (const Column& column : columns) entry[column.name] = list_of(report.planned.*column.keys);
    if (std::string message = message_of(report); !message.empty())
      entry["message"] = std::move(message);
    clusters.append(std::move(entry));
  }
  return root;
}

void print_table(const controller::Recovery& recovery) {
  print("Revision       " + decision::short_revision(recovery.revision) + "\n");
  print(std::string("Status branch  ") +
        (recovery.status_branch ? "found" : "none: placements are read off the members") + "\n");
  print("Placements     " + std::to_string(recovery.placements) + " known, " +
        std::to_string(recovery.moved.size()) + " would move\n\n");
  std::vector<std::vector<std::string>> rows(1);
  rows[0] = {"CLUSTER", "INVENTORY", "OBJECTS", "UNCHANGED"};
  for (const Column& column : columns) rows[0].push_back(upper(column.name));
  rows[0].emplace_back("MESSAGE");
  for (const auto& [name, report] : recovery.reports) {
    std::vector<std::string>& row = rows.emplace_back();
    row = {name, report.has_inventory ? "yes" : "no", std::to_string(ours_on(report)),
           std::to_string(report.planned.unchanged)};
    for (const Column& column : columns)
      row.push_back(std::to_string((report.planned.*column.keys).size()));
    row.push_back(message_of(report));
  }
  print(table(rows));
  for (const std::string& line : recovery.moved) print("\nwould move: " + line);
  if (!recovery.moved.empty()) print("\n");
  for (const auto& [name, report] : recovery.reports)
    for (const Column& column : columns) {
      const Keys& keys = report.planned.*column.keys;
      if (keys.empty()) continue;
      print("\n" + name + ", " + column.words +
            (controller::Recovery::is_suspended(report) ? " if it were not suspended" : "") +
            ":\n");
      for (const ObjectKey& key : keys) print("  " + to_string(key) + "\n");
    }
}

}  // namespace

int recover(const RecoverOptions& options) {
  const auto recovery = controller::look_before_recovery(options.controller);
  if (!recovery) return complain(recovery.error());
  if (options.output == Output::json)
    print(pretty_json(document(*recovery)) + "\n");
  else if (options.output == Output::yaml)
    print(yaml::emit(document(*recovery)));
  else
    print_table(*recovery);
  if (options.dry_run) return static_cast<int>(recovery->exit);
  const StopOnSignal signals;
  const auto outcome = controller::run_once(options.controller, {}, signals.token());
  if (!outcome) return complain(outcome.error());
  if (options.output == Output::table) print("\n" + outcome->summary + "\n");
  return static_cast<int>(outcome->exit);
}

}  // namespace flotilla::cli
