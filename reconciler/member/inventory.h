#pragma once

#include "reconciler/decision/plan.h"
#include "reconciler/kube/client.h"
#include "reconciler/member/hold.h"

#include <set>
#include <string>

// What is ours on a cluster, kept on the cluster itself by the ApplySet convention (KEP-3659): a
// parent ConfigMap names the group-kinds in use, and every object carries the label part-of. The
// parent names a kind before its first object is applied.
namespace flotilla::member {

inline constexpr std::string_view system_namespace = "flotilla-system";

// Served by every API server; needed before discovery.
const kube::Resource& namespaces();
const kube::Resource& config_maps();

struct Parent {
  bool exists = false;
  std::set<GroupKind> kinds;
  std::string root_commit;
  std::string cluster;  // name of the Cluster that it was written for
  std::string resource_version;
  std::optional<Hold> hold;  // may stand there before there is a parent
};

kube::Task<kube::ApiResult<Parent>> read_parent(kube::Client& client, std::string owner);
// Writes the parent as it was read with other kinds, making flotilla-system first if it is missing,
// and gives it as it stands then. A conflict if somebody else wrote it since it was read.
kube::Task<kube::ApiResult<Parent>> write_parent(kube::Client& client, std::string owner,
                                                 Parent parent);
// Deletes it, as it was read.
kube::Task<kube::ApiResult<bool>> remove_parent(kube::Client& client, std::string owner,
                                                Parent parent);

// An inventory item as the live object tells it.
decision::InventoryItem item_of(const Json::Value& live);

// True if our label only came along when a controller copied the labels of one of our objects to a
// child of it (Service → EndpointSlice, Ingress → Certificate): what we apply says its origin and
// has no controller.
bool is_copy(const Json::Value& live);

// True if the object is ours: it carries our label, or lost it and still has fields that our field
// manager applied.
bool is_ours(const Json::Value& live, std::string_view applyset_id);

// "waits for its finalizers: a, b"; empty if there are none.
std::string finalizers_text(const Json::Value& live);

}  // namespace flotilla::member
