#include "reconciler/simulator/discovery.h"

#include "reconciler/simulator/call.h"
#include "reconciler/simulator/openapi.h"
#include "render/document/json.h"

#include <algorithm>
#include <set>

namespace flotilla::simulator {

namespace {

Json::Value map() { return Json::Value(Json::objectValue); }
Json::Value list() { return Json::Value(Json::arrayValue); }

Json::Value texts(const std::vector<std::string>& values) {
  Json::Value array = list();
  for (const std::string& value : values) array.append(value);
  return array;
}

std::vector<std::string> verbs_of(const Kind& kind) {
  if (kind.id() == "namespaces")
    return {"create", "delete", "get", "list", "patch", "update", "watch"};
  if (kind.custom)
    return {"delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"};
  return {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"};
}

struct GroupVersion {
  std::string group;
  std::string version;
  std::vector<KindPtr> kinds;
};

// The groups in the order in which a server lists them: built-in ones as they come, then custom
// ones.
std::vector<std::pair<std::string, std::vector<GroupVersion>>> groups_of(const World& world) {
  std::map<std::string, std::map<std::string, std::vector<KindPtr>>> found;
  std::map<std::string, std::vector<std::string>> order;
  for (const auto& [id, kind] : world.kinds.all()) {
    for (const Version& version : kind->versions) {
      if (!version.served) continue;
      auto& kinds = found[kind->group][version.name];
      if (kinds.empty()) order[kind->group].push_back(version.name);
      kinds.push_back(kind);
    }
  }
  std::vector<std::pair<std::string, std::vector<GroupVersion>>> groups;
  for (auto& [group, versions] : found) {
    groups.emplace_back(group, std::vector<GroupVersion>{});
    for (const std::string& version : order[group])
      groups.back().second.push_back({group, version, versions[version]});
  }
  return groups;
}

// --- the old form: one document a version

Json::Value resource_entry(const Kind& kind, const std::string& subresource) {
  Json::Value entry = map();
  entry["name"] = subresource.empty() ? kind.plural : kind.plural + "/" + subresource;
  entry["singularName"] = subresource.empty() ? kind.singular : "";
  entry["namespaced"] = kind.namespaced;
  entry["kind"] = subresource == "scale" ? "Scale" : kind.kind;
  entry["verbs"] = subresource.empty() ? texts(verbs_of(kind)) : texts({"get", "patch", "update"});
  if (subresource == "scale") {
    entry["group"] = "autoscaling";
    entry["version"] = "v1";
  }
  if (!subresource.empty()) return entry;
  if (!kind.short_names.empty()) entry["shortNames"] = texts(kind.short_names);
  if (!kind.categories.empty()) entry["categories"] = texts(kind.categories);
  return entry;
}

Json::Value resource_list(const GroupVersion& served) {
  Json::Value document = map();
  document["kind"] = "APIResourceList";
  document["apiVersion"] = "v1";
  document["groupVersion"] = api_version(served.group, served.version);
  document["resources"] = list();
  for (const KindPtr& kind : served.kinds) {
    document["resources"].append(resource_entry(*kind, ""));
    const Version& version = *kind->version(served.version);
    if (version.scale) document["resources"].append(resource_entry(*kind, "scale"));
    if (version.status) document["resources"].append(resource_entry(*kind, "status"));
  }
  return document;
}

Json::Value group_entry(const std::string& group, const std::vector<GroupVersion>& versions) {
  Json::Value entry = map();
  entry["name"] = group;
  for (const GroupVersion& served : versions) {
    Json::Value version = map();
    version["groupVersion"] = api_version(group, served.version);
    version["version"] = served.version;
    entry["versions"].append(std::move(version));
  }
  entry["preferredVersion"] = entry["versions"][0];
  return entry;
}

Json::Value group_list(const World& world) {
  Json::Value document = map();
  document["kind"] = "APIGroupList";
  document["apiVersion"] = "v1";
  document["groups"] = list();
  for (const auto& [group, versions] : groups_of(world))
    if (!group.empty()) document["groups"].append(group_entry(group, versions));
  return document;
}

Json::Value core_versions() {
  Json::Value document = map();
  document["kind"] = "APIVersions";
  document["versions"] = texts({"v1"});
  document["serverAddressByClientCIDRs"] = list();
  return document;
}

// --- the aggregated form: one document for everything

Json::Value response_kind(const std::string& group, const std::string& version,
                          const std::string& kind) {
  Json::Value entry = map();
  entry["group"] = group;
  entry["version"] = version;
  entry["kind"] = kind;
  return entry;
}

Json::Value aggregated_resource(const Kind& kind, const Version& version) {
  Json::Value entry = map();
  entry["resource"] = kind.plural;
  entry["responseKind"] = response_kind(kind.group, version.name, kind.kind);
  entry["scope"] = kind.namespaced ? "Namespaced" : "Cluster";
  entry["singularResource"] = kind.singular;
  entry["verbs"] = texts(verbs_of(kind));
  if (!kind.short_names.empty()) entry["shortNames"] = texts(kind.short_names);
  if (!kind.categories.empty()) entry["categories"] = texts(kind.categories);
  const auto add = [&](const char* name, Json::Value answer) {
    Json::Value subresource = map();
    subresource["subresource"] = name;
    subresource["responseKind"] = std::move(answer);
    subresource["verbs"] = texts({"get", "patch", "update"});
    entry["subresources"].append(std::move(subresource));
  };
  if (version.scale) add("scale", response_kind("autoscaling", "v1", "Scale"));
  if (version.status) add("status", response_kind(kind.group, version.name, kind.kind));
  return entry;
}

Json::Value aggregated(const World& world, const std::string& api_version, bool core) {
  Json::Value document = map();
  document["kind"] = "APIGroupDiscoveryList";
  document["apiVersion"] = api_version;
  document["metadata"] = map();
  document["items"] = list();
  for (const auto& [group, versions] : groups_of(world)) {
    if (group.empty() != core) continue;
    Json::Value item = map();
    item["metadata"] = map();
    if (!group.empty()) item["metadata"]["name"] = group;
    for (const GroupVersion& served : versions) {
      Json::Value version = map();
      version["version"] = served.version;
      version["freshness"] = "Current";
      for (const KindPtr& kind : served.kinds)
        version["resources"].append(aggregated_resource(*kind, *kind->version(served.version)));
      item["versions"].append(std::move(version));
    }
    document["items"].append(std::move(item));
  }
  return document;
}

std::optional<http::Response> aggregated_if_asked(const World& world, const http::Request& request,
                                                  bool core) {
  const auto accept = request.headers.find("accept");
  if (accept == request.headers.end()) return std::nullopt;
  for (const char* version : {"v2", "v2beta1"}) {
    const std::string wanted = std::string("v=") + version + ";";
    for (const std::string& type : {accept->second + ";"}) {
      if (type.find("as=APIGroupDiscoveryList") == std::string::npos ||
          type.find(wanted) == std::string::npos)
        continue;
      http::Response response = json_response(
          200,
          canonical_json(aggregated(world, std::string("apidiscovery.k8s.io/") + version, core)));
      response.content_type = std::string("application/json;g=apidiscovery.k8s.io;v=") + version +
                              ";as=APIGroupDiscoveryList";
      return response;
    }
  }
  return std::nullopt;
}

http::Response version_document(const World& world) {
  const std::string& version = world.options.kubernetes_version;
  const auto dot = version.find('.');
  const auto second = version.find('.', dot + 1);
  Json::Value document = map();
  document["major"] = version.substr(1, dot - 1);
  document["minor"] = version.substr(dot + 1, second - dot - 1);
  document["gitVersion"] = version;
  document["gitCommit"] = "";
  document["gitTreeState"] = "";
  document["buildDate"] = "1970-01-01T00:00:00Z";
  document["goVersion"] = "none";
  document["compiler"] = "g++";
  document["platform"] = "linux/amd64";
  return json_response(200, canonical_json(document));
}

http::Response plain(const std::string& text) {
  http::Response response = json_response(200, text);
  response.content_type = "text/plain; charset=utf-8";
  return response;
}

std::optional<http::Response> groups_document(const World& world,
                                              const std::vector<std::string>& parts) {
  for (const auto& [group, versions] : groups_of(world)) {
    if (group != (parts[0] == "api" ? "" : parts[1])) continue;
    if (parts[0] == "apis" && parts.size() == 2) {
      Json::Value entry = group_entry(group, versions);
      entry["kind"] = "APIGroup";
      entry["apiVersion"] = "v1";
      return json_response(200, canonical_json(entry));
    }
    for (const GroupVersion& served : versions)
      if (served.version == parts.back())
        return json_response(200, canonical_json(resource_list(served)));
  }
  return std::nullopt;
}

}  // namespace

std::optional<http::Response> discover(const World& world, const http::Request& request,
                                       const std::vector<std::string>& parts) {
  if (request.method != "GET" || parts.empty()) return std::nullopt;
  const std::string& first = parts.front();
  if (first == "healthz" || first == "livez" || first == "readyz") return plain("ok");
  if (first == "version" && parts.size() == 1) return version_document(world);
  if (first == "openapi" && parts.size() >= 2) return openapi(world, request, parts);
  if (first != "api" && first != "apis") return std::nullopt;
  if (parts.size() == 1) {
    if (auto document = aggregated_if_asked(world, request, first == "api")) return document;
    return json_response(200, canonical_json(first == "api" ? core_versions() : group_list(world)));
  }
  if (parts.size() > (first == "api" ? 2U : 3U)) return std::nullopt;
  return groups_document(world, parts);
}

}  // namespace flotilla::simulator
