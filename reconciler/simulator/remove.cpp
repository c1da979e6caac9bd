#include "reconciler/simulator/call.h"
#include "reconciler/simulator/selector.h"
#include "render/document/json.h"

namespace flotilla::simulator {

namespace {

// Their objects go first.
constexpr const char* definitions = "customresourcedefinitions.apiextensions.k8s.io";

Outcome<void> check(const Call& call, const Json::Value& object, const Json::Value& preconditions) {
  const std::string uid = get_string(preconditions, "uid");
  const std::string real_uid = get_string(object, {"metadata", "uid"});
  if (!uid.empty() && uid != real_uid)
    return refuse(precondition_failed(call.subject(), "UID", uid, real_uid));
  const std::string revision = get_string(preconditions, "resourceVersion");
  const std::string real_revision = get_string(object, {"metadata", "resourceVersion"});
  if (!revision.empty() && revision != real_revision)
    return refuse(precondition_failed(call.subject(), "ResourceVersion", revision, real_revision));
  return {};
}

http::Response success(const Call& call, const Json::Value& object) {
  Json::Value status(Json::objectValue);
  status["kind"] = "Status";
  status["apiVersion"] = "v1";
  status["metadata"] = Json::Value(Json::objectValue);
  status["status"] = "Success";
  status["details"]["name"] = call.name;
  if (!call.kind->group.empty()) status["details"]["group"] = call.kind->group;
  status["details"]["kind"] = call.kind->plural;
  status["details"]["uid"] = get_string(object, {"metadata", "uid"});
  return json_response(200, canonical_json(status));
}

// True if something must happen before the object may go.
bool is_held(const Call& call, const Json::Value& object) {
  if (call.kind->id() == "namespaces" || call.kind->id() == definitions) return true;
  const Json::Value* finalizers = find_path(object, {"metadata", "finalizers"});
  return finalizers != nullptr && !finalizers->empty();
}

// Marks an object that may not go yet. A second delete changes nothing.
Json::Value mark(World& world, const Call& call, Json::Value object) {
  if (object["metadata"].isMember("deletionTimestamp")) return object;
  object["metadata"]["deletionTimestamp"] = now_text();
  if (call.kind->id() == "namespaces") {
    object["status"]["phase"] = "Terminating";
  } else if (call.kind->id() == definitions) {
    object["metadata"]["finalizers"].append("customresourcecleanup.apiextensions.k8s.io");
  } else {
    object["metadata"]["deletionGracePeriodSeconds"] = 0;
  }
  if (call.kind->generation && call.kind->id() != definitions)
    object["metadata"]["generation"] = object["metadata"]["generation"].asInt64() + 1;
  if (call.dry_run()) return object;
  return put(world, *call.kind, call.key(), std::move(object))->tree();
}

}  // namespace

http::Response delete_object(World& world, const Call& call) {
  const StoredPtr found = world.store.find(call.kind->id(), call.key());
  if (found == nullptr) return refused(not_found(call.subject()));
  const auto options = read_body(*call.http, "application/json");
  if (!options) return refused(options.error());
  const Json::Value object = found->tree();
  if (auto good = check(call, object, options->get("preconditions", Json::Value())); !good)
    return refused(good.error());
  const Json::Value* dry = find(*options, "dryRun");
  const bool dry_run = call.dry_run() || (dry != nullptr && dry->isArray() && !dry->empty());
  if (call.kind->id() == "namespaces" &&
      (call.name == "default" || call.name == "kube-system" || call.name == "kube-public")) {
    Refusal refusal{
        403,
        "Forbidden",
        "namespaces \"" + call.name + "\" is forbidden: this namespace may not be deleted",
        {}};
    refusal.details["name"] = call.name;
    refusal.details["kind"] = "namespaces";
    return refused(refusal);
  }
  if (is_held(call, object))
    return present(call, 200, dry_run ? object : mark(world, call, object));
  if (!dry_run) erase(world, *call.kind, call.key());
  return success(call, object);
}

http::Response delete_collection(World& world, const Call& call) {
  const auto selection = Selection::parse(call.query("labelSelector"), call.query("fieldSelector"));
  if (!selection) return refused(selection.error());
  const auto objects =
      world.store.collection(call.kind->id()).objects;  // a copy: deleting changes it
  std::string items;
  for (const auto& [name, object] : objects) {
    if (!call.namespace_.empty() && name.first != call.namespace_) continue;
    if (!selection->matches(name, *object)) continue;
    if (!items.empty()) items += ',';
    items += call.kind->custom ? object_text(*object, call.api_version(), call.kind->kind)
                               : object->text;
    if (call.dry_run()) continue;
    Call one = call;
    one.namespace_ = name.first;
    one.name = name.second;
    const Json::Value tree = object->tree();
    if (is_held(one, tree)) {
      mark(world, one, tree);
    } else {
      erase(world, *call.kind, name);
    }
  }
  return json_response(200, "{\"kind\":\"" + call.kind->list_kind + "\",\"apiVersion\":\"" +
                                call.api_version() + "\",\"metadata\":{\"resourceVersion\":\"" +
                                std::to_string(world.store.revision()) + "\"},\"items\":[" + items +
                                "]}");
}

}  // namespace flotilla::simulator
