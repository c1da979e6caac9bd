#include "reconciler/status/write.h"

#include "reconciler/status/summary.h"
#include "render/document/tree.h"
#include "render/yaml/emitter.h"

#include <algorithm>
#include <set>

namespace flotilla::status {
namespace {

// The time of a condition moves when its status does, and only then.
Condition dated(Condition condition, const std::vector<Condition>& before, const std::string& now) {
  condition.since = now;
  for (const Condition& old : before)
    if (old.type == condition.type && old.status == condition.status && !old.since.empty())
      condition.since = old.since;
  return condition;
}

template <class Map, class Key>
const typename Map::mapped_type* lookup(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : &found->second;
}

AggregatedItem remembered_item(const ObjectKey& key, const std::string& cluster,
                               const Memory& memory) {
  if (const auto* items = lookup(memory.aggregated, key))
    if (const auto* item = lookup(*items, cluster)) return *item;
  AggregatedItem item;
  item.cluster = cluster;
  return item;
}

AggregatedItem item_on(const decision::Binding& binding, const std::string& cluster,
                       const Input& input, const Memory& memory) {
  const member::Report* report = lookup(input.reports, cluster);
  if (report == nullptr || !report->reached) {
    AggregatedItem item = remembered_item(binding.object, cluster, memory);
    if (!item.applied && report != nullptr && report->error)
      item.message = "the cluster was not reached: " + report->error->message;
    return item;
  }
  AggregatedItem item;
  item.cluster = cluster;
  const member::ObjectReport* object = lookup(report->objects, binding.object);
  if (object == nullptr) {
    const auto work = input.decision->work.find(cluster);
    const bool held =
        work != input.decision->work.end() && work->second.held.contains(binding.object);
    item.message = held ? "not applied: something it depends on is in error, or it is suspended"
                        : "not applied yet";
    return item;
  }
  item.applied = object->state == member::State::applied && object->on_cluster;
  item.message = object->message;
  if (!item.applied) return item;
  item.status = object->status;
  item.health = interpreter::to_string(object->health);
  return item;
}

void add_bindings(const Input& input, const Memory& memory, Files& files) {
  static const std::vector<Condition> none;
  for (const decision::Binding& binding : input.decision->bindings) {
    std::vector<AggregatedItem> items;
    for (const placement::TargetCluster& target : decision::targets(binding))
      items.push_back(item_on(binding, target.name, input, memory));
    const bool all =
        !items.empty() &&
        std::all_of(items.begin(), items.end(), [](const AggregatedItem& i) { return i.applied; });
    const auto* before = lookup(memory.binding_conditions, binding.object);
    const std::vector<Condition>& old = before != nullptr ? *before : none;
    const placement::Schedule& schedule = binding.schedule;
    // The texts of karmada-semantics 18.
    const Condition applied =
        all ? Condition{"FullyApplied", true, "FullyAppliedSuccess",
                        "All works have been successfully applied", ""}
            : Condition{"FullyApplied", false, "FullyAppliedFailed",
                        "Failed to apply all works, see status.aggregatedStatus for details", ""};
    std::vector<Condition> conditions;
    // A binding without a policy is not scheduled: it follows those that require it.
    if (!binding.policy.name.empty())
      conditions.push_back(
          dated({"Scheduled", schedule.scheduled, schedule.reason, schedule.message, ""}, old,
                input.now));
    conditions.push_back(dated(applied, old, input.now));
    files[binding_path(binding)] = yaml::emit(binding_object(binding, conditions, items));
  }
}

std::string inventory_state(const member::ObjectReport& object) {
  switch (object.state) {
    case member::State::conflict:
      return "Conflict";
    case member::State::deleting:
      return "Deleting";
    case member::State::kept:
      return "Kept";
    default:
      return "Applied";
  }
}

void add_inventories(const Input& input, const Memory& memory, Files& files) {
  std::map<std::string, std::vector<InventoryEntry>> inventories;
  // A cluster that cannot be asked, or whose file is gone or in error, keeps what is known of it.
  for (const auto& [cluster, entries] : memory.inventory) inventories[cluster] = entries;
  for (const auto& [cluster, report] : input.reports) {
    if (!report.reached) continue;
    // A pass that broke off before it had read the inventory knows nothing.
    if (report.error && report.objects.empty()) continue;
    std::vector<InventoryEntry>& entries = inventories[cluster];
    entries.clear();
    for (const auto& [key, object] : report.objects)
      if (object.on_cluster)
        entries.push_back({object.item, inventory_state(object), object.message});
  }
  for (const auto& [cluster, entries] : inventories) {
    if (entries.empty() && !memory.inventory.contains(cluster)) continue;
    files["inventory/" + cluster + ".yaml"] = yaml::emit(inventory_object(cluster, entries));
  }
}

Condition ready_condition(const member::Report* report) {
  if (report == nullptr)
    return {"Ready", false, "NotTried", "the cluster has not been tried yet", ""};
  if (report->error) {
    const bool reached = report->reached;
    return {"Ready", false, reached ? "PassFailed" : "ClusterNotReachable", report->error->message,
            ""};
  }
  return {"Ready", true, "ClusterReady", "the cluster answers", ""};
}

// Puts the condition in the place of the one of its type.
void set_condition(Json::Value& conditions, const Condition& condition) {
  Json::Value kept(Json::arrayValue);
  if (conditions.isArray())
    for (const Json::Value& entry : conditions)
      if (get_string(entry, "type") != condition.type) kept.append(entry);
  kept.append(condition_list({condition})[0]);
  conditions = std::move(kept);
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

void add_clusters(const Input& input, const Memory& memory, Files& files) {
  static const std::vector<Condition> none;
  for (const overrides::Cluster& cluster : input.decision->clusters) {
    const member::Report* report = lookup(input.reports, cluster.name);
    const auto* before = lookup(memory.cluster_conditions, cluster.name);
    // Not tried by this process yet: what is known stands.
    const std::string path = "clusters/" + cluster.name + ".yaml";
    if (const auto* known = lookup(memory.files, path); known != nullptr && report == nullptr) {
      files[path] = *known;
      continue;
    }
    Json::Value object = published(cluster.object->tree);
    set_annotation(object, "flotilla.dev/source", cluster.object->source.file);
    // What others wrote on the branch, such as its capacity, stays where the file says nothing.
    Json::Value& status = object["status"];
    if (!status.isObject()) status = cluster.status;
    if (!status.isObject()) status = Json::Value(Json::objectValue);
    std::string version = report != nullptr ? report->kubernetes_version : std::string();
    if (version.empty())
      if (const auto* known = lookup(memory.cluster_versions, cluster.name)) version = *known;
    if (!version.empty()) status["kubernetesVersion"] = version;
    set_condition(status["conditions"],
                  dated(ready_condition(report), before != nullptr ? *before : none, input.now));
    files["clusters/" + cluster.name + ".yaml"] = yaml::emit(object);
  }
  // A cluster whose file is in error stays as it was.
  for (const std::string& name : input.decision->faulty_clusters) {
    const std::string path = "clusters/" + name + ".yaml";
    if (const auto* file = lookup(memory.files, path)) files[path] = *file;
  }
}

Json::Value problem_list(const Problems& problems) {
  Json::Value list(Json::arrayValue);
  for (const Problem& problem : problems) {
    Json::Value entry(Json::objectValue);
    entry["severity"] = problem.severity == Severity::error ? "error" : "warning";
    entry["code"] = problem.code;
    entry["file"] = problem.where.file;
    entry["line"] = problem.where.line;
    entry["message"] = problem.message;
    if (!problem.object.empty()) entry["object"] = problem.object;
    list.append(std::move(entry));
  }
  return list;
}

void add_fleet(const Input& input, const Summary& summary, const Memory& memory, Files& files) {
  Json::Value object(Json::objectValue);
  object["apiVersion"] = "flotilla.dev/v1alpha1";
  object["kind"] = "Fleet";
  object["metadata"]["name"] = input.decision->owner;
  if (!input.decision->owner_source.empty())
    set_annotation(object, "flotilla.dev/source", input.decision->owner_source);
  Json::Value& status = object["status"];
  status["revision"] = input.decision->revision;
  std::vector<Condition> conditions;
  for (const Condition& condition : fleet_conditions(summary))
    conditions.push_back(dated(condition, memory.fleet_conditions, input.now));
  status["conditions"] = condition_list(conditions);
  Json::Value& clusters = status["clusters"];
  clusters["total"] = Json::Int64(summary.clusters.size());
  clusters["ready"] = Json::Int64(summary.ready_clusters);
  Json::Value& objects = status["objects"];
  objects["wanted"] = Json::Int64(summary.wanted);
  objects["applied"] = Json::Int64(summary.applied);
  objects["healthy"] = Json::Int64(summary.healthy);
  if (!input.decision->problems.empty())
    status["problems"] = problem_list(input.decision->problems);
  if (!input.decision->unmatched.empty()) {
    Json::Value& list = status["unmatched"] = Json::Value(Json::arrayValue);
    for (const ObjectKey& key : input.decision->unmatched) list.append(to_string(key));
  }
  files["fleet.yaml"] = yaml::emit(object);
}

}  // namespace

Files status_files(const Input& input, const Memory& memory) {
  Files files;
  add_bindings(input, memory, files);
  add_inventories(input, memory, files);
  add_clusters(input, memory, files);
  const Summary summary = summarize(input, memory);
  add_fleet(input, summary, memory, files);
  files["README.md"] = readme(input, summary);
  return files;
}

std::map<std::string, std::optional<std::string>> changes(const Files& wanted,
                                                          const Files& present) {
  std::map<std::string, std::optional<std::string>> changed;
  for (const auto& [path, content] : wanted) {
    const auto found = present.find(path);
    if (found == present.end() || found->second != content) changed[path] = content;
  }
  for (const auto& [path, content] : present)
    if (!wanted.contains(path)) changed[path] = std::nullopt;
  return changed;
}

}  // namespace flotilla::status
