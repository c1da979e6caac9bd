#include "reconciler/member/applier.h"

#include "reconciler/member/observe.h"
#include "render/document/json.h"

#include <algorithm>

namespace flotilla::member {
namespace {

// From this many new objects in one place on, one list is cheaper than asking for each.
constexpr std::size_t list_from = 5;

constexpr int race_attempts = 4;
constexpr std::chrono::milliseconds race_pause{250};

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

// An autoscaler wrote the replicas through the scale subresource: they are its own (contract.md,
// "Ownership").
bool is_scaled_by_another(const kube::ApiError& error) {
  return std::any_of(error.causes.begin(), error.causes.end(), [](const kube::ApiError::Cause& c) {
    return c.field == ".spec.replicas" &&
           c.message.find("with subresource \"scale\"") != std::string::npos;
  });
}

bool is_field_conflict(const kube::ApiError& error) {
  return std::any_of(error.causes.begin(), error.causes.end(), [](const kube::ApiError::Cause& c) {
    return c.reason == "FieldManagerConflict";
  });
}

// True if somebody else has written fields of the object itself (a status does not count).
bool has_other_managers(const Json::Value& live) {
  const Json::Value* managers = find_path(live, {"metadata", "managedFields"});
  if (managers == nullptr || !managers->isArray()) return false;
  return std::any_of(managers->begin(), managers->end(), [](const Json::Value& entry) {
    return get_string(entry, "manager") != "flotilla" && get_string(entry, "subresource").empty();
  });
}

constexpr std::string_view not_ours =
    "it exists on the cluster and is not ours, want conflictResolution: Overwrite to adopt it";

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
Result<std::string> body_of(const manifest::Manifest& manifest, const std::string& origin,
                            bool leave_replicas) {
  TRY_ASSIGN(Json::Value tree, parse_json_fast(*manifest.json));
  set_annotation(tree, manifest::digest_annotation, manifest.digest);
  set_annotation(tree, manifest::origin_annotation, origin);
  if (leave_replicas) tree["spec"].removeMember("replicas");
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
  if (resource == nullptr && !discovery_.faults.empty())
    return fail(Code::unavailable,
                "a part of the cluster's API is down: " + discovery_.faults.front().message);
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
  for (const manifest::Manifest& manifest : order_.decision->work.at(order_.cluster).manifests)
    if (manifest.key.group_kind() == GroupKind{"", "Namespace"}) coming.insert(manifest.key.name);
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
    for (const std::string& name : place.names) note_unknown(place, name, list.error());
    co_return;
  }
  for (const std::string& name : place.names) {
    if (must_stop()) co_return;
    auto live = co_await client_.get(place.resource, place.namespace_, name);
    if (live) {
      note_existing(*live);
    } else if (live.error().error.code != Code::not_found) {
      note_unknown(place, name, live.error());
    }
  }
}

void Applier::note_unknown(const Place& place, const std::string& name,
                           const kube::ApiError& error) {
  if (error.status == 0) lose_cluster(error);
  const ObjectKey key{place.resource.group, place.resource.kind, place.namespace_, name};
  unknown_[key] = while_doing(error.error, "looking whether it exists");
}

kube::Task<kube::ApiResult<kube::Applied>> Applier::send(const manifest::Manifest* manifest,
                                                         kube::Resource resource, Claim claim) {
  auto body = body_of(*manifest, claim.origin, claim.leave_replicas);
  if (!body) {
    kube::ApiError broken;
    broken.error = body.error();
    co_return tl::unexpected<kube::ApiError>(std::move(broken));
  }
  kube::ApplyOptions options;
  options.force = claim.force;
  // A 409 that names no field is a race (a quota, another writer) and passes.
  for (int attempt = 1;; ++attempt) {
    auto applied = co_await client_.apply(resource, manifest->key.namespace_, manifest->key.name,
                                          *body, options);
    const bool race =
        !applied && applied.error().status == 409 && !is_field_conflict(applied.error());
    if (!race || attempt == race_attempts || must_stop()) co_return applied;
    co_await client_.loop().sleep(race_pause);
  }
}

// Takes our fields and marks off an object that turned out to be somebody else's.
kube::Task<> Applier::release(const manifest::Manifest* manifest, kube::Resource resource) {
  Json::Value nothing(Json::objectValue);
  nothing["apiVersion"] = manifest->api_version;
  nothing["kind"] = manifest->key.kind;
  nothing["metadata"]["name"] = manifest->key.name;
  if (!manifest->key.namespace_.empty())
    nothing["metadata"]["namespace"] = manifest->key.namespace_;
  std::string body = canonical_json(nothing);
  auto released = co_await client_.apply(resource, manifest->key.namespace_, manifest->key.name,
                                         std::move(body));
  if (!released)
    report_.warnings.push_back(to_string(manifest->key) +
                               ": our marks could not be taken off again");
}

// What we may do with the object that a manifest names, by what is known of it.
Result<Applier::Claim> Applier::claim(const manifest::Manifest& manifest) const {
  Claim claim;
  const bool overwrite = manifest.terms.takes_over;
  if (overwrite) claim.force = kube::Force::yes;
  if (const auto known = inventory_.find(manifest.key); known != inventory_.end()) {
    if (known->second.deleting)
      return fail(Code::unavailable, "the object of this name is still being deleted");
    if (known->second.origin == "adopted") claim.origin = "adopted";
    return claim;
  }
  claim.is_new = true;
  if (const auto failed = unknown_.find(manifest.key); failed != unknown_.end())
    return fail(failed->second);
  const auto there = existing_.find(manifest.key);
  if (there == existing_.end()) return claim;
  claim.expects_nothing = false;
  const Json::Value& live = there->second;
  if (is_ours(live, id_)) {
    if (annotation(live, manifest::origin_annotation) == "adopted") claim.origin = "adopted";
    return claim;
  }
  const std::string owner = label(live, manifest::part_of_label);
  if (!owner.empty() && owner != id_)
    return fail(Code::conflict, "it belongs to another owner (applyset " + owner + ")");
  if (!overwrite) return fail(Code::conflict, std::string(not_ours));
  claim.origin = "adopted";
  return claim;
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
  auto claimed = claim(*manifest);
  if (!claimed) {
    const Code code = claimed.error().code;
    const State state = code == Code::conflict      ? State::conflict
                        : code == Code::unavailable ? State::waiting
                                                    : State::refused;
    note(*manifest, state, claimed.error());
    co_return;
  }
  Claim terms = *claimed;
  auto applied = co_await send(manifest, *resource, terms);
  if (!applied && is_scaled_by_another(applied.error())) {
    terms.leave_replicas = true;
    applied = co_await send(manifest, *resource, terms);
  }
  if (!applied && applied.error().status == 409 && only_update_managers(applied.error())) {
    terms.force = kube::Force::yes;
    applied = co_await send(manifest, *resource, terms);
  }
  if (applied && terms.is_new && terms.expects_nothing && !applied->created &&
      has_other_managers(applied->object)) {
    // Somebody made it between our look and our write.
    if (claimed->force == kube::Force::yes) {
      terms.origin = "adopted";
      applied = co_await send(manifest, *resource, terms);
    } else {
      co_await release(manifest, *resource);
      Error error;
      error.code = Code::conflict;
      error.message = not_ours;
      note(*manifest, State::conflict, error);
      co_return;
    }
  }
  if (!applied) {
    note_failure(*manifest, applied.error());
    co_return;
  }
  note_applied(*manifest, *applied);
  if (terms.leave_replicas)
    report_.objects[manifest->key].message =
        "spec.replicas is left to the autoscaler that scaled it";
}

void Applier::note_failure(const manifest::Manifest& manifest, const kube::ApiError& error) {
  const bool lost = error.status == 0 && is_transient(error.error.code);
  if (lost) lose_cluster(error);
  if (error.error.code == Code::cancelled) return;  // the pass was stopped: nothing is known
  State state = lost ? State::waiting : State::refused;
  if (error.status == 409) state = is_field_conflict(error) ? State::conflict : State::waiting;
  note(manifest, state, error.error);
}

void Applier::note_applied(const manifest::Manifest& manifest, const kube::Applied& applied) {
  for (const std::string& warning : applied.warnings)
    report_.warnings.push_back(to_string(manifest.key) + ": " + warning);
  ObjectReport object;
  object.item = item_of(applied.object);
  object.item.key = manifest.key;
  object.item.api_version = manifest.api_version;
  object.item.revision = order_.revision;
  object.on_cluster = true;
  Observed observed = observe(*order_.decision->interpreter, applied.object);
  object.health = observed.health;
  object.status = std::move(observed.status);
  (applied.created ? report_.created : report_.configured).push_back(manifest.key);
  inventory_[manifest.key] = object.item;
  report_.objects[manifest.key] = std::move(object);
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
