#include "reconciler/status/write.h"

#include "reconciler/status/parts.h"
#include "reconciler/status/summary.h"
#include "render/yaml/emitter.h"

#include <algorithm>
#include <optional>
#include <set>

namespace flotilla::status {
namespace {

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

// True if everything that left the repository with this revision was deleted: nothing of it can be
// left for a later pass, which would find no reason for it in the settings. What could not be
// applied in its newest version is another matter.
bool is_carried_out(const overrides::Cluster& cluster, const Input& input) {
  const member::Report* report = report_of(input, cluster.name);
  if (report == nullptr || !report->complete() || !input.followers.contains(cluster.name))
    return false;
  std::optional<std::set<ObjectKey>> wanted;
  return std::none_of(report->objects.begin(), report->objects.end(), [&](const auto& entry) {
    const member::ObjectReport& object = entry.second;
    if (object.state == member::State::held) return true;
    const bool stuck =
        object.state == member::State::refused || object.state == member::State::waiting;
    if (!stuck || !object.on_cluster) return false;
    if (!wanted) wanted = wanted_on(cluster.name, *input.decision);
    return !wanted->contains(entry.first);
  });
}

// The settings count as those of the branch when every cluster has followed them.
std::string settings_digest(const Input& input, const Memory& memory) {
  const decision::Decision& decision = *input.decision;
  const bool followed = std::all_of(
      decision.clusters.begin(), decision.clusters.end(),
      [&](const overrides::Cluster& cluster) { return is_carried_out(cluster, input); });
  return followed ? decision.settings_digest : memory.previous.settings_digest;
}

void add_fleet(const Input& input, const Summary& summary, const Memory& memory, Files& files) {
  Json::Value object(Json::objectValue);
  object["apiVersion"] = "flotilla.dev/v1alpha1";
  object["kind"] = "Fleet";
  object["metadata"]["name"] = input.decision->owner;
  if (!input.decision->owner_source.empty())
    set_annotation(object, "flotilla.dev/source", input.decision->owner_source);
  if (const std::string digest = settings_digest(input, memory); !digest.empty())
    set_annotation(object, "flotilla.dev/settings-digest", digest);
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
  if (summary.drifted > 0) objects["drifted"] = Json::Int64(summary.drifted);
  if (summary.held > 0) objects["held"] = Json::Int64(summary.held);
  if (!input.decision->problems.empty())
    status["problems"] = problem_list(input.decision->problems);
  if (!input.decision->unmatched.empty()) {
    Json::Value& list = status["unmatched"] = Json::Value(Json::arrayValue);
    for (const ObjectKey& key : input.decision->unmatched) list.append(to_string(key));
  }
  files["fleet.yaml"] = yaml::emit(object);
}

}  // namespace

namespace {

// True while this process has not tried every cluster at a revision that the branch has seen: after
// a restart nothing has changed because of that.
bool sums_up_less(const Input& input, const Memory& memory) {
  if (!memory.files.contains("README.md") || !memory.files.contains("fleet.yaml")) return false;
  if (get_string(memory.fleet, {"status", "revision"}) != input.decision->revision) return false;
  const auto& clusters = input.decision->clusters;
  return std::any_of(clusters.begin(), clusters.end(), [&](const overrides::Cluster& cluster) {
    return !input.reports.contains(cluster.name) &&
           lookup(memory.cluster_conditions, cluster.name) != nullptr;
  });
}

}  // namespace

Files status_files(const Input& input, const Memory& memory) {
  Files files;
  add_bindings(input, memory, files);
  const Inventories stock = inventories(input, memory);
  add_inventories(stock, memory, files);
  const ClusterConditions conditions = cluster_conditions(input, memory, stock);
  add_clusters(input, memory, conditions, files);
  if (sums_up_less(input, memory)) {
    for (const char* path : {"README.md", "fleet.yaml"}) files[path] = memory.files.at(path);
    return files;
  }
  const Summary summary = summarize(input, memory);
  add_fleet(input, summary, memory, files);
  files["README.md"] = readme(input, summary, attention(stock, conditions));
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
