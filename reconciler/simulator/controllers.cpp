#include "reconciler/simulator/controllers.h"

#include "reconciler/simulator/apply.h"
#include "reconciler/simulator/clockwork.h"
#include "render/document/json.h"
#include "render/document/object.h"

#include <functional>
#include <set>

namespace flotilla::simulator {

namespace {

using Reaction = void (*)(World&, const Kind&, const Name&);

void later(World& world, std::chrono::milliseconds delay, const Kind& kind, const Name& name,
           Reaction reaction) {
  Clockwork::shared().after(delay, world.tasks, [&world, id = kind.id(), name, reaction] {
    const std::scoped_lock lock(world.mutex);
    if (const KindPtr now = world.kinds.by_id(id)) reaction(world, *now, name);
  });
}

// Writes a status as `manager` does, if it says anything new.
void write_status(World& world, const Kind& kind, const Name& name, const Json::Value& before,
                  Json::Value after, const std::string& manager) {
  if (same(before, after)) return;
  const Version& version = kind.versions.front();
  const Owner who{manager,  "Update",   api_version(kind.group, version.name),
                  "status", now_text(), {}};
  set_owners(after, owners_after_update(owners_of(before), before, after, *version.schema, who));
  put(world, kind, name, std::move(after));
}

Json::Value condition(const Json::Value& status, const std::string& type, const std::string& reason,
                      const std::string& message) {
  Json::Value entry(Json::objectValue);
  entry["type"] = type;
  entry["status"] = "True";
  entry["reason"] = reason;
  entry["message"] = message;
  entry["lastTransitionTime"] = now_text();
  if (const Json::Value* conditions = find(status, "conditions");
      conditions != nullptr && conditions->isArray())
    for (const Json::Value& old : *conditions)
      if (get_string(old, "type") == type && get_string(old, "status") == "True")
        entry["lastTransitionTime"] = old["lastTransitionTime"];
  return entry;
}

Json::Value number(std::int64_t value) { return Json::Value(static_cast<Json::Int64>(value)); }

void deployment_status(const Json::Value& object, Json::Value& status, const Name& name) {
  const std::int64_t replicas = get_int(object["spec"], "replicas").value_or(1);
  const Json::Value old = status;
  status = Json::Value(Json::objectValue);
  if (replicas > 0)
    for (const char* field : {"replicas", "updatedReplicas", "readyReplicas", "availableReplicas"})
      status[field] = number(replicas);
  Json::Value available = condition(old, "Available", "MinimumReplicasAvailable",
                                    "Deployment has minimum availability.");
  Json::Value progressing = condition(old, "Progressing", "NewReplicaSetAvailable",
                                      "ReplicaSet \"" + name.second + "-" +
                                          get_string(object, {"metadata", "uid"}).substr(0, 8) +
                                          "\" has successfully progressed.");
  for (Json::Value* entry : {&available, &progressing}) {
    (*entry)["lastUpdateTime"] = (*entry)["lastTransitionTime"];
    status["conditions"].append(*entry);
  }
}

void stateful_set_status(const Json::Value& object, Json::Value& status, const Name& name) {
  const std::int64_t replicas = get_int(object["spec"], "replicas").value_or(1);
  const std::string revision =
      name.second + "-" +
      std::to_string(std::hash<std::string>{}(canonical_json(object["spec"]["template"])) %
                     10000000);
  status = Json::Value(Json::objectValue);
  status["collisionCount"] = 0;
  status["currentRevision"] = revision;
  status["updateRevision"] = revision;
  for (const char* field : {"replicas", "availableReplicas"}) status[field] = number(replicas);
  if (replicas > 0)
    for (const char* field : {"readyReplicas", "currentReplicas", "updatedReplicas"})
      status[field] = number(replicas);
}

void daemon_set_status(const Json::Value&, Json::Value& status, const Name&) {
  status = Json::Value(Json::objectValue);
  for (const char* field : {"currentNumberScheduled", "desiredNumberScheduled", "numberAvailable",
                            "numberReady", "updatedNumberScheduled"})
    status[field] = 1;
  status["numberMisscheduled"] = 0;
}

void replica_set_status(const Json::Value& object, Json::Value& status, const Name&) {
  const std::int64_t replicas = get_int(object["spec"], "replicas").value_or(1);
  status = Json::Value(Json::objectValue);
  status["replicas"] = number(replicas);
  if (replicas > 0)
    for (const char* field : {"fullyLabeledReplicas", "readyReplicas", "availableReplicas"})
      status[field] = number(replicas);
}

void job_status(const Json::Value& object, Json::Value& status, const Name&) {
  if (get_bool(object["spec"], "suspend", false) || status.isMember("completionTime")) return;
  const Json::Value old = status;
  status = Json::Value(Json::objectValue);
  status["startTime"] = object["metadata"]["creationTimestamp"];
  status["completionTime"] = now_text();
  status["succeeded"] = object["spec"]["completions"];
  status["ready"] = 0;
  status["terminating"] = 0;
  for (const char* type : {"SuccessCriteriaMet", "Complete"}) {
    Json::Value entry =
        condition(old, type, "CompletionsReached", "Reached expected number of succeeded pods");
    entry["lastProbeTime"] = entry["lastTransitionTime"];
    status["conditions"].append(std::move(entry));
  }
}

void claim_status(const Json::Value& object, Json::Value& status, const Name&) {
  status["phase"] = "Bound";
  status["accessModes"] = object["spec"]["accessModes"];
  if (const Json::Value* capacity = find_path(object, {"spec", "resources", "requests"}))
    status["capacity"] = *capacity;
}

void budget_status(const Json::Value&, Json::Value& status, const Name&) {
  for (const char* field :
       {"disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"})
    status[field] = 0;
}

// What an ingress controller would write: an address (of TEST-NET-1).
void ingress_status(const Json::Value&, Json::Value& status, const Name&) {
  Json::Value address(Json::objectValue);
  address["ip"] = "192.0.2.1";
  Json::Value& list = status["loadBalancer"]["ingress"];
  list = Json::Value(Json::arrayValue);
  list.append(std::move(address));
}

void service_status(const Json::Value& object, Json::Value& status, const Name& name) {
  if (get_string(object, {"spec", "type"}) == "LoadBalancer") ingress_status(object, status, name);
}

using StatusOf = void (*)(const Json::Value& object, Json::Value& status, const Name& name);

const std::map<std::string, StatusOf>& status_makers() {
  static const std::map<std::string, StatusOf> makers{
      {"deployments.apps", &deployment_status},
      {"statefulsets.apps", &stateful_set_status},
      {"daemonsets.apps", &daemon_set_status},
      {"replicasets.apps", &replica_set_status},
      {"replicationcontrollers", &replica_set_status},
      {"jobs.batch", &job_status},
      {"persistentvolumeclaims", &claim_status},
      {"poddisruptionbudgets.policy", &budget_status},
      {"ingresses.networking.k8s.io", &ingress_status},
      {"services", &service_status}};
  return makers;
}

void bring_to_ready(World& world, const Kind& kind, const Name& name) {
  const StoredPtr stored = world.store.find(kind.id(), name);
  if (stored == nullptr) return;
  const Json::Value before = stored->tree();
  Json::Value after = before;
  Json::Value status = after.get("status", Json::Value(Json::objectValue));
  status_makers().at(kind.id())(before, status, name);
  const bool observes = kind.id() != "jobs.batch" && kind.id() != "ingresses.networking.k8s.io";
  if (before["metadata"].isMember("generation") && observes)
    status["observedGeneration"] = before["metadata"]["generation"];
  after["status"] = std::move(status);
  write_status(world, kind, name, before, std::move(after), "kube-controller-manager");
}

// Serves the kind of a CustomResourceDefinition and says so.
void establish(World& world, const Kind& kind, const Name& name) {
  const StoredPtr stored = world.store.find(kind.id(), name);
  if (stored == nullptr) return;
  const Json::Value before = stored->tree();
  if (before["metadata"].isMember("deletionTimestamp")) return erase(world, kind, name);
  world.kinds.add(kind_of_definition(before));
  Json::Value after = before;
  Json::Value& status = after["status"];
  const Json::Value old = status;
  status["acceptedNames"] = before["spec"]["names"];
  status["conditions"] = Json::Value(Json::arrayValue);
  status["conditions"].append(condition(old, "NamesAccepted", "NoConflicts", "no conflicts found"));
  status["conditions"].append(condition(old, "Established", "InitialNamesAccepted",
                                        "the initial names have been accepted"));
  write_status(world, kind, name, before, std::move(after), "kube-apiserver");
}

// Deletes an object as the garbage collector does: one with finalizers is only marked.
void collect(World& world, const Kind& kind, const Name& name, const Stored& stored) {
  Json::Value object = stored.tree();
  const Json::Value* finalizers = find_path(object, {"metadata", "finalizers"});
  if (finalizers == nullptr || finalizers->empty()) return erase(world, kind, name);
  if (object["metadata"].isMember("deletionTimestamp")) return;
  object["metadata"]["deletionTimestamp"] = now_text();
  object["metadata"]["deletionGracePeriodSeconds"] = 0;
  put(world, kind, name, std::move(object));
}

void empty_namespace(World& world, const Kind& kind, const Name& name) {
  const StoredPtr space = world.store.find(kind.id(), name);
  if (space == nullptr || !find_path(space->tree(), {"metadata", "deletionTimestamp"})) return;
  bool left = false;
  for (const auto& [id, content] : world.kinds.all()) {
    if (!content->namespaced) continue;
    const auto objects = world.store.collection(id).objects;  // a copy: erasing changes it
    for (auto it = objects.lower_bound({name.second, ""});
         it != objects.end() && it->first.first == name.second; ++it) {
      collect(world, *content, it->first, *it->second);
      left = left || world.store.find(id, it->first) != nullptr;
    }
  }
  if (left)
    return later(world, std::max(world.options.reaction, std::chrono::milliseconds(20)), kind, name,
                 &empty_namespace);
  const Json::Value* finalizers = nullptr;
  const Json::Value tree = space->tree();
  finalizers = find_path(tree, {"metadata", "finalizers"});
  if (finalizers == nullptr || finalizers->empty()) erase(world, kind, name);
}

void drop_custom_objects(World& world, const std::string& id) {
  const KindPtr kind = world.kinds.by_id(id);
  if (kind == nullptr || !kind->custom) return;
  const auto objects = world.store.collection(id).objects;
  for (const auto& [name, object] : objects) erase(world, *kind, name);
  world.kinds.remove(id);
}

}  // namespace

void rouse(World& world, const Kind& kind, const Name& name) {
  const std::string id = kind.id();
  if (id == "customresourcedefinitions.apiextensions.k8s.io") {
    const bool fresh = world.kinds.by_id(name.second) == nullptr;
    return later(world, std::chrono::milliseconds(fresh ? 200 : 0), kind, name, &establish);
  }
  if (!world.options.controllers) return;
  if (id == "namespaces") return later(world, world.options.reaction, kind, name, &empty_namespace);
  if (status_makers().contains(id))
    later(world, world.options.reaction, kind, name, &bring_to_ready);
}

void rouse_erased(World& world, const Kind& kind, const Name& name) {
  if (kind.id() == "customresourcedefinitions.apiextensions.k8s.io")
    drop_custom_objects(world, name.second);
}

}  // namespace flotilla::simulator
