#include "reconciler/simulator/store.h"

#include "render/document/json.h"
#include "render/document/object.h"

namespace flotilla::simulator {

Json::Value Stored::tree() const {
  return parse_json_fast(text).value_or(Json::Value(Json::objectValue));
}

std::string partial_text(const Stored& object) {
  std::string text = R"({"apiVersion":"meta.k8s.io/v1","kind":"PartialObjectMetadata","metadata":)";
  return text.append(object.metadata).append("}");
}

std::string object_text(const Stored& object, const std::string& api_version,
                        const std::string& kind) {
  std::string text = R"({"kind":")" + kind + R"(","apiVersion":")" + api_version + R"(",)";
  return text.append(object.text, 1);
}

namespace {

StoredPtr stored(Json::Value object, std::uint64_t revision) {
  auto entry = std::make_shared<Stored>();
  object.removeMember("apiVersion");
  object.removeMember("kind");
  object["metadata"]["resourceVersion"] = std::to_string(revision);
  entry->text = canonical_json(object);
  entry->text.shrink_to_fit();
  const std::string metadata = canonical_json(object["metadata"]);
  // Keys are escaped inside of strings, and what reads the same elsewhere is the same.
  const std::size_t at = entry->text.find("\"metadata\":" + metadata);
  entry->metadata =
      std::string_view(entry->text).substr(entry->text.find('{', at + 1), metadata.size());
  entry->revision = revision;
  if (const Json::Value* labels = labels_of(object); labels != nullptr && labels->isObject())
    for (auto it = labels->begin(); it != labels->end(); ++it)
      if (it->isString()) entry->labels.emplace_back(it.name(), it->asString());
  return entry;
}

}  // namespace

StoredPtr Store::find(const std::string& kind_id, const Name& name) const {
  const Collection& objects = collection(kind_id);
  const auto found = objects.objects.find(name);
  return found == objects.objects.end() ? nullptr : found->second;
}

const Store::Collection& Store::collection(const std::string& kind_id) const {
  static const Collection none;
  const auto found = collections_.find(kind_id);
  return found == collections_.end() ? none : found->second;
}

void Store::remember(Collection& collection, Event event) {
  collection.history.push_back(std::move(event));
  if (collection.history.size() <= history_limit) return;
  collection.forgotten = collection.history.front().revision;
  collection.history.pop_front();
}

StoredPtr Store::put(const std::string& kind_id, const Name& name, Json::Value object) {
  Collection& collection = collections_[kind_id];
  StoredPtr entry = stored(std::move(object), ++revision_);
  StoredPtr& place = collection.objects[name];
  remember(collection, {revision_, name, place, entry, false});
  place = entry;
  return entry;
}

void Store::erase(const std::string& kind_id, const Name& name) {
  Collection& collection = collections_[kind_id];
  const auto found = collection.objects.find(name);
  if (found == collection.objects.end()) return;
  const StoredPtr before = found->second;
  collection.objects.erase(found);
  remember(collection, {++revision_, name, before, stored(before->tree(), revision_), true});
}

std::optional<std::map<Name, StoredPtr>> Store::at(const std::string& kind_id,
                                                   std::uint64_t revision) const {
  const Collection& now = collection(kind_id);
  if (revision < now.forgotten) return std::nullopt;
  std::map<Name, StoredPtr> objects = now.objects;
  for (auto event = now.history.rbegin(); event != now.history.rend() && event->revision > revision;
       ++event) {
    if (event->before == nullptr) {
      objects.erase(event->name);
    } else {
      objects[event->name] = event->before;
    }
  }
  return objects;
}

}  // namespace flotilla::simulator
