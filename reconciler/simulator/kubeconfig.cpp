#include "reconciler/simulator/simulator.h"
#include "render/base/text.h"
#include "render/document/json.h"
#include "render/yaml/emitter.h"

namespace flotilla::simulator {

std::string kubeconfig(const std::vector<KubeconfigEntry>& entries) {
  Json::Value config(Json::objectValue);
  config["apiVersion"] = "v1";
  config["kind"] = "Config";
  config["preferences"] = Json::Value(Json::objectValue);
  config["current-context"] = entries.empty() ? "" : entries.front().name;
  for (const char* list : {"clusters", "users", "contexts"})
    config[list] = Json::Value(Json::arrayValue);
  for (const KubeconfigEntry& entry : entries) {
    Json::Value cluster(Json::objectValue);
    cluster["name"] = entry.name;
    cluster["cluster"]["server"] = entry.server;
    cluster["cluster"]["certificate-authority-data"] = base64_encode(entry.ca_pem);
    config["clusters"].append(std::move(cluster));

    Json::Value user(Json::objectValue);
    user["name"] = entry.name;
    user["user"]["token"] = entry.token;
    config["users"].append(std::move(user));

    Json::Value context(Json::objectValue);
    context["name"] = entry.name;
    context["context"]["cluster"] = entry.name;
    context["context"]["user"] = entry.name;
    config["contexts"].append(std::move(context));
  }
  return yaml::emit(config);
}

}  // namespace flotilla::simulator
