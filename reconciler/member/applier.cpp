#include "reconciler/member/applier.h"

#include "render/document/json.h"

#include <algorithm>

namespace flotilla::member {
namespace {

// From this many new objects in one place on, one list is cheaper than asking for each.
constexpr std::size_t list_from = 5;

// A conflict with managers that wrote with Update ("conflict with "kubectl-edit" using v1") is
// drift and is corrected; one with another Apply manager is a claim that somebody else makes on
// purpose.
bool only_update_managers(const kube::ApiError& error) {
  if (error.causes.empty()) return false;
  return std::all_of(error.causes.begin(), error.causes.end(),
                     [](const kube::ApiError::Cause& cause) {
                       return cause.message.find("\" using ") != std::string::npos ||
                              cause.message.find("conflict with \"kubectl") != std::string::npos;
                     });
}

Json::Value implicit_namespace(const std::string& name, const std::string& applyset_id) {
  Json::Value object(Json::objectValue);
  object["apiVersion"] = "v1";
  object["kind"] = "Namespace";
  object["metadata"]["name"] = name;
  set_label(object, manifest::managed_by_label, "flotilla");
  set_label(object, manifest::part_of_label, applyset_id);
  set_annotation(object, manifest::origin_annotation, "implicit");
  return object;
}

// The manifest with the marks that belong to this apply. A function, so that the tree is gone
// before the request is waited for.
Result<std::string> body_of(const manifest::Manifest& manifest, const std::string& origin) {
  TRY_ASSIGN(Json::Value tree, parse_json_fast(*manifest.json));
  set_annotation(tree, manifest::digest_annotation, manifest.digest);
  set_annotation(tree, manifest::origin_annotation, origin);
  return canonical_json(tree);
}

// Identity and marks are all that is kept of an object that somebody else made.
Json::Value metadata_only(const Json::Value& live) {
  Json::Value object(Json::objectValue);
  object["apiVersion"] = get_string(live, "apiVersion");
  object["kind"] = get_string(live, "kind");
  if (const Json::Value* metadata = find(live, "metadata")) object["metadata"] = *metadata;
  return object;
}

}  // namespace

void Applier::lose_cluster(const kube::ApiError& error) {
  if (!report_.error) report_.error = error.error;
}

void Applier::note(const manifest::Manifest& manifest, State state, const Error& error) {
  ObjectReport& object = report_.objects[manifest.key];
  object.item.key = manifest.key;
  if (object.item.api_version.empty()) object.item.api_version = manifest.api_version;
  if (object.item.source.empty()) object.item.source = manifest.source;
  object.state = state;
  object.message = error.message;
  object.code = error.code;
}

Result<kube::Resource> Applier::resource_of(const manifest::Manifest& manifest) const {
  const GroupKind kind = manifest.key.group_kind();
  const kube::Resource* resource = discovery_.find(kind, version_of(manifest.api_version));
  if (resource == nullptr) {
    const kube::Resource* other = discovery_.find(kind);
    if (other == nullptr)
      return fail(Code::invalid, "the cluster does not serve " + manifest.api_version + " " +
                                     kind.kind + ", want its CustomResourceDefinition there");
    return fail(Code::invalid, "the cluster serves " + to_string(kind) + " as " + other->version +
                                   ", not as " + version_of(manifest.api_version));
  }
  if (resource->namespaced && manifest.key.namespace_.empty())
    return fail(Code::invalid, to_string(kind) + " is namespaced, want metadata.namespace");
  if (!resource->namespaced && !manifest.key.namespace_.empty())
    return fail(Code::invalid, to_string(kind) +
                                   " is cluster-scoped, want no metadata.namespace (found \"" +
                                   manifest.key.namespace_ + "\")");
  return *resource;
}

kube::Task<> Applier::prepare(std::vector<const manifest::Manifest*> manifests) {
  std::set<std::string> inhabited;
  for (const auto& [key, item] : inventory_)
    if (!item.deleting) inhabited.insert(key.namespace_);
  std::set<std::string> coming;
  for (const manifest::Manifest* manifest : manifests)
    if (manifest->key.group.empty() && manifest->key.kind == "Namespace")
      coming.insert(manifest->key.name);
  std::map<std::string, Place> places;
  std::set<std::string> unknown;
  for (const manifest::Manifest* manifest : manifests) {
    if (inventory_.contains(manifest->key)) continue;
    const auto resource = resource_of(*manifest);
    if (!resource) continue;
    Place& place = places[resource->path(manifest->key.namespace_)];
    place.resource = *resource;
    place.namespace_ = manifest->key.namespace_;
    place.names.push_back(manifest->key.name);
    if (!place.namespace_.empty() && !inhabited.contains(place.namespace_))
      unknown.insert(place.namespace_);
  }
  std::vector<kube::Task<>> checks;
  for (const std::string& name : unknown)
    checks.push_back(check_namespace(name, coming.contains(name)));
  co_await kube::all(std::move(checks));
  std::vector<kube::Task<>> looks;
  for (const auto& [path, place] : places)
    if (!missing_namespaces_.contains(place.namespace_)) looks.push_back(look(place));
  co_await kube::all(std::move(looks));
}

kube::Task<> Applier::check_namespace(std::string name, bool in_repository) {
  if (must_stop()) co_return;
  auto found = co_await client_.get(namespaces(), "", name);
  if (found) co_return;
  // A namespace that may not be read may still be written into.
  if (found.error().error.code != Code::not_found) {
    if (found.error().status == 0) lose_cluster(found.error());
    co_return;
  }
  missing_namespaces_.insert(name);
  if (in_repository) co_return;
  const std::string body = canonical_json(implicit_namespace(name, id_));
  auto made = co_await client_.apply(namespaces(), "", name, body);
  if (!made) {
    // Each object that wanted it will say so itself.
    if (made.error().status == 0) lose_cluster(made.error());
    co_return;
  }
  ObjectReport object;
  object.item = item_of(made->object);
  object.item.revision = order_.revision;
  object.on_cluster = true;
  object.health = interpreter::Health::healthy;
  inventory_[object.item.key] = object.item;
  report_.created.push_back(object.item.key);
  report_.objects[object.item.key] = std::move(object);
}

void Applier::note_existing(const Json::Value& live) {
  existing_[key_of(live)] = metadata_only(live);
}

kube::Task<> Applier::look(Place place) {
  if (must_stop()) co_return;
  if (place.names.size() >= list_from) {
    kube::ListOptions options;
    options.metadata_only = true;
    auto list = co_await client_.list(place.resource, place.namespace_, options);
    if (list) {
      for (const Json::Value& live : list->items) note_existing(live);
      co_return;
    }
    if (list.error().status == 0) lose_cluster(list.error());
    co_return;
  }
  for (const std::string& name : place.names) {
    if (must_stop()) co_return;
    auto live = co_await client_.get(place.resource, place.namespace_, name);
    if (live) {
      note_existing(*live);
    } else if (live.error().status == 0) {
      lose_cluster(live.error());
    }
  }
}

kube::Task<kube::ApiResult<kube::Applied>> Applier::send(const manifest::Manifest* manifest,
                                                         kube::Resource resource,
                                                         std::string origin, kube::Force force) {
  auto body = body_of(*manifest, origin);
  if (!body) {
    kube::ApiError broken;
    broken.error = body.error();
    co_return tl::unexpected<kube::ApiError>(std::move(broken));
  }
  kube::ApplyOptions options;
  options.force = force;
  auto applied = co_await client_.apply(resource, manifest->key.namespace_, manifest->key.name,
                                        std::move(*body), options);
  co_return applied;
}

kube::Task<> Applier::apply(const manifest::Manifest* manifest) {
  co_await turns_.acquire();
  if (!must_stop()) co_await apply_now(manifest);
  turns_.release();
}

kube::Task<> Applier::remove(decision::InventoryItem item) {
  co_await turns_.acquire();
  if (!must_stop()) co_await remove_now(std::move(item));
  turns_.release();
}

kube::Task<> Applier::apply_now(const manifest::Manifest* manifest) {
  const auto resource = resource_of(*manifest);
  if (!resource) {
    note(*manifest, State::refused, resource.error());
    co_return;
  }
  std::string origin = "created";
  kube::Force force = kube::Force::no;
  const auto known = inventory_.find(manifest->key);
  const bool is_new = known == inventory_.end();
  const decision::ClusterWork& work = order_.decision->work.at(order_.cluster);
  const bool overwrite = work.overwrite.contains(manifest->key);
  if (overwrite) force = kube::Force::yes;
  if (!is_new) {
    if (known->second.deleting) {
      note(*manifest, State::waiting,
           {Code::unavailable, "the object of this name is still being deleted", {}, {}});
      co_return;
    }
    if (known->second.origin == "adopted") origin = "adopted";
  } else if (const auto there = existing_.find(manifest->key); there != existing_.end()) {
    const std::string other = label(there->second, manifest::part_of_label);
    if (is_ours(there->second, id_)) {
      if (annotation(there->second, manifest::origin_annotation) == "adopted") origin = "adopted";
    } else if (!other.empty()) {
      note(*manifest, State::conflict,
           {Code::conflict, "it belongs to another owner (applyset " + other + ")", {}, {}});
      co_return;
    } else if (!overwrite) {
      note(*manifest, State::conflict,
           {Code::conflict,
            "it exists on the cluster and is not ours, want conflictResolution: Overwrite to adopt "
            "it",
            {},
            {}});
      co_return;
    } else {
      origin = "adopted";
    }
  }
  auto applied = co_await send(manifest, *resource, origin, force);
  if (!applied && applied.error().status == 409 && only_update_managers(applied.error()))
    applied = co_await send(manifest, *resource, origin, kube::Force::yes);
  if (applied && is_new && origin == "created" && !applied->created &&
      !existing_.contains(manifest->key)) {
    // Somebody made it between our look and our write.
    origin = "adopted";
    applied = co_await send(manifest, *resource, origin, force);
  }
  if (!applied) {
    const kube::ApiError& error = applied.error();
    if (error.status == 0 && is_transient(error.error.code)) {
      lose_cluster(error);
      note(*manifest, State::waiting, error.error);
    } else {
      note(*manifest, error.status == 409 ? State::conflict : State::refused, error.error);
    }
    co_return;
  }
  for (const std::string& warning : applied->warnings)
    report_.warnings.push_back(to_string(manifest->key) + ": " + warning);
  ObjectReport object;
  object.item = item_of(applied->object);
  object.item.key = manifest->key;
  object.item.api_version = manifest->api_version;
  object.item.revision = order_.revision;
  object.on_cluster = true;
  object.health = interpreter::health_of(applied->object);
  object.status = interpreter::reflect_status(applied->object);
  (applied->created ? report_.created : report_.configured).push_back(manifest->key);
  inventory_[manifest->key] = object.item;
  report_.objects[manifest->key] = std::move(object);
}

kube::Task<> Applier::remove_now(decision::InventoryItem item) {
  const kube::Resource* resource = discovery_.find(item.key.group_kind());
  if (resource == nullptr) co_return;  // its CRD is gone, and it with it
  auto removed = co_await client_.remove(*resource, item.key.namespace_, item.key.name, item.uid);
  ObjectReport& object = report_.objects[item.key];
  object.item = item;
  object.on_cluster = true;
  if (removed || removed.error().error.code == Code::not_found) {
    const Json::Value* finalizers =
        removed ? find_path(*removed, {"metadata", "finalizers"}) : nullptr;
    const bool terminating = removed && item.key.group_kind() == GroupKind{"", "Namespace"};
    report_.pruned.push_back(item.key);
    inventory_.erase(item.key);
    if ((finalizers != nullptr && !finalizers->empty()) || terminating) {
      object.state = State::deleting;
      object.message =
          terminating ? "waits until the namespace is empty" : "waits for its finalizers";
      inventory_[item.key] = item;
      co_return;
    }
    report_.objects.erase(item.key);
    co_return;
  }
  if (removed.error().status == 0) lose_cluster(removed.error());
  object.state = State::refused;
  object.message = "it could not be deleted: " + removed.error().error.message;
  object.code = removed.error().error.code;
}

}  // namespace flotilla::member
