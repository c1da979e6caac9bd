#include "reconciler/cluster_status/api_enablements.h"

#include <map>

namespace flotilla::cluster_status {
namespace {

Condition complete_condition(bool any, std::size_t faults) {
  const std::string type = "CompleteAPIEnablements";
  if (faults == 0 && any) return {type, "True", "Complete", "all APIs of the cluster are known"};
  if (!any) return {type, "False", "Empty", "no API of the cluster is known"};
  return {type, "False", "Partial",
          std::to_string(faults) + (faults == 1 ? " API group version" : " API group versions") +
              " could not be discovered"};
}

}  // namespace

ApiEnablements api_enablements(const kube::Discovery& discovery) {
  std::map<std::string, std::map<std::string, std::string>> by_version;  // plural → kind
  for (const auto& [kind, resources] : discovery.kinds)
    for (const kube::Resource& one : resources)
      by_version[one.group.empty() ? one.version : one.group + "/" + one.version][one.plural] =
          one.kind;
  ApiEnablements enablements;
  enablements.list = Json::Value(Json::arrayValue);
  for (const auto& [version, kinds] : by_version) {
    Json::Value entry(Json::objectValue);
    entry["groupVersion"] = version;
    for (const auto& [plural, kind] : kinds) {
      Json::Value resource(Json::objectValue);
      resource["name"] = plural;
      resource["kind"] = kind;
      entry["resources"].append(std::move(resource));
    }
    enablements.list.append(std::move(entry));
  }
  enablements.complete = complete_condition(!by_version.empty(), discovery.faults.size());
  return enablements;
}

}  // namespace flotilla::cluster_status
