#include "reconciler/simulator/patch.h"

#include "render/document/json.h"
#include "render/document/pointer.h"

namespace flotilla::simulator {

void merge_patch(Json::Value& object, const Json::Value& patch) {
  if (!patch.isObject()) {
    object = patch;
    return;
  }
  if (!object.isObject()) object = Json::Value(Json::objectValue);
  for (const std::string& name : patch.getMemberNames()) {
    if (patch[name].isNull()) {
      object.removeMember(name);
    } else {
      merge_patch(object[name], patch[name]);
    }
  }
}

namespace {

const Schema& below(const Schema& schema, const std::string& name) {
  const Schema* child = child_of(schema, name);
  return child != nullptr ? *child : *any_schema();
}

Json::Value* entry_with(Json::Value& list, const std::string& key, const Json::Value& wanted) {
  for (Json::Value& entry : list)
    if (const Json::Value* value = find(entry, key); value != nullptr && same(*value, wanted))
      return &entry;
  return nullptr;
}

void remove_entry(Json::Value& list, const std::string& key, const Json::Value& wanted) {
  Json::Value kept(Json::arrayValue);
  for (Json::Value& entry : list)
    if (const Json::Value* value = find(entry, key); value == nullptr || !same(*value, wanted))
      kept.append(std::move(entry));
  list = std::move(kept);
}

void patch_keyed(Json::Value& list, const Json::Value& patch, const Schema& schema) {
  const std::string& key = schema.keys.front();
  Json::ArrayIndex added = 0;  // new entries come first, in the order of the patch
  for (const Json::Value& change : patch) {
    if (get_string(change, "$patch") == "replace") {
      list = Json::Value(Json::arrayValue);
      continue;
    }
    const Json::Value* wanted = find(change, key);
    if (wanted == nullptr) continue;
    if (get_string(change, "$patch") == "delete") {
      remove_entry(list, key, *wanted);
    } else if (Json::Value* entry = entry_with(list, key, *wanted)) {
      strategic_patch(*entry, change, *schema.items);
    } else {
      Json::Value fresh(Json::objectValue);
      strategic_patch(fresh, change, *schema.items);
      list.insert(added++, std::move(fresh));
    }
  }
}

Refusal unprocessable() {
  return {422, "Invalid", "the server rejected our request due to an error in our request",
          Json::Value(Json::objectValue)};
}

bool contains(const Json::Value& list, const Json::Value& wanted) {
  for (const Json::Value& entry : list)
    if (same(entry, wanted)) return true;
  return false;
}

void patch_list(Json::Value& list, const Json::Value& patch, const Schema& schema) {
  if (!list.isArray()) list = Json::Value(Json::arrayValue);
  if (schema.merge == Schema::Merge::keyed) return patch_keyed(list, patch, schema);
  if (schema.merge == Schema::Merge::atomic) {
    list = patch;
    return;
  }
  for (const Json::Value& entry : patch)
    if (!contains(list, entry)) list.append(entry);
}

void delete_from_list(Json::Value& list, const Json::Value& gone) {
  Json::Value kept(Json::arrayValue);
  for (Json::Value& entry : list)
    if (!contains(gone, entry)) kept.append(std::move(entry));
  list = std::move(kept);
}

}  // namespace

void strategic_patch(Json::Value& object, const Json::Value& patch, const Schema& schema) {
  if (!patch.isObject()) {
    object = patch;
    return;
  }
  if (!object.isObject() || get_string(patch, "$patch") == "replace")
    object = Json::Value(Json::objectValue);
  static const std::string from_list = "$deleteFromPrimitiveList/";
  for (const std::string& name : patch.getMemberNames()) {
    const Json::Value& change = patch[name];
    if (name.starts_with(from_list)) {
      const std::string list = name.substr(from_list.size());
      if (object.isMember(list)) delete_from_list(object[list], change);
    } else if (name.starts_with('$')) {
      continue;
    } else if (change.isNull() || get_string(change, "$patch") == "delete") {
      object.removeMember(name);
    } else if (change.isArray()) {
      patch_list(object[name], change, below(schema, name));
    } else {
      strategic_patch(object[name], change, below(schema, name));
    }
  }
}

Outcome<void> json_patch(Json::Value& object, const Json::Value& patch) {
  if (!patch.isArray())
    return refuse(
        bad_request("json: cannot unmarshal object into Go value of type jsonpatch.Patch"));
  Json::Value changed = object;
  for (const Json::Value& step : patch) {
    const std::string op = get_string(step, "op");
    const std::string path = get_string(step, "path");
    const Json::Value* value = find(step, "value");
    const Json::Value given = value != nullptr ? *value : Json::Value();
    if (op == "test") {
      const auto tokens = parse_pointer(path);
      const Json::Value* found = tokens ? resolve(changed, *tokens) : nullptr;
      if (found == nullptr ? given.isNull() : same(*found, given)) continue;
      return refuse(unprocessable());
    }
    const PatchOp kind = op == "remove"    ? PatchOp::remove
                         : op == "replace" ? PatchOp::replace
                                           : PatchOp::add;
    if (op != "add" && op != "remove" && op != "replace")
      return refuse(bad_request("Unexpected kind: " + op));
    if (auto done = apply_patch(changed, {{kind, path, given}}); !done)
      return refuse(unprocessable());
  }
  object = std::move(changed);
  return {};
}

}  // namespace flotilla::simulator
