#pragma once

#include "reconciler/simulator/call.h"
#include "reconciler/simulator/certificates.h"
#include "reconciler/simulator/defaults.h"
#include "reconciler/simulator/validate.h"
#include "render/base/text.h"
#include "render/document/json.h"

#include <string>
#include <vector>

namespace flotilla::simulator {

// Metadata that only the server writes.
inline constexpr const char* kept_metadata[] = {"uid",
                                                "creationTimestamp",
                                                "generation",
                                                "deletionTimestamp",
                                                "deletionGracePeriodSeconds",
                                                "resourceVersion",
                                                "managedFields",
                                                "name",
                                                "namespace",
                                                "generateName"};

inline void copy_member(const Json::Value& from, Json::Value& to, const char* name) {
  if (const Json::Value* value = find(from, name)) {
    to[name] = *value;
  } else {
    to.removeMember(name);
  }
}

// How an object is stored: what is asked for, whose it will be, and what stood there.
class Change {
 public:
  Change(World& world, const Call& call)
      : world_(world), call_(call), kind_(*call.kind), schema_(*call.version->schema) {
    if (const StoredPtr found = world.store.find(kind_.id(), call.key())) before_ = found->tree();
  }

  bool exists() const { return before_.isObject(); }
  const Json::Value& before() const { return before_; }

  // Stores `after`; its owners follow from the difference.
  Outcome<Written> update(Json::Value after) {
    if (auto held = check_preconditions(after); !held) return refuse(std::move(held).error());
    Owners owners = stated_owners(after);
    prepare(after);
    const bool tracked = !exists() || !owners.empty();
    if (tracked)
      owners = owners_after_update(std::move(owners), exists() ? before_ : blank(),
                                   owned_part(after), schema_, call_.owner("Update"));
    return store(std::move(after), std::move(owners));
  }

  // What an apply meets. An object whose owners were forgotten is tracked again from then on, and
  // what it has is somebody's.
  Json::Value before_apply() const {
    if (!exists()) return Json::Value(Json::objectValue);
    if (!owners_of(before_).empty()) return before_;
    Owner who = call_.owner("Update");
    who.manager = "before-first-apply";
    who.subresource.clear();
    Json::Value wanted = before_;
    if (call_.version->status) wanted.removeMember("status");
    Json::Value live = before_;
    set_owners(live, owners_after_update({}, blank(), wanted, schema_, who));
    return live;
  }

  Outcome<Written> apply(Json::Value after, Owners owners) {
    prepare(after);
    return store(std::move(after), std::move(owners));
  }

  Outcome<void> check_preconditions(const Json::Value& wanted) const {
    if (!exists()) return {};
    const std::string revision = get_string(wanted, {"metadata", "resourceVersion"});
    if (!revision.empty() && revision != "0" &&
        revision != get_string(before_, {"metadata", "resourceVersion"}))
      return refuse(modified(call_.subject()));
    const std::string uid = get_string(wanted, {"metadata", "uid"});
    const std::string real = get_string(before_, {"metadata", "uid"});
    if (!uid.empty() && uid != real)
      return refuse(precondition_failed(call_.subject(), "UID", uid, real));
    return {};
  }

 private:
  // An update may write managedFields too: an empty list or entry forgets all owners, nothing at
  // all leaves them.
  Owners stated_owners(const Json::Value& after) const {
    const Json::Value* stated = find_path(after, {"metadata", "managedFields"});
    if (!exists() || !call_.subresource.empty() || stated == nullptr || !stated->isArray())
      return owners_of(before_);
    const bool forgets = stated->empty() || (stated->size() == 1 && (*stated)[0].empty());
    return forgets ? Owners{} : owners_of(after);
  }

  // A status is nobody's unless it is written through its subresource.
  Json::Value owned_part(Json::Value after) const {
    if (!call_.subresource.empty() || !call_.version->status) return after;
    if (exists()) copy_member(before_, after, "status");
    if (!exists()) after.removeMember("status");
    return after;
  }

  // Typed objects have these structures even when nobody states them, so they are nobody's.
  Json::Value blank() const {
    Json::Value value(Json::objectValue);
    value["metadata"] = Json::Value(Json::objectValue);
    if (kind_.custom) return value;
    if (schema_.fields.contains("spec")) value["spec"] = Json::Value(Json::objectValue);
    if (kind_.group != "apps") return value;
    value["spec"]["template"]["spec"]["containers"] = Json::Value(Json::arrayValue);
    value["spec"]["strategy"] = Json::Value(Json::objectValue);
    value["spec"]["template"]["metadata"] = Json::Value(Json::objectValue);
    return value;
  }

