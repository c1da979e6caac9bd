#include "reconciler/kube/discovery.h"

#include "reconciler/kube/names.h"
#include "reconciler/kube/session.h"
#include "render/document/tree.h"

#include <fmt/format.h>

#include <algorithm>

namespace flotilla::kube {
namespace {

constexpr std::string_view kAccept =
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
    "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";

const Json::Value& list_at(const Json::Value& map, std::string_view key) {
  static const Json::Value none(Json::arrayValue);
  const Json::Value* list = find(map, key);
  return list != nullptr && list->isArray() ? *list : none;
}

void add(Discovery& discovery, Resource resource) {
  if (resource.kind.empty() || resource.plural.empty()) return;
  discovery.kinds[{resource.group, resource.kind}].push_back(std::move(resource));
}

void add_aggregated_version(Discovery& discovery, const GroupVersion& of,
                            const Json::Value& version) {
  if (get_string(version, "freshness") == "Stale") {
    add_fault(discovery, of, "the API server behind it does not answer (stale discovery)");
  }
  for (const Json::Value& entry : list_at(version, "resources")) {
    Resource resource;
    resource.group = of.group;
    resource.version = of.version;
    resource.kind = get_string(entry, {"responseKind", "kind"});
    resource.plural = get_string(entry, "resource");
    resource.namespaced = get_string(entry, "scope") == "Namespaced";
    resource.verbs = get_strings(entry, "verbs");
    add(discovery, std::move(resource));
  }
}

}  // namespace

std::string GroupVersion::path() const {
  return (group.empty() ? "/api/" : "/apis/" + group + "/") + version;
}

std::string GroupVersion::text() const { return group.empty() ? version : group + "/" + version; }

bool is_aggregated(const Json::Value& document) {
  return get_string(document, "kind") == "APIGroupDiscoveryList";
}

void add_aggregated(Discovery& discovery, const Json::Value& document) {
  for (const Json::Value& group : list_at(document, "items")) {
    for (const Json::Value& version : list_at(group, "versions")) {
      const GroupVersion of{get_string(group, {"metadata", "name"}),
                            get_string(version, "version")};
      add_aggregated_version(discovery, of, version);
    }
  }
}

std::vector<GroupVersion> group_versions(const Json::Value& document) {
  std::vector<GroupVersion> found;
  if (get_string(document, "kind") == "APIVersions") {
    for (std::string& version : get_strings(document, "versions")) found.push_back({{}, version});
  }
  for (const Json::Value& group : list_at(document, "groups")) {
    const std::string preferred = get_string(group, {"preferredVersion", "version"});
    std::vector<GroupVersion> of_group;
    for (const Json::Value& version : list_at(group, "versions")) {
      of_group.push_back({get_string(group, "name"), get_string(version, "version")});
    }
    std::stable_partition(of_group.begin(), of_group.end(),
                          [&](const GroupVersion& one) { return one.version == preferred; });
    found.insert(found.end(), of_group.begin(), of_group.end());
  }
  return found;
}

void add_classic(Discovery& discovery, const GroupVersion& of, const Json::Value& document) {
  for (const Json::Value& entry : list_at(document, "resources")) {
    Resource resource;
    resource.plural = get_string(entry, "name");
    if (resource.plural.find('/') != std::string::npos) continue;  // a subresource
    resource.group = of.group;
    resource.version = of.version;
    resource.kind = get_string(entry, "kind");
    resource.namespaced = get_bool(entry, "namespaced", false);
    resource.verbs = get_strings(entry, "verbs");
    add(discovery, std::move(resource));
  }
}

void add_fault(Discovery& discovery, const GroupVersion& of, std::string_view why) {
  discovery.faults.push_back(error_at(
      "discovery-failed", {}, fmt::format("kinds of {} are not known: {}", of.text(), why)));
}

const Resource* Discovery::find(const GroupKind& kind) const {
  const auto entry = kinds.find(kind);
  return entry == kinds.end() || entry->second.empty() ? nullptr : &entry->second.front();
}

const Resource* Discovery::find(const GroupKind& kind, std::string_view version) const {
  const auto entry = kinds.find(kind);
  if (entry == kinds.end()) return nullptr;
  const auto found = std::ranges::find(entry->second, version, &Resource::version);
  return found == entry->second.end() ? nullptr : &*found;
}

namespace {

Task<ApiResult<Json::Value>> read_document(SessionPtr session, std::string path) {
  Call call;
  call.path = std::move(path);
  call.accept = kAccept;
  ApiResult<HttpResponse> answer = co_await exchange(std::move(session), std::move(call));
  if (!answer) co_return tl::unexpected(std::move(answer).error());
  co_return json_of(*answer);
}

using Documents = std::vector<ApiResult<Json::Value>>;

Task<> read_into(SessionPtr session, std::string path, ApiResult<Json::Value>* document) {
  *document = co_await read_document(std::move(session), std::move(path));
}

using KindNames = std::map<GroupKind, Names>;

// Group by group, side by side; one that fails is a fault and the others stay.
Task<> add_group_by_group(SessionPtr session, Discovery* discovery, KindNames* names,
                          std::vector<GroupVersion> versions) {
  Documents documents(versions.size());
  std::vector<Task<>> tasks;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    tasks.push_back(read_into(session, versions[i].path(), &documents[i]));
  }
  co_await all(std::move(tasks));
  for (std::size_t i = 0; i < versions.size(); ++i) {
    if (documents[i]) {
      add_classic(*discovery, versions[i], *documents[i]);
      if (names != nullptr) add_names(*names, versions[i].group, *documents[i]);
    } else {
      add_fault(*discovery, versions[i], documents[i].error().error.message);
    }
  }
}

// Without `names` those of the documents are passed over.
Task<ApiResult<Discovery>> read_all(SessionPtr session, KindNames* names) {
  Discovery discovery;
  for (const char* root : {"/api", "/apis"}) {
    ApiResult<Json::Value> document = co_await read_document(session, root);
    if (!document) co_return tl::unexpected(std::move(document).error());
    if (is_aggregated(*document)) {
      add_aggregated(discovery, *document);
      if (names != nullptr) add_names(*names, {}, *document);
    } else {
      co_await add_group_by_group(session, &discovery, names, group_versions(*document));
    }
  }
  co_return std::move(discovery);
}

}  // namespace

Task<ApiResult<Discovery>> discover_all(SessionPtr session) {
  return read_all(std::move(session), nullptr);
}

Task<ApiResult<NamedDiscovery>> discover_named_all(SessionPtr session) {
  NamedDiscovery discovery;
  ApiResult<Discovery> served = co_await read_all(std::move(session), &discovery.names);
  if (!served) co_return tl::unexpected(std::move(served).error());
  discovery.served = std::move(*served);
  co_return std::move(discovery);
}

}  // namespace flotilla::kube
