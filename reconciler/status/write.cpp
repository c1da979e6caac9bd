#include "reconciler/status/write.h"

#include "reconciler/status/parts.h"
#include "reconciler/status/summary.h"
#include "render/yaml/emitter.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

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

// Of a cluster of another replica, what that one has written.
bool has_carried_out(const overrides::Cluster& cluster, const Input& input, const Memory& memory) {
  if (!is_others(input, cluster.name)) return is_carried_out(cluster.name, input);
  const auto* known = lookup(memory.previous.cluster_objects, cluster.name);
  return known != nullptr &&
         annotation(*known, settings_digest_annotation) == input.decision->settings_digest;
}

// The settings count as those of the branch when every cluster has followed them.
std::string settings_digest(const Input& input, const Memory& memory) {
  const decision::Decision& decision = *input.decision;
  const bool followed = std::all_of(
      decision.clusters.begin(), decision.clusters.end(),
      [&](const overrides::Cluster& cluster) { return has_carried_out(cluster, input, memory); });
  return followed ? decision.settings_digest : memory.previous.settings_digest;
}

constexpr Json::ArrayIndex most_troubles = 1000;

// A trouble began when it was first told, whatever its message became.
void date_troubles(const Input& input, const Memory& memory, Summary& summary) {
  std::map<std::pair<std::string, std::string>, std::string> known;
  if (const Json::Value* before = find_path(memory.fleet, {"status", "troubles"});
      before != nullptr && before->isArray())
    for (const Json::Value& entry : *before)
      known[{get_string(entry, "cluster"), get_string(entry, "object")}] =
          get_string(entry, "since");
  for (Summary::Trouble& trouble : summary.troubles) {
    const auto found = known.find({trouble.cluster, trouble.object});
    trouble.since = found == known.end() || found->second.empty() ? input.now : found->second;
  }
}

Json::Value trouble_list(const Summary& summary) {
  Json::Value list(Json::arrayValue);
  for (const Summary::Trouble& trouble : summary.troubles) {
    if (list.size() == most_troubles) break;
    Json::Value entry(Json::objectValue);
    entry["cluster"] = trouble.cluster;
    entry["object"] = trouble.object;
    entry["message"] = trouble.message;
    entry["since"] = trouble.since;
    list.append(std::move(entry));
  }
  return list;
}

// When the first of what keeps a cluster from being well began; empty: it is well.
std::string not_well_since(const std::vector<Condition>& conditions) {
  std::string since;
  for (const char* type : {"Ready", "Synced"}) {
    const Condition* condition = find_condition(conditions, type);
    if (condition == nullptr || condition->status) continue;
    if (since.empty() || condition->since < since) since = condition->since;
  }
  return since;
}

// What stands there while it is bad news and, once it was, for ever after.
void add_fleet_findings(const Summary& summary, const Memory& memory, const std::string& now,
                        std::vector<Condition>& conditions) {
  const auto note = [&](const Condition& condition, bool bad) {
    if (bad || find_condition(memory.fleet_conditions, condition.type) != nullptr)
      conditions.push_back(dated(condition, memory.fleet_conditions, now));
  };
  const std::string why =
      summary.suspended_why.empty() ? "Fleet.spec.suspend" : summary.suspended_why;
  note(
      {"Suspended", summary.suspended, summary.suspended ? "SuspendedInRepository" : "NotSuspended",
       summary.suspended ? why : "changes are applied", ""},
      summary.suspended);
  const bool good = summary.source_trouble.empty();
  note({"SourceReady", good, good ? "Followed" : "SourceNotFollowed",
        good ? "the repository is followed" : summary.source_trouble, ""},
       !good);
}

// Where the branch was before its history was rewritten; it stands as long as the revision does.
std::string rewritten_from(const Input& input, const Memory& memory) {
  if (!input.rewritten_from.empty()) return input.rewritten_from;
  const bool same = get_string(memory.fleet, {"status", "revision"}) == input.decision->revision;
  return same ? get_string(memory.fleet, {"status", "rewrittenFrom"}) : std::string();
}

void add_fleet(const Input& input, const Summary& summary, const Memory& memory,
               const std::vector<Condition>& conditions, Files& files) {
  Json::Value object(Json::objectValue);
  object["apiVersion"] = "flotilla.dev/v1alpha1";
  object["kind"] = "Fleet";
  object["metadata"]["name"] = input.decision->owner;
  if (input.generation > 0) object["metadata"]["generation"] = Json::Int64(input.generation);
  if (!input.decision->owner_source.empty())
    set_annotation(object, "flotilla.dev/source", input.decision->owner_source);
  if (const std::string digest = settings_digest(input, memory); !digest.empty())
    set_annotation(object, settings_digest_annotation, digest);
  Json::Value& status = object["status"];
  status["revision"] = input.decision->revision;
  if (input.generation > 0) status["observedGeneration"] = Json::Int64(input.generation);
  const std::string deployed = input.deployed.empty()
                                   ? get_string(memory.fleet, {"status", "deployedRevision"})
                                   : input.deployed;
  if (!deployed.empty()) status["deployedRevision"] = deployed;
  if (!summary.rewritten_from.empty()) status["rewrittenFrom"] = summary.rewritten_from;
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
  if (!summary.troubles.empty()) status["troubles"] = trouble_list(summary);
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
    return !input.reports.contains(cluster.name) && !is_others(input, cluster.name) &&
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
  Summary summary = summarize(input, memory);
  date_troubles(input, memory, summary);
  for (ClusterSummary& line : summary.clusters)
    if (const auto* own = lookup(conditions, line.name)) line.since = not_well_since(*own);
  summary.rewritten_from = rewritten_from(input, memory);
  std::vector<Condition> fleet;
  for (const Condition& condition : fleet_conditions(summary))
    fleet.push_back(dated(condition, memory.fleet_conditions, input.now));
  add_fleet_findings(summary, memory, input.now, fleet);
  add_fleet(input, summary, memory, fleet, files);
  files["README.md"] = readme(input, summary, attention(stock, conditions), fleet);
  return files;
}

namespace {

// The cluster of "clusters/<name>.yaml" or "inventory/<name>.yaml"; empty for other paths.
std::string cluster_of(const std::string& path) {
  if (!path.starts_with("clusters/") && !path.starts_with("inventory/")) return {};
  const std::size_t begin = path.find('/') + 1;
  constexpr std::string_view end = ".yaml";
  return path.ends_with(end) ? path.substr(begin, path.size() - begin - end.size()) : std::string();
}

}  // namespace

void keep_to(const Scope& scope, const Input& input, const Memory& memory,
             std::map<std::string, std::optional<std::string>>& changed) {
  const bool decided = get_string(memory.fleet, {"status", "revision"}) == input.decision->revision;
  std::erase_if(changed, [&](const auto& change) {
    const std::string& path = change.first;
    const std::string cluster = cluster_of(path);
    if (!cluster.empty())
      return scope.leads ? scope.others.contains(cluster) && change.second.has_value()
                         : !scope.clusters.contains(cluster);
    if (scope.leads) return false;
    return !path.starts_with("bindings/") || !decided || !change.second;
  });
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
