#include "reconciler/cli/commands.h"
#include "reconciler/cli/input.h"
#include "reconciler/cli/print.h"
#include "reconciler/status/attention.h"
#include "render/document/json.h"
#include "render/yaml/emitter.h"
#include "render/yaml/reader.h"

namespace flotilla::cli {
namespace {

Result<status::Memory> read_branch(const StatusOptions& options) {
  TRY_ASSIGN(const Opened opened, open_repository(options.repo, options.network));
  const git::Repository& repository = opened.repository;
  auto commit = repository.resolve("refs/heads/" + options.branch);
  if (!commit) commit = repository.resolve("refs/remotes/origin/" + options.branch);
  if (!commit)
    return fail(Code::not_found, "there is no branch " + options.branch + " in " +
                                     git::shown_url(options.repo) +
                                     ", want one that `flotilla run` has written");
  TRY_ASSIGN(const auto tree, repository.tree(*commit));
  return status::read_memory(*tree);
}

void print_fleet(const Json::Value& fleet) {
  print("Fleet     " + get_string(fleet, {"metadata", "name"}) + "\n");
  print("Revision  " + status::short_revision(get_string(fleet, {"status", "revision"})) + "\n");
  for (const status::Condition& condition :
       status::read_conditions(find_path(fleet, {"status", "conditions"})))
    if (condition.type == "Ready")
      print("Ready     " + std::string(condition.status ? "yes" : "no (" + condition.reason + ")") +
            ", since " + condition.since + ": " + condition.message + "\n");
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
    counts.drifted += status::stands(entry) ? 1U : 0U;
    counts.held += status::is_held(entry) ? 1U : 0U;
  }
  return counts;
}

void print_clusters(const status::Memory& memory) {
  std::vector<std::vector<std::string>> rows = {
      {"CLUSTER", "READY", "OBJECTS", "APPLIED", "HEALTHY", "DRIFT", "HELD", "VERSION", "MESSAGE"}};
  for (const auto& [name, conditions] : memory.cluster_conditions) {
    const Counts counts = counts_of(name, memory);
    const status::Condition* ready = status::find_condition(conditions, "Ready");
    const bool is_ready = ready != nullptr && ready->status;
    const auto version = memory.cluster_versions.find(name);
    rows.push_back({name, is_ready ? "yes" : "no", std::to_string(counts.wanted),
                    std::to_string(counts.applied), std::to_string(counts.healthy),
                    std::to_string(counts.drifted), std::to_string(counts.held),
                    version == memory.cluster_versions.end() ? "" : version->second,
                    is_ready || ready == nullptr ? "" : ready->message});
  }
  print("\n" + table(rows));
}

void print_list(const std::string& title, const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  print("\n" + title + ":\n");
  for (const std::string& line : status::cut(lines)) print(line + "\n");
}

void print_notes(const std::string& title, const std::vector<status::Attention::Note>& notes) {
  std::vector<std::string> lines;
  for (const status::Attention::Note& note : notes)
    lines.push_back(note.cluster + ": " + note.text);
  print_list(title, lines);
}

void print_attention(const status::Memory& memory) {
  const status::Attention attention =
      status::attention(memory.inventory, memory.cluster_conditions);
  std::vector<std::string> lines;
  for (const status::Attention::Held& held : attention.held)
    lines.push_back(held.cluster + ": " + held.text);
  print_list("Deletions waiting for a person", lines);
  const std::string confirming = status::confirming_line(attention);
  if (!confirming.empty()) print("  for the Fleet: spec: {" + confirming + "}\n");
  print_notes("Clusters that left the repository", attention.leaving);
  lines.clear();
  for (const status::Attention::Drift& drift : attention.drift)
    lines.push_back(drift.cluster + ": " + drift.object + ": " + drift.text +
                    (drift.stands ? " (stands)" : " (corrected)"));
  print_list("Drift", lines);
  print_notes("Beyond reach", attention.beyond_reach);
}

// The reason of a cluster that does not answer stands beside the cluster.
bool is_said_of_cluster(const status::AggregatedItem& item, const std::string& cluster) {
  return !item.applied && item.message.starts_with(status::unreachable_prefix(cluster));
}

void print_troubles(const status::Memory& memory) {
  std::vector<std::vector<std::string>> rows = {
      {"CLUSTER", "OBJECT", "APPLIED", "HEALTH", "MESSAGE"}};
  for (const auto& [key, items] : memory.aggregated)
    for (const auto& [cluster, item] : items)
      if ((!item.applied || item.health != "Healthy") && !is_said_of_cluster(item, cluster))
        rows.push_back(
            {cluster, to_string(key), item.applied ? "yes" : "no", item.health, item.message});
  if (rows.size() > 1) print("\n" + table(rows));
  const Json::Value* problems = find_path(memory.fleet, {"status", "problems"});
  if (problems == nullptr || !problems->isArray() || problems->empty()) return;
  print("\nIn the repository:\n");
  for (const Json::Value& problem : *problems)
    print(get_string(problem, "file") + ":" + std::to_string(get_int(problem, "line").value_or(0)) +
          ": " + get_string(problem, "severity") + ": " +
          (get_string(problem, "object").empty() ? "" : get_string(problem, "object") + ": ") +
          get_string(problem, "message") + "\n");
}

void print_unmatched(const status::Memory& memory) {
  const Json::Value* unmatched = find_path(memory.fleet, {"status", "unmatched"});
  if (unmatched == nullptr || !unmatched->isArray() || unmatched->empty()) return;
  print("\nSelected by no policy:\n");
  for (const Json::Value& object : *unmatched) print(object.asString() + "\n");
}

Json::Value document(const status::Memory& memory) {
  Json::Value root(Json::objectValue);
  root["fleet"] = memory.fleet;
  for (const char* part : {"clusters", "bindings", "inventory"})
    root[part] = Json::Value(Json::arrayValue);
  for (const auto& [path, content] : memory.files) {
    if (!path.ends_with(".yaml")) continue;
    const std::string part = path.substr(0, path.find('/'));
    if (part != "clusters" && part != "bindings") continue;
    for (const yaml::Document& file : yaml::read_documents(content, path).documents)
      root[part].append(file.tree);
  }
  for (const auto& [cluster, entries] : memory.inventory)
    root["inventory"].append(status::inventory_object(cluster, entries));
  return root;
}

}  // namespace

int status(const StatusOptions& options) {
  const auto memory = read_branch(options);
  if (!memory) return complain(memory.error());
  if (options.output == Output::json) {
    print(pretty_json(document(*memory)) + "\n");
  } else if (options.output == Output::yaml) {
    print(yaml::emit(document(*memory)));
  } else {
    print_fleet(memory->fleet);
    print_clusters(*memory);
    print_attention(*memory);
    print_troubles(*memory);
    print_unmatched(*memory);
  }
  return 0;
}

}  // namespace flotilla::cli
