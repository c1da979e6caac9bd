#pragma once

#include "render/document/tree.h"

#include <string>
#include <vector>

// The entries of metadata.managedFields, followed down a manifest side by side.
namespace flotilla::manifest {

// What one entry says about one place of the object: nothing beneath (or only ".") is the place as
// a whole.
struct Claim {
  const Json::Value* entry;
  const Json::Value* fields;  // fieldsV1 from there on
};

// All that is claimed at one place and beneath. Points into the metadata that it was read from.
struct Claims {
  std::vector<Claim> ours;    // field_manager, operation Apply, no subresource: one per apiVersion
  std::vector<Claim> others;  // in the server's order, which is that of time

  bool none() const { return ours.empty() && others.empty(); }
};

Claims claims_of(const Json::Value& metadata);

// True if somebody claims a part of the place. Otherwise it is a unit to the server (a scalar, an
// atomic map or list), or not there at all. A whole claim on a divided place is one on the
// container alone: the set of an applier whose last field was taken shrinks to that.
bool is_divided(const Claims& claims);

// At the child that a path element names. Whole claims do not go down.
Claims below(const Claims& claims, const std::string& element);
Claims below_field(const Claims& claims, const std::string& name);

// The path element of each item of a manifest's list, as the claims know it. Keys that the manifest
// leaves to the server's defaults may have any value there, but each element is used once, and
// first by the item that states it completely. An item that nobody claims gets the element that its
// own keys give.
std::vector<std::string> elements_of(const Json::Value& list, const Claims& claims);

// The names of the keys in an element, none if it is no k:{...}.
std::vector<std::string> keys_of(const std::string& element);

}  // namespace flotilla::manifest
