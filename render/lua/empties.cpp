#include "render/lua/empties.h"

#include <set>
#include <string>

namespace flotilla::lua {
namespace {

// Paths are field names, each followed by a NUL.
struct Empties {
  std::set<std::string> maps;
  std::set<std::string> lists;
};

std::string below(const std::string& path, const std::string& name) {
  std::string longer = path + name;
  longer.push_back('\0');
  return longer;
}

void collect(const Json::Value& value, const std::string& path, Empties& empties);

void collect_child(const Json::Value& child, const std::string& path, Empties& empties) {
  if (child.isObject() && child.empty()) empties.maps.insert(path);
  if (child.isArray() && child.empty()) empties.lists.insert(path);
  collect(child, path, empties);
}

void collect(const Json::Value& value, const std::string& path, Empties& empties) {
  if (value.isArray())
    for (const Json::Value& entry : value) collect_child(entry, path, empties);
  if (value.isObject())
    for (auto field = value.begin(); field != value.end(); ++field)
      collect_child(*field, below(path, field.name()), empties);
}

void settle(Json::Value& value, const std::string& path, const Empties& empties);

// False if the child is to be removed.
bool settle_child(Json::Value& child, const std::string& path, const Empties& empties) {
  if (!child.isArray() || !child.empty()) {
    settle(child, path, empties);
    return true;
  }
  if (empties.maps.contains(path)) {
    child = Json::Value(Json::objectValue);
    return true;
  }
  return empties.lists.contains(path);
}

void settle(Json::Value& value, const std::string& path, const Empties& empties) {
  if (value.isArray()) {
    Json::ArrayIndex kept = 0;
    for (Json::ArrayIndex i = 0; i < value.size(); ++i) {
      if (!settle_child(value[i], path, empties)) continue;
      if (kept != i) value[kept].swap(value[i]);
      ++kept;
    }
    value.resize(kept);
  }
  if (value.isObject())
    for (const std::string& name : value.getMemberNames())
      if (!settle_child(value[name], below(path, name), empties)) value.removeMember(name);
}

}  // namespace

void settle_empties(Json::Value& value, const std::vector<const Json::Value*>& references) {
  Empties empties;
  for (const Json::Value* reference : references)
    if (reference != nullptr) collect(*reference, {}, empties);
  settle(value, {}, empties);
}

}  // namespace flotilla::lua
