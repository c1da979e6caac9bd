#include "reconciler/simulator/call.h"
#include "reconciler/simulator/certificates.h"
#include "reconciler/simulator/change.h"
#include "reconciler/simulator/defaults.h"
#include "reconciler/simulator/patch.h"
#include "reconciler/simulator/validate.h"
#include "render/base/text.h"
#include "render/document/json.h"

#include <algorithm>

namespace flotilla::simulator {

namespace {

Outcome<void> check_namespace(const World& world, const Call& call) {
  if (!call.kind->namespaced) return {};
  const StoredPtr found = world.store.find("namespaces", {"", call.namespace_});
  if (found == nullptr) return refuse(namespace_not_found(call.namespace_));
  if (!find_path(found->tree(), {"metadata", "deletionTimestamp"})) return {};
  const std::string qualified = call.kind->id();
  Refusal refusal{403,
                  "Forbidden",
                  qualified + " \"" + call.name +
                      "\" is forbidden: unable to create new content in namespace " +
                      call.namespace_ + " because it is being terminated",
                  {}};
  refusal.details["name"] = call.name;
  if (!call.kind->group.empty()) refusal.details["group"] = call.kind->group;
  refusal.details["kind"] = call.kind->plural;
  Json::Value cause(Json::objectValue);
  cause["reason"] = "NamespaceTerminating";
  cause["message"] = "namespace " + call.namespace_ + " is being terminated";
  cause["field"] = "metadata.namespace";
  refusal.details["causes"].append(std::move(cause));
  return refuse(std::move(refusal));
}

Refusal wrong_type(const std::string& version, const std::string& kind) {
  return bad_request(
      "invalid object type: " + (version.find('/') == std::string::npos ? "/" + version : version) +
      ", Kind=" + kind);
}

// The body must speak of what the URL names.
Outcome<void> check_identity(const Call& call, const Json::Value& body) {
  if (!body.isObject()) return refuse(bad_request("the object provided is not a map"));
  const std::string kind = get_string(body, "kind");
  const std::string version = get_string(body, "apiVersion");
  if ((!kind.empty() && kind != call.kind->kind) ||
      (!version.empty() && version != call.api_version()))
    return refuse(wrong_type(version, kind));
  const std::string name = get_string(body, {"metadata", "name"});
  if (!call.name.empty() && !name.empty() && name != call.name)
    return refuse(bad_request("the name of the object (" + name +
                              ") does not match the name on the URL (" + call.name + ")"));
  const std::string space = get_string(body, {"metadata", "namespace"});
  if (call.kind->namespaced && !space.empty() && space != call.namespace_)
    return refuse(bad_request(
        "the namespace of the provided object does not match the namespace sent on the request"));
  return {};
}

// Built-in kinds are decoded into types before anything looks at them.
Outcome<void> check_types(const Call& call, const Json::Value& body) {
  if (call.kind->custom) return {};
  Json::Value known = body;
  prune_unknown(known, *call.version->schema);
  const auto wrong = misfit(known, *call.version->schema);
  if (!wrong) return {};
  if (call.http->method == "PATCH")
    return refuse(invalid({"", "", "", ""}, {wrong_value("patch", canonical_json(body),
                                                         "json: cannot unmarshal " + *wrong)}));
  return refuse(bad_request(call.kind->kind + " in version \"" + call.version->name +
                            "\" cannot be handled as a " + call.kind->kind +
                            ": json: cannot unmarshal " + *wrong));
}

// An apply that names a uid means that very object.
Outcome<void> check_applied_identity(const Call& call, const Json::Value& config,
                                     const Json::Value& live) {
  const std::string uid = get_string(config, {"metadata", "uid"});
  if (uid.empty() || uid == get_string(live, {"metadata", "uid"})) return {};
  if (!live.empty())
    return refuse(
        invalid(call.subject(), {wrong_value("metadata.uid", uid, "field is immutable")}));
  Refusal refusal = modified(call.subject());
  refusal.message = refusal.message.substr(0, refusal.message.find(": the object")) +
                    ": uid mismatch: the provided object specified uid " + uid +
                    ", and no existing object was found";
  return refuse(std::move(refusal));
}

// Secret values are decoded when they are read.
Outcome<void> check_base64(const Call& call, const Json::Value& body) {
  const Json::Value* data = call.kind->id() == "secrets" ? find(body, "data") : nullptr;
  if (data == nullptr || !data->isObject()) return {};
  for (const Json::Value& value : *data)
    if (value.isString() && !base64_decode(value.asString()))
      return refuse({500,
                     "",
                     "failed to convert new object (" +
                         get_string(body, {"metadata", "namespace"}) + "/" + call.name +
                         "; /v1, Kind=Secret) to proper version: unable to convert unstructured "
                         "object to /v1, Kind=Secret: "
                         "error decoding from json: illegal base64 data at input byte 0",
                     {}});
  return {};
}

Outcome<Written> apply_object(World& world, const Call& call, const Json::Value& body) {
  if (call.query("fieldManager").empty()) {
    Refusal refusal{422,
                    "Invalid",
                    "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is "
                    "required for apply patch",
                    {}};
    refusal.details["group"] = "meta.k8s.io";
    refusal.details["kind"] = "PatchOptions";
    Json::Value cause(Json::objectValue);
    cause["reason"] = "FieldValueRequired";
    cause["message"] = "Required value: is required for apply patch";
    cause["field"] = "fieldManager";
    refusal.details["causes"].append(std::move(cause));
    return refuse(std::move(refusal));
  }
  if (auto fits = check_identity(call, body); !fits) return refuse(std::move(fits).error());
  if (get_string(body, "kind").empty() || get_string(body, "apiVersion").empty())
    return refuse(wrong_type(get_string(body, "apiVersion"), get_string(body, "kind")));
  if (get_string(body, {"metadata", "name"}).empty())
    return refuse(bad_request("the name of the object (" + call.name +
                              " based on URL) was undeterminable: name must be provided"));
  if (find_path(body, {"metadata", "managedFields"}))
    return refuse(bad_request("metadata.managedFields must be nil"));
  const std::string space = get_string(body, {"metadata", "namespace"});
  if (const auto wrong = misfit(body, *call.version->schema))
    return refuse(typed_patch(space, call.name, call.api_version(), call.kind->kind, *wrong));
  if (auto good = check_base64(call, body); !good) return refuse(std::move(good).error());

  Change change(world, call);
  if (!change.exists())
    if (auto there = check_namespace(world, call); !there) return refuse(std::move(there).error());
  Json::Value config = body;
  if (call.subresource.empty() && call.version->status) config.removeMember("status");
  if (call.subresource == "status") config.removeMember("spec");
  const Json::Value live = change.before_apply();
  auto applied = apply_config(live, config, *call.version->schema, call.owner("Apply"),
                              call.query("force") == "true" ? Force::yes : Force::no);
  if (!applied) return refuse(std::move(applied).error());
  if (auto held = check_applied_identity(call, config, live); !held)
    return refuse(std::move(held).error());
  if (auto held = change.check_preconditions(config); !held) return refuse(std::move(held).error());
  return change.apply(std::move(applied->object), std::move(applied->owners));
}

}  // namespace

Outcome<Written> create_object(World& world, Call call, Json::Value body) {
  if (call.name.empty()) call.name = get_string(body, {"metadata", "name"});
  const std::string stem = get_string(body, {"metadata", "generateName"});
  if (call.name.empty() && !stem.empty()) call.name = stem + random_hex(3).substr(1);
  if (auto fits = check_identity(call, body); !fits) return refuse(std::move(fits).error());
  if (auto fits = check_types(call, body); !fits) return refuse(std::move(fits).error());
  if (call.name.empty())
    return refuse(
        invalid(call.subject(), {required("metadata.name", "name or generateName is required")}));
  if (auto there = check_namespace(world, call); !there) return refuse(std::move(there).error());
  Change change(world, call);
  if (change.exists()) return refuse(already_exists(call.subject()));
  return change.update(std::move(body));
}

Outcome<Written> replace_object(World& world, const Call& call, Json::Value body) {
  if (auto fits = check_identity(call, body); !fits) return refuse(std::move(fits).error());
  if (auto fits = check_types(call, body); !fits) return refuse(std::move(fits).error());
  Change change(world, call);
  if (!change.exists()) return refuse(not_found(call.subject()));
  if (call.kind->custom && get_string(body, {"metadata", "resourceVersion"}).empty())
    return refuse(
        invalid({call.kind->group, "", call.kind->plural, call.name},
                {{"FieldValueInvalid", "Invalid value: 0: must be specified for an update",
                  "metadata.resourceVersion"}}));
  return change.update(std::move(body));
}

Outcome<Written> patch_object(World& world, const Call& call) {
  const auto header = call.http->headers.find("content-type");
  const std::string type =
      header == call.http->headers.end() ? "" : header->second.substr(0, header->second.find(';'));
  auto body = read_body(*call.http, type);
  if (!body) return refuse(std::move(body).error());
  if (type == "application/apply-patch+yaml") return apply_object(world, call, *body);

  Change change(world, call);
  if (!change.exists()) return refuse(not_found(call.subject()));
  Json::Value after = change.before();
  const std::string revision = get_string(after, {"metadata", "resourceVersion"});
  if (type == "application/merge-patch+json") {
    merge_patch(after, *body);
  } else if (type == "application/strategic-merge-patch+json" && !call.kind->custom) {
    strategic_patch(after, *body, *call.version->schema);
  } else if (type == "application/json-patch+json") {
    if (auto done = json_patch(after, *body); !done) return refuse(std::move(done).error());
  } else {
    return refuse({415,
                   "UnsupportedMediaType",
                   "the body of the request was in an unknown format - accepted media types "
                   "include: application/json-patch+json, "
                   "application/merge-patch+json, application/apply-patch+yaml",
                   {}});
  }
  if (auto fits = check_identity(call, after); !fits) return refuse(std::move(fits).error());
  if (auto fits = check_types(call, after); !fits) return refuse(std::move(fits).error());
  return change.update(std::move(after));
}

namespace {

Json::Value scale_of(const Json::Value& object) {
  Json::Value scale(Json::objectValue);
  scale["kind"] = "Scale";
  scale["apiVersion"] = "autoscaling/v1";
  for (const char* name : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"})
    if (const Json::Value* value = find_path(object, {"metadata", name}))
      scale["metadata"][name] = *value;
  scale["spec"]["replicas"] =
      Json::Value(static_cast<Json::Int64>(get_int(object["spec"], "replicas").value_or(0)));
  const Json::Value* now = find_path(object, {"status", "replicas"});
  scale["status"]["replicas"] = now != nullptr ? *now : Json::Value(0);
  if (const Json::Value* labels = find_path(object, {"spec", "selector", "matchLabels"})) {
    std::vector<std::string> terms;
    for (const std::string& key : labels->getMemberNames())
      terms.push_back(key + "=" + (*labels)[key].asString());
    scale["status"]["selector"] = join(terms, ",");
  }
  return scale;
}

}  // namespace

http::Response get_scale(World& world, const Call& call) {
  const StoredPtr found = world.store.find(call.kind->id(), call.key());
  if (found == nullptr) return refused(not_found(call.subject()));
  return json_response(200, canonical_json(scale_of(found->tree())));
}

Outcome<Written> scale_object(World& world, const Call& call) {
  auto body = read_body(*call.http, "application/json");
  if (!body) return refuse(std::move(body).error());
  Change change(world, call);
  if (!change.exists()) return refuse(not_found(call.subject()));
  const auto replicas = get_int(body->get("spec", Json::Value()), "replicas");
  if (!replicas) return refuse(bad_request("spec.replicas is missing in the Scale"));
  Json::Value after = change.before();
  after["spec"]["replicas"] = Json::Value(static_cast<Json::Int64>(*replicas));
  auto written = change.update(std::move(after));
  if (!written) return written;
  written->object = scale_of(written->object);
  return written;
}

}  // namespace flotilla::simulator
