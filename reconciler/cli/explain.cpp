#include "reconciler/decision/explain.h"

#include "reconciler/cli/commands.h"
#include "reconciler/cli/input.h"
#include "reconciler/cli/print.h"
#include "render/base/text.h"
#include "render/document/json.h"
#include "render/yaml/emitter.h"

namespace flotilla::cli {
namespace {

using decision::Explanation;

// "Deployment/shop/web", "deployment.apps/shop/web", "Namespace/shop" → the template that it means.
Result<ObjectKey> find_object(const std::string& text, const catalog::Catalog& catalog) {
  const std::vector<std::string> parts = split(text, '/');
  if (parts.size() != 2 && parts.size() != 3)
    return fail(Code::invalid,
                "\"" + text + "\" is no object, want KIND/NAMESPACE/NAME or KIND/NAME");
  const GroupKind wanted = parse_group_kind(parts.front());
  const std::string space = parts.size() == 3 ? parts[1] : "";
  std::vector<ObjectKey> found;
  std::string elsewhere;
  for (const catalog::ObjectPtr& object : catalog.templates) {
    const ObjectKey& key = object->key;
    if (lower(key.kind) != lower(wanted.kind) || key.name != parts.back()) continue;
    if (!wanted.group.empty() && key.group != wanted.group) continue;
    if (key.namespace_ == space || (parts.size() == 2 && key.namespace_ == "default"))
      found.push_back(key);
    else
      elsewhere += (elsewhere.empty() ? "; there is " : ", ") + to_string(key);
  }
  if (found.size() == 1) return found.front();
  if (found.empty())
    return fail(Code::not_found, "the repository has no " + text +
                                     " that could be explained (an object with an error is listed "
                                     "by `flotilla vet`)" +
                                     elsewhere);
  std::string names;
  for (const ObjectKey& key : found) names += (names.empty() ? "" : ", ") + to_string(key);
  return fail(Code::invalid, "\"" + text + "\" may be one of: " + names);
}

Json::Value strings(const std::vector<std::string>& texts) {
  Json::Value list(Json::arrayValue);
  for (const std::string& text : texts) list.append(text);
  return list;
}

Json::Value policy_document(const Explanation& explanation) {
  Json::Value policy(Json::objectValue);
  policy["why"] = explanation.choice;
  for (const Explanation::Policy& candidate : explanation.policies) {
    Json::Value entry(Json::objectValue);
    entry["name"] = candidate.name;
    entry["source"] = candidate.source;
    entry["priority"] = Json::Int64(candidate.priority);
    entry["implicitPriority"] = candidate.implicit_priority;
    entry["chosen"] = candidate.chosen;
    if (candidate.chosen) policy["chosen"] = candidate.name;
    policy["matched"].append(std::move(entry));
  }
  return policy;
}

Json::Value scheduling_document(const placement::Trace& trace, const decision::Binding& binding) {
  Json::Value scheduling(Json::objectValue);
  scheduling["needed"] = trace.needed;
  scheduling["why"] = trace.why;
  scheduling["mode"] = trace.mode;
  scheduling["scheduled"] = binding.schedule.scheduled;
  scheduling["reason"] = binding.schedule.reason;
  scheduling["message"] = binding.schedule.message;
  if (binding.replicas) scheduling["replicas"] = Json::Int64(*binding.replicas);
  for (const placement::Trace::Term& term : trace.terms) {
    if (term.affinity_name.empty()) continue;
    Json::Value entry(Json::objectValue);
    entry["affinityName"] = term.affinity_name;
    entry["outcome"] = term.outcome;
    scheduling["affinities"].append(std::move(entry));
  }
  for (const placement::Trace::Group& group : trace.groups) {
    Json::Value entry(Json::objectValue);
    entry["name"] = group.name;
    entry["score"] = Json::Int64(group.score);
    entry["clusters"] = strings(group.clusters);
    entry["selected"] = group.selected;
    scheduling["groups"].append(std::move(entry));
  }
  return scheduling;
}

Json::Value touch_list(const std::vector<overrides::Touch>& touches) {
  Json::Value list(Json::arrayValue);
  for (const overrides::Touch& touch : touches) {
    Json::Value entry(Json::objectValue);
    entry["policy"] = touch.policy;
    entry["source"] = to_string(touch.source);
    entry["rule"] = Json::UInt64(touch.rule);
    entry["overrider"] = touch.overrider;
    entry["paths"] = strings(touch.paths);
    list.append(std::move(entry));
  }
  return list;
}

const placement::TargetCluster* target_on(const decision::Binding* binding,
                                          const std::vector<placement::TargetCluster>& targets,
                                          const std::string& cluster) {
  if (binding == nullptr) return nullptr;
  for (const placement::TargetCluster& target : targets)
    if (target.name == cluster) return &target;
  return nullptr;
}

void set_if(Json::Value& entry, const char* name, const std::optional<std::int64_t>& number) {
  if (number) entry[name] = Json::Int64(*number);
}

// What happened on one cluster. `traced` is null where the scheduler was not asked.
Json::Value cluster_document(const std::string& name, const placement::Trace::Cluster* traced,
                             const placement::TargetCluster* target, bool rendered,
                             const std::vector<overrides::Touch>& touches) {
  Json::Value entry(Json::objectValue);
  entry["name"] = name;
  entry["selected"] = target != nullptr;
  if (traced != nullptr && !traced->refused.empty()) entry["refused"] = traced->refused;
  if (traced != nullptr && traced->refused.empty()) {
    entry["score"] = Json::Int64(traced->score);
    set_if(entry, "available", traced->available);
    if (traced->overflow_tier > 0) entry["overflowTier"] = traced->overflow_tier;
    set_if(entry, "weight", traced->weight);
  }
  if (traced != nullptr && !traced->group.empty()) entry["group"] = traced->group;
  if (traced != nullptr) set_if(entry, "previousReplicas", traced->before);
  if (target != nullptr) set_if(entry, "replicas", target->replicas);
  if (target != nullptr) entry["rendered"] = rendered;
  if (!touches.empty()) entry["overrides"] = touch_list(touches);
  return entry;
}

bool has_capacity(const decision::Decision& decision, const std::string& name) {
  for (const overrides::Cluster& cluster : decision.clusters)
    if (cluster.name == name) return find(cluster.status, "resourceSummary") != nullptr;
  return false;
}

Json::Value document(const Explanation& explanation, const decision::Decision& decision,
                     const std::string& only) {
  Json::Value root(Json::objectValue);
  root["object"] = to_string(explanation.object);
  root["source"] = explanation.source;
  root["policy"] = policy_document(explanation);
  const decision::Binding* binding = nullptr;
  for (const decision::Binding& candidate : decision.bindings)
    if (candidate.object == explanation.object) binding = &candidate;
  std::vector<placement::TargetCluster> targets;
  if (binding != nullptr) {
    root["binding"] = binding->name;
    targets = decision::targets(*binding);
    if (!binding->policy.name.empty())
      root["scheduling"] = scheduling_document(explanation.schedule, *binding);
  }
  Json::Value& clusters = root["clusters"] = Json::Value(Json::arrayValue);
  static const std::vector<overrides::Touch> untouched;
  for (const auto& [name, work] : decision.work) {
    if (!only.empty() && name != only) continue;
    const placement::Trace::Cluster* traced = nullptr;
    for (const placement::Trace::Cluster& candidate : explanation.schedule.clusters)
      if (candidate.name == name) traced = &candidate;
    bool rendered = false;
    for (const manifest::Manifest& manifest : work.manifests)
      rendered = rendered || manifest.key == explanation.object;
    const auto touches = explanation.touched.find(name);
    Json::Value entry =
        cluster_document(name, traced, target_on(binding, targets, name), rendered,
                         touches == explanation.touched.end() ? untouched : touches->second);
    if (get_int(entry, "available").value_or(-1) == 0 && !has_capacity(decision, name))
      entry["noCapacity"] = true;
    if (binding != nullptr && binding->suspension.holds(name)) entry["suspended"] = true;
    clusters.append(std::move(entry));
  }
  for (const auto& [requirer, names] : explanation.required_by) {
    Json::Value entry(Json::objectValue);
    entry["binding"] = requirer;
    entry["clusters"] = strings(names);
    root["requiredBy"].append(std::move(entry));
  }
  if (!explanation.dependencies.empty()) root["dependencies"] = strings(explanation.dependencies);
  if (!explanation.notes.empty()) root["notes"] = strings(explanation.notes);
  return root;
}

std::string cell(const Json::Value& entry, const char* name) {
  const Json::Value* value = find(entry, name);
  if (value == nullptr) return "-";
  return value->isString() ? value->asString() : canonical_json(*value);
}

// Why a cluster is in or out, for the table's last column.
std::string verdict(const Json::Value& entry) {
  if (entry.isMember("refused")) return cell(entry, "refused");
  const std::int64_t weight = get_int(entry, "weight").value_or(-1);
  if (!get_bool(entry, "selected", false)) {
    if (get_bool(entry, "noCapacity", false))
      return "not selected: no status.resourceSummary, so nothing fits";
    if (get_int(entry, "available").value_or(-1) == 0) return "not selected: nothing fits";
    if (weight == 0) return "not selected: no weight";
    return "not selected";
  }
  if (get_bool(entry, "suspended", false)) return "selected, but suspended: left as it is there";
  if (!get_bool(entry, "rendered", true)) return "selected, and left as it is there";
  return "selected";
}

void print_people(const Json::Value& root) {
  std::string text = get_string(root, "object") + " (" + get_string(root, "source") + ")\n";
  text += "policy: " + get_string(root, {"policy", "why"}) + "\n";
  if (const Json::Value* matched = find_path(root, {"policy", "matched"}))
    for (const Json::Value& policy : *matched)
      text += std::string(get_bool(policy, "chosen", false) ? "  * " : "    ") +
              get_string(policy, "name") + "  priority " + cell(policy, "priority") +
              ", implicit " + cell(policy, "implicitPriority") + "  " +
              get_string(policy, "source") + "\n";
  if (const Json::Value* scheduling = find(root, "scheduling")) {
    const std::string mode = get_string(*scheduling, "mode");
    text += "scheduling: " + get_string(*scheduling, "message") + " (" + mode +
            (mode.empty() ? "" : "; ") + get_string(*scheduling, "why") + ")\n";
    if (const Json::Value* terms = find(*scheduling, "affinities"))
      for (const Json::Value& term : *terms)
        text += "  affinity " + get_string(term, "affinityName") + ": " +
                get_string(term, "outcome") + "\n";
    if (const Json::Value* groups = find(*scheduling, "groups"))
      for (const Json::Value& group : *groups)
        text += "  group " + get_string(group, "name") + ": score " + cell(group, "score") +
                (get_bool(group, "selected", false) ? ", selected" : "") + "\n";
  }
  std::vector<std::vector<std::string>> rows = {
      {"CLUSTER", "REPLICAS", "BEFORE", "AVAILABLE", "SCORE", "GROUP", "WHY"}};
  for (const Json::Value& entry : root["clusters"])
    rows.push_back({cell(entry, "name"), cell(entry, "replicas"), cell(entry, "previousReplicas"),
                    cell(entry, "available"), cell(entry, "score"), cell(entry, "group"),
                    verdict(entry)});
  text += "\n" + table(rows);
  for (const Json::Value& entry : root["clusters"]) {
    const Json::Value* touches = find(entry, "overrides");
    if (touches == nullptr) continue;
    text += "\noverrides for " + cell(entry, "name") + ":\n";
    for (const Json::Value& touch : *touches) {
      const std::string paths = join(get_strings(touch, "paths"), ", ");
      text += "  " + get_string(touch, "policy") + " rule " + cell(touch, "rule") + " " +
              get_string(touch, "overrider") + ": " + (paths.empty() ? "changes nothing" : paths) +
              "  " + get_string(touch, "source") + "\n";
    }
  }
  for (const char* list : {"dependencies", "notes"})
    for (const std::string& line : get_strings(root, list))
      text += std::string(list == std::string("notes") ? "note: " : "depends on ") + line + "\n";
  if (const Json::Value* requirers = find(root, "requiredBy"))
    for (const Json::Value& requirer : *requirers)
      text += "required by " + get_string(requirer, "binding") + " on " +
              join(get_strings(requirer, "clusters"), ", ") + "\n";
  print(text);
}

}  // namespace

int explain(const ExplainOptions& options) {
  const auto snapshot = read_snapshot(options.repo, options.ref, options.network);
  if (!snapshot) return complain(snapshot.error());
  const auto memory = read_status_dir(options.status_dir);
  if (!memory) return complain(memory.error());
  const auto key = find_object(options.object, snapshot->catalog);
  if (!key) return complain(key.error());
  Explanation explanation;
  explanation.object = *key;
  const decision::Decision decision = decision::decide(*snapshot, memory->previous, explanation);
  if (!options.cluster.empty() && !decision.work.contains(options.cluster))
    return complain(no_cluster(options.cluster, decision));
  const Json::Value root = document(explanation, decision, options.cluster);
  if (options.output == Output::table) print_people(root);
  if (options.output == Output::json) print(pretty_json(root) + "\n");
  if (options.output == Output::yaml) print(yaml::emit(root));
  const std::string name = to_string(*key);
  bool faulty = false;
  for (const Problem& problem : decision.problems) {
    if (problem.object != name) continue;
    complain(to_string(problem));
    faulty = faulty || problem.severity == Severity::error;
  }
  return faulty ? 2 : 0;
}

}  // namespace flotilla::cli
