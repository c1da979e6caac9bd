#include "reconciler/decision/observed.h"
#include "reconciler/decision/revision.h"
#include "reconciler/status/parts.h"
#include "render/base/text.h"
#include "render/yaml/emitter.h"
#include "render/yaml/reader.h"

#include <algorithm>
#include <array>
#include <set>

namespace flotilla::status {
namespace {

constexpr std::array findings = {"Synced",        "Suspended", "Drifted",
                                 "DeletionsHeld", "Permitted", "Leaving"};

bool is_finding(std::string_view type) {
  return std::find(findings.begin(), findings.end(), type) != findings.end();
}

std::string count(std::size_t number, const std::string& one) {
  return std::to_string(number) + " " + one + (number == 1 ? "" : "s");
}

std::string joined(const std::set<std::string>& texts, std::string_view separator) {
  return join({texts.begin(), texts.end()}, separator);
}

// What the member's health probes say (karmada-semantics 21.1), or else what the last pass met.
Condition ready_condition(const std::string& cluster, const Input& input) {
  if (const auto* observed = lookup(input.observed, cluster); observed != nullptr && *observed) {
    const std::vector<Condition> conditions = read_conditions(find(**observed, "conditions"));
    if (const Condition* ready = find_condition(conditions, "Ready")) return *ready;
  }
  const member::Report* report = report_of(input, cluster);
  if (report == nullptr)
    return {"Ready", false, "NotTried", "the cluster has not been tried yet", ""};
  if (report->error && !report->reached)
    return {"Ready", false, "ClusterNotReachable", report->error->message, ""};
  return {"Ready", true, "ClusterReady", "the cluster answers", ""};
}

// Whether the last pass came to its end.
Condition synced_condition(const member::Report& report) {
  if (!report.error) return {"Synced", true, "Synced", "the last pass came to its end", ""};
  return {"Synced", false, report.reached ? "PassFailed" : "ClusterNotReachable",
          report.error->message, ""};
}

Condition suspended_condition(const member::Report& report) {
  if (report.suspended.empty())
    return {"Suspended", false, "NotSuspended", "changes are applied", ""};
  return {"Suspended", true, report.held_on_member ? "HeldOnCluster" : "SuspendedInRepository",
          report.suspended, ""};
}

Condition drifted_condition(const member::Report& report) {
  std::size_t objects = 0;
  std::set<std::string> managers;
  for (const auto& [key, object] : report.objects) {
    if (!member::drift_stands(object)) continue;
    ++objects;
    for (const manifest::LostField& field : object.drift)
      if (!field.manager.empty()) managers.insert(field.manager);
  }
  if (objects == 0)
    return {"Drifted", false, "AsApplied", "nothing differs from what was applied", ""};
  std::string text =
      count(objects, "object") + (objects == 1 ? " differs" : " differ") + " from what was applied";
  if (!managers.empty()) text += ", changed by " + joined(managers, ", ");
  return {"Drifted", true, "Changed", text, ""};
}

// Without the advice how to confirm it, which is given once for all.
std::string reason_of(const InventoryEntry& entry) {
  return entry.message.substr(0, entry.message.find("; confirm with "));
}

Condition held_condition(const std::vector<InventoryEntry>& entries) {
  std::size_t held = 0;
  std::set<std::string> reasons;
  std::set<std::string> digests;
  std::set<std::string> commits;
  for (const InventoryEntry& entry : entries) {
    if (!is_held(entry)) continue;
    ++held;
    if (!entry.message.empty()) reasons.insert(reason_of(entry));
    if (!entry.item.held.empty()) digests.insert(entry.item.held);
    if (!decision::short_commit(entry.held_since).empty())
      commits.insert(decision::short_commit(entry.held_since));
  }
  if (held == 0) return {"DeletionsHeld", false, "NothingHeld", "no deletion is held", ""};
  std::string text = std::to_string(held) + " of " + count(entries.size(), "object") +
                     " left the repository and wait for a person";
  if (!reasons.empty()) text += ": " + joined(reasons, "; ");
  text += "; confirm with Fleet.spec.confirmDeletions: " + joined(digests, ", ");
  if (!commits.empty())
    text += ", or with the commit that removed them (first seen at " + joined(commits, ", ") + ")";
  return {"DeletionsHeld", true, "WaitsForConfirmation", text, ""};
}

Condition permitted_condition(const member::Report& report) {
  if (report.beyond_reach.empty())
    return {"Permitted", true, "Permitted", "the credential may use every kind that is needed", ""};
  std::vector<std::string> lines;
  for (const auto& [kind, sentence] : report.beyond_reach)
    lines.push_back(to_string(kind) + ": " + replace_all(sentence, "\n", " "));
  return {"Permitted", false, "Forbidden", join(lines, "\n"), ""};
}

Condition leaving_condition(const decision::LeavingCluster& leaving, const member::Report* report,
                            const std::vector<InventoryEntry>* entries) {
  const std::string objects = count(entries == nullptr ? 0 : entries->size(), "object");
  if (!leaving.confirmed)
    return {"Leaving", true, "WaitsForConfirmation",
            "its file left the repository; what is ours there (" + objects +
                ") stays until that is confirmed with Fleet.spec.confirmDeletions: " +
                leaving.digest + ", or with the commit that removed the file",
            ""};
  std::string text = "its file left the repository, and that is confirmed: what is ours there (" +
                     objects + ") is being deleted";
  if (report != nullptr && report->error) text += "; " + report->error->message;
  return {"Leaving", true, "Confirmed", text, ""};
}

const std::vector<Condition>& conditions_before(const std::string& cluster, const Memory& memory) {
  static const std::vector<Condition> none;
  const auto* before = lookup(memory.cluster_conditions, cluster);
  return before != nullptr ? *before : none;
}

// Ready and the findings of a report; what is not known now is as it was.
std::vector<Condition> conditions_of(const std::string& cluster, const Input& input,
                                     const Memory& memory, const Inventories& inventories) {
  static const std::vector<InventoryEntry> none;
  const member::Report* report = report_of(input, cluster);
  const std::vector<Condition>& before = conditions_before(cluster, memory);
  std::vector<Condition> conditions = {dated(ready_condition(cluster, input), before, input.now)};
  const auto note = [&](const Condition& condition, bool bad) {
    if (bad || find_condition(before, condition.type) != nullptr)
      conditions.push_back(dated(condition, before, input.now));
  };
  if (report != nullptr) {
    const Condition synced = synced_condition(*report);
    note(synced, !synced.status);
  }
  if (!knows_objects(report)) {
    for (const Condition& condition : before)
      if (is_finding(condition.type) && condition.type != "Leaving" &&
          find_condition(conditions, condition.type) == nullptr)
        conditions.push_back(condition);
    return conditions;
  }
  const Condition suspended = suspended_condition(*report);
  note(suspended, suspended.status);
  const Condition drifted = drifted_condition(*report);
  note(drifted, drifted.status);
  const auto* entries = lookup(inventories, cluster);
  const Condition held = held_condition(entries != nullptr ? *entries : none);
  note(held, held.status);
  const Condition* old = find_condition(before, "Permitted");
  const bool asked = report->complete() || !report->beyond_reach.empty();
  const Condition permitted = asked || old == nullptr ? permitted_condition(*report) : *old;
  note(permitted, !permitted.status);
  return conditions;
}

std::string path_of(const std::string& cluster) { return "clusters/" + cluster + ".yaml"; }

// Those of others stay where they are.
void set_conditions(Json::Value& object, const std::vector<Condition>& conditions) {
  Json::Value& status = object["status"];
  Json::Value all(Json::arrayValue);
  if (const Json::Value* present = find(status, "conditions"))
    for (const Json::Value& entry : without_findings(*present))
      if (find_condition(conditions, get_string(entry, "type")) == nullptr) all.append(entry);
  for (const Json::Value& entry : condition_list(conditions)) all.append(entry);
  status["conditions"] = std::move(all);
}

// The Cluster as its file says, without what the status branch must not hold: the password of the
// proxy and the values of the headers to it.
Json::Value published(const Json::Value& cluster) {
  Json::Value object = cluster;
  if (Json::Value* proxy = find_path(object, {"spec", "proxyURL"}); proxy && proxy->isString()) {
    const std::string url = proxy->asString();
    const std::size_t scheme = url.find("://");
    const std::size_t start = scheme == std::string::npos ? 0 : scheme + 3;
    const std::size_t at = url.rfind('@', url.find_first_of("/?#", start));
    if (at != std::string::npos && at >= start) *proxy = url.substr(0, start) + url.substr(at + 1);
  }
  if (Json::Value* spec = find_path(object, {"spec"}); spec && spec->isObject())
    spec->removeMember("proxyHeader");
  return object;
}

// The revision with which the cluster came, or came back after its file had left.
std::string since_when(const std::string& cluster, const Input& input, const Memory& memory) {
  const Condition* leaving = find_condition(conditions_before(cluster, memory), "Leaving");
  const auto* known = lookup(memory.previous.cluster_objects, cluster);
  const std::string since =
      known == nullptr ? std::string() : annotation(*known, decision::cluster_since_annotation);
  const bool came_back = leaving != nullptr && leaving->status;
  return since.empty() || came_back ? input.decision->revision : since;
}

// For the leader, who writes down for the fleet what every cluster has followed.
std::string followed_settings(const std::string& cluster, const Input& input,
                              const Memory& memory) {
  if (!input.scope) return {};
  if (is_carried_out(cluster, input)) return input.decision->settings_digest;
  const auto* known = lookup(memory.previous.cluster_objects, cluster);
  return known == nullptr ? std::string() : annotation(*known, settings_digest_annotation);
}

// Those that follow from its conditions stand beside those of the file.
void set_taints(Json::Value& object, const std::vector<overrides::Taint>& taints) {
  const Json::Value* present = find_path(object, {"spec", "taints"});
  for (const overrides::Taint& taint : taints) {
    if (taint.key != decision::not_ready_taint && taint.key != decision::unreachable_taint)
      continue;
    const bool there = present != nullptr && present->isArray() &&
                       std::any_of(present->begin(), present->end(), [&](const auto& entry) {
                         return get_string(entry, "key") == taint.key;
                       });
    if (there) continue;
    Json::Value& entry = object["spec"]["taints"].append(Json::Value(Json::objectValue));
    entry["key"] = taint.key;
    entry["effect"] = taint.effect;
    present = find_path(object, {"spec", "taints"});
  }
}

std::string written_anew(const overrides::Cluster& cluster, const Input& input,
                         const Memory& memory, const std::vector<Condition>& conditions) {
  const member::Report* report = report_of(input, cluster.name);
  Json::Value object = published(cluster.object->tree);
  set_annotation(object, "flotilla.dev/source", cluster.object->source.file);
  if (const std::string since = since_when(cluster.name, input, memory); !since.empty())
    set_annotation(object, decision::cluster_since_annotation, since);
  if (const std::string digest = followed_settings(cluster.name, input, memory); !digest.empty())
    set_annotation(object, settings_digest_annotation, digest);
  // What was observed and what others wrote on the branch, where the file says nothing.
  const auto* observed = lookup(input.observed, cluster.name);
  const overrides::Cluster facts =
      observed != nullptr && *observed ? decision::with_observed(cluster, **observed) : cluster;
  Json::Value& status = object["status"];
  if (facts.status.isObject()) status = facts.status;
  if (!status.isObject()) status = Json::Value(Json::objectValue);
  set_taints(object, facts.taints);
  std::string version = report != nullptr ? report->kubernetes_version : std::string();
  if (version.empty())
    if (const auto* known = lookup(memory.cluster_versions, cluster.name)) version = *known;
  if (!version.empty()) status["kubernetesVersion"] = version;
  set_conditions(object, conditions);
  return yaml::emit(object);
}

// The file as it is on the branch, with other conditions.
void add_leaving(const std::string& path, const std::vector<Condition>& conditions,
                 const Memory& memory, Files& files) {
  const std::string* known = lookup(memory.files, path);
  if (known == nullptr) return;
  const std::vector<yaml::Document> documents = yaml::read_documents(*known, path).documents;
  if (documents.size() != 1 || !documents.front().tree.isObject()) {
    files[path] = *known;
    return;
  }
  Json::Value object = documents.front().tree;
  if (!object["status"].isObject()) object["status"] = Json::Value(Json::objectValue);
  set_conditions(object, conditions);
  files[path] = yaml::emit(object);
}

}  // namespace

Condition dated(Condition condition, const std::vector<Condition>& before, const std::string& now) {
  const Condition* old = find_condition(before, condition.type);
  const bool same = old != nullptr && old->status == condition.status && !old->since.empty();
  condition.since = same ? old->since : now;
  return condition;
}

Json::Value without_findings(const Json::Value& conditions) {
  Json::Value kept(Json::arrayValue);
  if (!conditions.isArray()) return kept;
  for (const Json::Value& entry : conditions)
    if (!is_finding(get_string(entry, "type"))) kept.append(entry);
  return kept;
}

ClusterConditions cluster_conditions(const Input& input, const Memory& memory,
                                     const Inventories& inventories) {
  ClusterConditions all;
  for (const overrides::Cluster& cluster : input.decision->clusters) {
    // Not tried by this process yet: what is known stands.
    const bool stands =
        !input.reports.contains(cluster.name) && memory.files.contains(path_of(cluster.name));
    all[cluster.name] = stands ? conditions_before(cluster.name, memory)
                               : conditions_of(cluster.name, input, memory, inventories);
  }
  for (const std::string& name : input.decision->faulty_clusters)
    if (memory.files.contains(path_of(name))) all[name] = conditions_before(name, memory);
  for (const decision::LeavingCluster& leaving : input.decision->leaving) {
    const std::string& name = leaving.cluster.name;
    const bool known = memory.files.contains(path_of(name));
    if (!known || is_gone(leaving, input)) continue;
    const std::vector<Condition>& before = conditions_before(name, memory);
    const member::Report* report = report_of(input, name);
    std::vector<Condition>& conditions = all[name];
    if (report != nullptr) {
      conditions = conditions_of(name, input, memory, inventories);
    } else {
      conditions = before;
      std::erase_if(conditions, [](const Condition& c) { return c.type == "Leaving"; });
    }
    conditions.push_back(
        dated(leaving_condition(leaving, report, lookup(inventories, name)), before, input.now));
  }
  return all;
}

void add_clusters(const Input& input, const Memory& memory, const ClusterConditions& conditions,
                  Files& files) {
  for (const overrides::Cluster& cluster : input.decision->clusters) {
    const std::string path = path_of(cluster.name);
    const auto* known = lookup(memory.files, path);
    const bool stands = known != nullptr && !input.reports.contains(cluster.name);
    files[path] =
        stands ? *known : written_anew(cluster, input, memory, conditions.at(cluster.name));
  }
  for (const std::string& name : input.decision->faulty_clusters)
    if (const auto* file = lookup(memory.files, path_of(name))) files[path_of(name)] = *file;
  for (const decision::LeavingCluster& leaving : input.decision->leaving)
    if (const auto* own = lookup(conditions, leaving.cluster.name))
      add_leaving(path_of(leaving.cluster.name), *own, memory, files);
}

}  // namespace flotilla::status
