#include "reconciler/simulator/fields.h"

#include "render/document/field_element.h"

namespace flotilla::simulator {

bool FieldSet::empty() const {
  if (member) return false;
  for (const auto& [element, child] : children)
    if (!child.empty()) return false;
  return true;
}

Json::Value to_fields_v1(const FieldSet& set) {
  Json::Value fields(Json::objectValue);
  if (set.member && !set.children.empty()) fields["."] = Json::Value(Json::objectValue);
  for (const auto& [element, child] : set.children) fields[element] = to_fields_v1(child);
  return fields;
}

namespace {

FieldSet read(const Json::Value& fields, bool below_root) {
  FieldSet set;
  set.member = below_root && (fields.empty() || fields.isMember("."));
  for (const std::string& element : fields.getMemberNames())
    if (element != ".") set.children[element] = read(fields[element], true);
  return set;
}

void collect(const FieldSet& set, const std::string& path, std::vector<std::string>& into) {
  if (set.member) into.push_back(path);
  for (const auto& [element, child] : set.children)
    collect(child, path + field_element_text(element), into);
}

}  // namespace

FieldSet from_fields_v1(const Json::Value& fields) {
  return fields.isObject() ? read(fields, false) : FieldSet{};
}

FieldSet unite(FieldSet a, const FieldSet& b) {
  a.member = a.member || b.member;
  for (const auto& [element, child] : b.children) {
    FieldSet& mine = a.children[element];
    mine = unite(std::move(mine), child);
  }
  return a;
}

FieldSet intersect(const FieldSet& a, const FieldSet& b) {
  FieldSet both{a.member && b.member, {}};
  for (const auto& [element, child] : a.children) {
    const auto other = b.children.find(element);
    if (other == b.children.end()) continue;
    FieldSet common = intersect(child, other->second);
    if (!common.empty()) both.children.emplace(element, std::move(common));
  }
  return both;
}

FieldSet subtract(const FieldSet& a, const FieldSet& b) {
  FieldSet rest{a.member && !b.member, {}};
  for (const auto& [element, child] : a.children) {
    const auto other = b.children.find(element);
    FieldSet left = other == b.children.end() ? child : subtract(child, other->second);
    if (!left.empty()) rest.children.emplace(element, std::move(left));
  }
  return rest;
}

std::vector<std::string> paths_of(const FieldSet& set) {
  std::vector<std::string> paths;
  collect(set, "", paths);
  return paths;
}

}  // namespace flotilla::simulator
