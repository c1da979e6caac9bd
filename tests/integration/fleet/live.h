#pragma once

#include "tests/integration/fleet/members.h"

#include <json/value.h>

#include <map>
#include <set>
#include <string>
#include <vector>

// What stands on the members, looked at by the test itself.
namespace flotilla::tests {

// "Deployment shop/catalog", "Namespace shop" → the object.
using LiveObjects = std::map<std::string, Json::Value>;

// A kind that scenarios use, and where it is served.
struct Collection {
  std::string kind;
  std::string root;  // "/api/v1", "/apis/apps/v1"
  std::string plural;
  bool namespaced = true;
};
const std::vector<Collection>& collections();

// Every object of these kinds that is not part of Kubernetes itself.
LiveObjects live_objects(const Members& members, const std::string& member);
std::set<std::string> names_of(const LiveObjects& objects);
std::set<std::string> names_on(const Members& members, const std::string& member);
// Without what is in flotilla-system, and that itself.
std::set<std::string> workload_names(const Members& members, const std::string& member);

std::string name_of(const Json::Value& object);  // "Deployment shop/catalog"
// Where an object of one of collections() is served, also one that is not there.
std::string path_of(const std::string& name);
std::string collection_path(const std::string& kind, const std::string& namespace_name);

// As JSON without what a server counts or times: two runs that end alike are equal in it.
std::map<std::string, std::string> comparable(const LiveObjects& objects);

// Where `live` lacks something of `wanted` or has another value; empty if nowhere.
std::string first_difference(const Json::Value& wanted, const Json::Value& live,
                             const std::string& path = "");

// The objects that carry the owner's label: "Kind.group" of each, and their names.
struct Owned {
  std::set<std::string> names;
  std::set<std::string> group_kinds;
};
Owned owned_objects(const LiveObjects& objects);
// What the inventory parent names in applyset.kubernetes.io/contains-group-kinds.
std::set<std::string> recorded_group_kinds(const LiveObjects& objects, const std::string& owner);

}  // namespace flotilla::tests
