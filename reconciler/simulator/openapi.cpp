#include "reconciler/simulator/openapi.h"

#include "reconciler/simulator/call.h"
#include "render/base/text.h"
#include "render/document/json.h"

namespace flotilla::simulator {

namespace {

Json::Value info() {
  Json::Value document(Json::objectValue);
  document["title"] = "Kubernetes";
  document["version"] = "v1";
  return document;
}

std::string path_of(const std::string& group, const std::string& version) {
  return group.empty() ? "api/" + version : "apis/" + group + "/" + version;
}

Json::Value index(const World& world) {
  Json::Value document(Json::objectValue);
  Json::Value& paths = document["paths"] = Json::Value(Json::objectValue);
  for (const auto& [id, kind] : world.kinds.all())
    for (const Version& version : kind->versions)
      if (const std::string path = path_of(kind->group, version.name); version.served)
        paths[path]["serverRelativeURL"] = "/openapi/v3/" + path + "?hash=0";
  return document;
}

// The parameters that kubectl looks for before it sends fieldValidation or a dry run.
Json::Value patch_operation(const Kind& kind, const Version& version) {
  Json::Value operation(Json::objectValue);
  Json::Value type(Json::objectValue);
  type["group"] = kind.group;
  type["version"] = version.name;
  type["kind"] = kind.kind;
  operation["x-kubernetes-group-version-kind"] = type;
  operation["x-kubernetes-action"] = "patch";
  for (const char* name : {"dryRun", "fieldManager", "fieldValidation", "force"}) {
    Json::Value parameter(Json::objectValue);
    parameter["name"] = name;
    parameter["in"] = "query";
    parameter["schema"]["type"] = "string";
    operation["parameters"].append(std::move(parameter));
  }
  operation["responses"]["200"]["description"] = "OK";
  return operation;
}

std::optional<Json::Value> group_version(const World& world, const std::string& wanted) {
  Json::Value document(Json::objectValue);
  document["openapi"] = "3.0.0";
  document["info"] = info();
  document["components"]["schemas"] = Json::Value(Json::objectValue);
  bool found = false;
  for (const auto& [id, kind] : world.kinds.all()) {
    for (const Version& version : kind->versions) {
      const std::string path = path_of(kind->group, version.name);
      if (path != wanted || !version.served) continue;
      found = true;
      const std::string scope = kind->namespaced ? "/namespaces/{namespace}" : "";
      document["paths"]["/" + path + scope + "/" + kind->plural + "/{name}"]["patch"] =
          patch_operation(*kind, version);
      Json::Value schema(Json::objectValue);
      schema["type"] = "object";
      schema["x-kubernetes-preserve-unknown-fields"] = true;
      schema["x-kubernetes-group-version-kind"].append(
          patch_operation(*kind, version)["x-kubernetes-group-version-kind"]);
      document["components"]["schemas"][kind->group + "." + version.name + "." + kind->kind] =
          std::move(schema);
    }
  }
  if (!found) return std::nullopt;
  return document;
}

}  // namespace

std::optional<http::Response> openapi(const World& world, const http::Request&,
                                      const std::vector<std::string>& parts) {
  if (parts[1] == "v2") {
    Json::Value document(Json::objectValue);
    document["swagger"] = "2.0";
    document["info"] = info();
    document["paths"] = Json::Value(Json::objectValue);
    document["definitions"] = Json::Value(Json::objectValue);
    return json_response(200, canonical_json(document));
  }
  if (parts[1] != "v3") return std::nullopt;
  if (parts.size() == 2) return json_response(200, canonical_json(index(world)));
  const auto document =
      group_version(world, join(std::vector<std::string>(parts.begin() + 2, parts.end()), "/"));
  if (!document) return std::nullopt;
  return json_response(200, canonical_json(*document));
}

}  // namespace flotilla::simulator
