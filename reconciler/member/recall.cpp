#include "reconciler/member/recall.h"

#include "reconciler/member/inventory.h"
#include "render/document/json.h"
#include "render/interpreter/interpreter.h"
#include "render/manifest/ownership.h"

#include <set>

namespace flotilla::member {
namespace {

using Standings = std::map<ObjectKey, decision::Standing>;

struct Search {
  RecallOrder order;
  std::string applyset_id;
  Standings standings = {};
  std::optional<kube::ApiError> fault = {};  // of the cluster as a whole
};
using SearchPtr = std::shared_ptr<Search>;

void note(Search& search, const kube::Resource& resource, const Json::Value& live) {
  if (!is_ours(live, search.applyset_id)) return;
  if (find_path(live, {"metadata", "deletionTimestamp"}) != nullptr) return;
  ObjectKey key = key_of(live);
  key.group = resource.group;
  decision::Standing& standing = search.standings[key];
  standing.since = get_string(live, {"metadata", "creationTimestamp"});
  const auto replicas = search.order.decision->interpreter->replicas(live);
  if (replicas && *replicas) standing.replicas = (*replicas)->count;
}

kube::Task<kube::ApiResult<bool>> list(kube::Client& client, SearchPtr search,
                                       kube::Resource resource, std::string space) {
  const std::string api_version =
      resource.group.empty() ? resource.version : resource.group + "/" + resource.version;
  kube::ListOptions options;
  options.label_selector = std::string(manifest::part_of_label) + "=" + search->applyset_id;
  options.metadata_only = !search->order.decision->interpreter->has(
      interpreter::Operation::replicas, api_version, resource.kind);
  options.begin = [] {};
  options.each = [search, resource](Json::Value live) { note(*search, resource, live); };
  auto answer = co_await client.list(resource, space, options);
  if (!answer) co_return tl::unexpected(std::move(answer).error());
  co_return true;
}

// Namespace by namespace where the whole cluster is beyond reach.
kube::Task<> search_kind(kube::Client& client, SearchPtr search, kube::Resource resource,
                         std::set<std::string> spaces) {
  auto listed = co_await list(client, search, resource, std::string());
  if (listed) co_return;
  const kube::Fault fault = kube::fault_of(listed.error());
  if (fault != kube::Fault::forbidden) {
    if (fault != kube::Fault::not_found) search->fault = std::move(listed).error();
    co_return;
  }
  if (!resource.namespaced) co_return;
  for (const std::string& space : spaces) {
    auto part = co_await list(client, search, resource, space);
    const bool refused = !part && kube::fault_of(part.error()) == kube::Fault::forbidden;
    if (!part && !refused) search->fault = std::move(part).error();
  }
}

}  // namespace

kube::Task<kube::ApiResult<Standings>> recall(kube::Client& client, RecallOrder order) {
  auto parent = co_await read_parent(client, order.owner);
  const bool unreadable = !parent && kube::fault_of(parent.error()) == kube::Fault::forbidden;
  if (!parent && !unreadable) co_return tl::unexpected(std::move(parent).error());
  if (parent && !parent->exists) co_return Standings();
  const bool foreign = parent && !parent->root_commit.empty() && !order.root_commit.empty() &&
                       parent->root_commit != order.root_commit;
  if (foreign) co_return Standings();
  auto discovery = co_await client.discover();
  if (!discovery) co_return tl::unexpected(std::move(discovery).error());
  std::map<GroupKind, std::set<std::string>> kinds;
  if (parent)
    for (const GroupKind& kind : parent->kinds) kinds[kind];
  for (const decision::Binding& binding : order.decision->bindings) {
    const GroupKind kind = binding.object.group_kind();
    if (unreadable || kinds.contains(kind)) kinds[kind].insert(binding.object.namespace_);
  }
  const auto search = std::make_shared<Search>();
  search->applyset_id = manifest::applyset_id(order.owner);
  search->order = std::move(order);
  std::vector<kube::Task<>> searches;
  for (const auto& [kind, spaces] : kinds)
    if (const kube::Resource* resource = discovery->find(kind))
      searches.push_back(search_kind(client, search, *resource, spaces));
  co_await kube::all(std::move(searches));
  if (search->fault) co_return tl::unexpected(std::move(*search->fault));
  co_return std::move(search->standings);
}

}  // namespace flotilla::member
