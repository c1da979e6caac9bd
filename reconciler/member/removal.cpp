#include "reconciler/member/applier.h"
#include "reconciler/member/patch.h"
#include "render/document/pointer.h"
#include "render/manifest/ownership.h"

// Objects that are no longer wanted: deleted, or let go.
namespace flotilla::member {
namespace {

constexpr int race_attempts = 4;
constexpr std::string_view our_prefix = "flotilla.dev/";
using manifest::released_manager;

// True if the answer to a DELETE is the object, which is still there.
bool is_still_there(const Json::Value& answer) {
  if (find_path(answer, {"metadata", "deletionTimestamp"}) == nullptr) return false;
  if (get_string(answer, "kind") == "Namespace") return true;
  const Json::Value* finalizers = find_path(answer, {"metadata", "finalizers"});
  if (finalizers != nullptr && !finalizers->empty()) return true;
  const Json::Value* metadata = find(answer, "metadata");
  return get_int(*metadata, "deletionGracePeriodSeconds").value_or(0) > 0;
}

std::string waiting_text(const Json::Value& live) {
  const std::string finalizers = finalizers_text(live);
  if (!finalizers.empty()) return finalizers;
  if (get_string(live, "kind") == "Namespace") return "waits until the namespace is empty";
  return "waits until it has ended";
}

void unite(Json::Value& fields, const Json::Value& more) {
  if (!fields.isObject() || !more.isObject()) return;
  for (const std::string& name : more.getMemberNames()) {
    if (fields.isMember(name)) {
      unite(fields[name], more[name]);
    } else {
      fields[name] = more[name];
    }
  }
}

bool is_entry(const Json::Value& entry, std::string_view manager, const char* operation) {
  return get_string(entry, "manager") == manager && get_string(entry, "operation") == operation &&
         get_string(entry, "subresource").empty();
}

// What we applied belongs to an entry from now on that nobody applies with: without one, a next
// applier would find fields that are nobody's.
Json::Value released(const Json::Value& managers) {
  Json::Value list(Json::arrayValue);
  for (const Json::Value& entry : managers) {
    const bool ours = is_entry(entry, manifest::field_manager, "Apply");
    if (!ours && !is_entry(entry, released_manager, "Update")) {
      list.append(entry);
      continue;
    }
    Json::Value turned = entry;
    turned["manager"] = std::string(released_manager);
    turned["operation"] = "Update";
    Json::Value* same = nullptr;
    for (Json::Value& other : list)
      if (is_entry(other, released_manager, "Update") &&
          get_string(other, "apiVersion") == get_string(entry, "apiVersion"))
        same = &other;
    if (same == nullptr) {
      list.append(std::move(turned));
    } else {
      unite((*same)["fieldsV1"], turned["fieldsV1"]);
    }
  }
  return list;
}

std::string release_patch(const Json::Value& live) {
  GuardedPatch patch(live);
  const auto drop = [&](const char* map, const std::string& key) {
    patch.remove(pointer_text({"metadata", map, key}));
  };
  if (!label(live, manifest::part_of_label).empty())
    drop("labels", std::string(manifest::part_of_label));
  if (label(live, manifest::managed_by_label) == "flotilla")
    drop("labels", std::string(manifest::managed_by_label));
  if (const Json::Value* annotations = annotations_of(live);
      annotations != nullptr && annotations->isObject())
    for (const std::string& key : annotations->getMemberNames())
      if (key.starts_with(our_prefix)) drop("annotations", key);
  if (const Json::Value* managers = find_path(live, {"metadata", "managedFields"}))
    patch.replace("/metadata/managedFields", released(*managers));
  return patch.text();
}

}  // namespace

kube::Task<> Applier::remove(decision::InventoryItem item) {
  co_await turns_.acquire();
  if (!must_stop()) co_await remove_now(std::move(item));
  turns_.release();
}

kube::Task<> Applier::let_go(decision::InventoryItem item) {
  co_await turns_.acquire();
  if (!must_stop()) co_await let_go_now(std::move(item));
  turns_.release();
}

void Applier::forget(const ObjectKey& key) {
  inventory_.erase(key);
  report_.objects.erase(key);
  on_gone(key);
}

// Deletes what still is the object that the inventory knows; one that is being deleted already is
// only looked at. Not found: it is gone, or another one has its name.
kube::Task<kube::ApiResult<Json::Value>> Applier::remove_or_look(decision::InventoryItem item,
                                                                 kube::Resource resource) {
  if (!item.deleting) {
    kube::RemoveOptions options;
    options.uid = item.uid;
    auto removed = co_await client_.remove(resource, item.key.namespace_, item.key.name, options);
    const bool replaced =
        !removed && kube::fault_of(removed.error()) == kube::Fault::conflict && !item.uid.empty();
    if (!replaced) co_return removed;
    auto live = co_await client_.get(resource, item.key.namespace_, item.key.name);
    const bool same = live && get_string(*live, {"metadata", "uid"}) == item.uid;
    if (same) co_return removed;
    if (!live) co_return live;
  } else {
    auto live = co_await client_.get(resource, item.key.namespace_, item.key.name);
    const bool same =
        !live || item.uid.empty() || get_string(*live, {"metadata", "uid"}) == item.uid;
    if (same) co_return live;
  }
  kube::ApiError replaced;
  replaced.status = 404;
  replaced.error.code = Code::not_found;
  replaced.error.message = "another object has its name now";
  co_return tl::unexpected<kube::ApiError>(replaced);
}

kube::Task<> Applier::remove_now(decision::InventoryItem item) {
  const kube::Resource* resource = discovery_.find(item.key.group_kind());
  if (resource == nullptr) co_return;  // its CRD is gone, and it with it
  auto removed = co_await remove_or_look(item, *resource);
  const bool gone = removed ? !is_still_there(*removed)
                            : kube::fault_of(removed.error()) == kube::Fault::not_found;
  const bool told = item.deleting;  // by the pass that deleted it
  if (!told && (gone || removed)) report_.pruned.push_back(item.key);
  if (gone) {
    forget(item.key);
    co_return;
  }
  if (!removed) note_loss(removed.error());
  if (!removed && kube::fault_of(removed.error()) == kube::Fault::cancelled) co_return;
  ObjectReport& object = report_.objects[item.key];
  object.item = item;
  object.on_cluster = true;
  if (removed) {
    object.item.deleting = true;
    inventory_[item.key] = object.item;
    on_live(*removed);
    object.state = State::deleting;
    object.message = waiting_text(*removed);
    co_return;
  }
  object.state =
      kube::fault_of(removed.error()) == kube::Fault::conflict ? State::waiting : State::refused;
  object.message = "it could not be deleted: " + lasting(removed.error()).message;
  object.code = removed.error().error.code;
}

kube::Task<> Applier::let_go_now(decision::InventoryItem item) {
  const kube::Resource* resource = discovery_.find(item.key.group_kind());
  if (resource == nullptr) co_return;
  for (int attempt = 1;; ++attempt) {
    auto live = co_await client_.get(*resource, item.key.namespace_, item.key.name);
    const bool gone = live ? !item.uid.empty() && get_string(*live, {"metadata", "uid"}) != item.uid
                           : kube::fault_of(live.error()) == kube::Fault::not_found;
    const std::string owner = live ? label(*live, manifest::part_of_label) : std::string();
    if (gone || (!owner.empty() && owner != id_)) {
      forget(item.key);
      co_return;
    }
    // Without our marks after an attempt of ours, it was done and only the answer was lost.
    const bool is_done = live && attempt > 1 && owner.empty();
    if (live && !is_done) {
      const std::string body = release_patch(*live);
      live = co_await client_.json_patch(*resource, item.key.namespace_, item.key.name, body);
    }
    if (live) {
      inventory_.erase(item.key);
      on_gone(item.key);
      // Why it was kept is told once more; it is not ours any longer.
      if (const auto told = report_.objects.find(item.key); told != report_.objects.end())
        told->second.on_cluster = false;
      co_return;
    }
    const kube::Fault fault = kube::fault_of(live.error());
    // A patch that was done already and is repeated finds nothing to remove: that is a 422.
    const bool is_other_now = fault == kube::Fault::conflict || live.error().status == 422;
    if (is_other_now && attempt < race_attempts && !must_stop()) continue;
    note_loss(live.error());
    if (fault == kube::Fault::cancelled) co_return;
    ObjectReport& object = report_.objects[item.key];
    object.item = item;
    object.on_cluster = true;
    object.state = fault == kube::Fault::conflict ? State::waiting : State::refused;
    object.message =
        "it is kept, and our marks could not be taken off: " + lasting(live.error()).message;
    object.code = live.error().error.code;
    co_return;
  }
}

}  // namespace flotilla::member