  void restore_subresources(Json::Value& after) const {
    if (call_.subresource.empty()) {
      if (!call_.version->status) return;
      if (exists()) copy_member(before_, after, "status");
      if (!exists()) after.removeMember("status");
      return;
    }
    if (call_.subresource != "status") return;
    Json::Value status = after.get("status", Json::Value());
    Json::Value metadata = after["metadata"];
    after = before_;
    after["metadata"]["managedFields"] = metadata["managedFields"];
    if (!status.isNull()) after["status"] = std::move(status);
  }

  void prepare(Json::Value& after) {
    after.removeMember("apiVersion");
    after.removeMember("kind");
    Json::Value& metadata = after["metadata"];
    if (exists()) {
      for (const char* name : kept_metadata) copy_member(before_["metadata"], metadata, name);
    } else {
      for (const char* name : kept_metadata) metadata.removeMember(name);
      metadata["name"] = call_.name;
      if (!call_.namespace_.empty()) metadata["namespace"] = call_.namespace_;
      metadata["uid"] = random_uuid();
      metadata["creationTimestamp"] = now_text();
      if (kind_.generation) metadata["generation"] = 1;
    }
    if (kind_.id() == "namespaces" && exists() && call_.subresource != "finalize")
      copy_member(before_, after, "spec");
    for (const char* marks : {"labels", "annotations", "finalizers", "ownerReferences"})
      if (metadata.isMember(marks) && metadata[marks].empty()) metadata.removeMember(marks);
    restore_subresources(after);
    dropped_ = prune_unknown(after, schema_);
    set_defaults(kind_, schema_, after);
  }

  bool wanted_changed(const Json::Value& after) const {
    Json::Value was = before_;
    Json::Value is = after;
    for (Json::Value* object : {&was, &is}) {
      object->removeMember("metadata");
      if (!kind_.custom || call_.version->status) object->removeMember("status");
    }
    return !same(was, is);
  }

  static bool same_without_times(Json::Value a, Json::Value b) {
    for (Json::Value* object : {&a, &b}) {
      Json::Value& entries = (*object)["metadata"]["managedFields"];
      if (entries.isArray())
        for (Json::Value& entry : entries) entry.removeMember("time");
    }
    return same(a, b);
  }

  Outcome<Written> store(Json::Value after, Owners owners) {
    if (!exists()) set_creation_defaults(kind_, after, ++world_.serial);
    keep_assigned(after);
    if (const auto causes = validate(kind_, schema_, after, exists() ? &before_ : nullptr);
        !causes.empty())
      return refuse(invalid(call_.subject(), causes));
    set_owners(after, std::move(owners));
    std::vector<std::string> warnings;
    for (const std::string& path : dropped_) warnings.push_back("unknown field \"" + path + "\"");
    if (call_.query("fieldValidation") == "Strict" && !warnings.empty())
      return refuse(strict(warnings, after));
    if (exists() && same_without_times(before_, after))
      return Written{before_, 200, std::move(warnings)};
    if (exists() && kind_.generation && wanted_changed(after))
      after["metadata"]["generation"] = after["metadata"]["generation"].asInt64() + 1;

    const int code = exists() ? 200 : 201;
    if (call_.dry_run()) return Written{std::move(after), code, std::move(warnings)};
    const Json::Value* finalizers = find_path(after, {"metadata", "finalizers"});
    const Json::Value* holders = find_path(after, {"spec", "finalizers"});  // of a Namespace
    const bool held = (finalizers != nullptr && !finalizers->empty()) ||
                      (kind_.id() == "namespaces" && holders != nullptr && !holders->empty());
    const bool gone = after["metadata"].isMember("deletionTimestamp") && !held;
    const StoredPtr stored = put(world_, kind_, call_.key(), after);
    if (gone) erase(world_, kind_, call_.key());
    return Written{stored->tree(), code, std::move(warnings)};
  }

  Refusal strict(const std::vector<std::string>& faults, const Json::Value& after) const {
    if (call_.http->method == "PATCH")
      return invalid({"", "", "", ""},
                     {wrong_value("patch", canonical_json(after),
                                  "strict decoding error: " + join(faults, ", "))});
    return bad_request(kind_.kind + " in version \"" + call_.version->name +
                       "\" cannot be handled as a " + kind_.kind +
                       ": strict decoding error: " + join(faults, ", "));
  }

  // What the server assigned stays when an update does not mention it.
  void keep_assigned(Json::Value& after) const {
    if (!exists() || kind_.id() != "services") return;
    for (const char* name : {"clusterIP", "clusterIPs"})
      if (!after["spec"].isMember(name)) copy_member(before_["spec"], after["spec"], name);
  }

  World& world_;
  const Call& call_;
  const Kind& kind_;
  const Schema& schema_;
  Json::Value before_;
  std::vector<std::string> dropped_;
};

}  // namespace flotilla::simulator
