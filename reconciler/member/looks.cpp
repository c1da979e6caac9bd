#include "reconciler/member/applier.h"
#include "render/document/json.h"

// What exists already where something new is wanted.
namespace flotilla::member {
namespace {

// From this many new objects in one place on, one list is cheaper than asking for each.
constexpr std::size_t list_from = 5;

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

// Identity and marks are all that is kept of an object that somebody else made.
Json::Value metadata_only(const Json::Value& live) {
  Json::Value object(Json::objectValue);
  object["apiVersion"] = get_string(live, "apiVersion");
  object["kind"] = get_string(live, "kind");
  if (const Json::Value* metadata = find(live, "metadata")) object["metadata"] = *metadata;
  return object;
}

}  // namespace

kube::Task<> Applier::prepare(std::vector<const manifest::Manifest*> manifests) {
  std::set<std::string> inhabited;
  for (const auto& [key, item] : inventory_)
    if (!item.deleting) inhabited.insert(key.namespace_);
  for (const manifest::Manifest& manifest : order_.decision->work.at(order_.cluster).manifests)
    if (manifest.key.group_kind() == GroupKind{"", "Namespace"})
      coming_namespaces_.insert(manifest.key.name);
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
  for (const std::string& name : unknown) checks.push_back(check_namespace(name));
  co_await kube::all(std::move(checks));
  std::vector<kube::Task<>> looks;
  for (const auto& [path, place] : places)
    if (!missing_namespaces_.contains(place.namespace_)) looks.push_back(look(place));
  co_await kube::all(std::move(looks));
}

kube::Task<> Applier::look_around(std::vector<const manifest::Manifest*> manifests) {
  only_looks_ = true;
  co_await prepare(std::move(manifests));
}

kube::Task<> Applier::check_namespace(std::string name) {
  if (must_stop()) co_return;
  auto found = co_await client_.get(namespaces(), "", name);
  if (found) co_return;
  // A namespace that may not be read may still be written into.
  if (kube::fault_of(found.error()) != kube::Fault::not_found) {
    note_loss(found.error());
    co_return;
  }
  missing_namespaces_.insert(name);
  if (only_looks_ || coming_namespaces_.contains(name)) co_return;
  const std::string body = canonical_json(implicit_namespace(name, id_));
  auto made = co_await client_.apply(namespaces(), "", name, body);
  if (!made) {
    // Each object that wanted it will say so itself.
    namespace_faults_[name] = made.error().error;
    note_loss(made.error());
    co_return;
  }
  ObjectReport object;
  on_live(made->object);
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
    const bool listed = co_await list_place(place);
    if (listed) co_return;
  }
  for (const std::string& name : place.names) {
    if (must_stop()) co_return;
    auto live = co_await client_.get(place.resource, place.namespace_, name);
    if (live) {
      note_existing(*live);
    } else if (kube::fault_of(live.error()) != kube::Fault::not_found) {
      note_unknown(place, name, live.error());
    }
  }
}

// False if lists are forbidden: single objects may still be asked for.
kube::Task<bool> Applier::list_place(Place place) {
  kube::ListOptions options;
  options.metadata_only = true;
  auto list = co_await client_.list(place.resource, place.namespace_, options);
  if (list) {
    for (const Json::Value& live : list->items) note_existing(live);
    co_return true;
  }
  if (kube::fault_of(list.error()) == kube::Fault::forbidden) co_return false;
  for (const std::string& name : place.names) note_unknown(place, name, list.error());
  co_return true;
}

void Applier::note_unknown(const Place& place, const std::string& name,
                           const kube::ApiError& error) {
  note_loss(error);
  const ObjectKey key{place.resource.group, place.resource.kind, place.namespace_, name};
  // Who may not look may still be allowed to apply; without force that harms nobody.
  if (kube::fault_of(error) == kube::Fault::forbidden) {
    unseen_.insert(key);
    return;
  }
  unknown_[key] = while_doing(error.error, "looking whether it exists");
}

}  // namespace flotilla::member
