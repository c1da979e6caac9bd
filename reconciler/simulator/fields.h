#pragma once

#include "render/document/tree.h"

#include <map>
#include <string>
#include <vector>

// Sets of fields, as metadata.managedFields records them.
namespace flotilla::simulator {

// A tree of path elements in the notation of fieldsV1: f:NAME, k:{KEYS}, v:VALUE.
struct FieldSet {
  bool member = false;  // the path that leads here belongs to the set
  std::map<std::string, FieldSet> children;

  bool empty() const;
  bool operator==(const FieldSet&) const = default;
};

Json::Value to_fields_v1(const FieldSet& set);
FieldSet from_fields_v1(const Json::Value& fields);

FieldSet unite(FieldSet a, const FieldSet& b);
FieldSet intersect(const FieldSet& a, const FieldSet& b);
FieldSet subtract(const FieldSet& a, const FieldSet& b);

// Every member as messages name it, sorted: .spec.containers[name="web"].image
std::vector<std::string> paths_of(const FieldSet& set);

}  // namespace flotilla::simulator
