#include "reconciler/cluster_status/condition.h"

namespace flotilla::cluster_status {

Condition ready_condition(Health health) {
  switch (health) {
    case Health::ready:
      break;
    case Health::not_ready:
      return {"Ready", "False", "ClusterNotReady",
              "cluster is reachable but health endpoint responded without ok"};
    case Health::not_reachable:
      return {"Ready", "False", "ClusterNotReachable", "cluster is not reachable"};
  }
  return {"Ready", "True", "ClusterReady", "cluster is healthy and ready to accept workloads"};
}

Condition collection_failed(const std::string& why) {
  return {"Ready", "False", "StatusCollectionFailed", why};
}

Json::Value condition_list(const std::vector<Condition>& conditions) {
  Json::Value list(Json::arrayValue);
  for (const Condition& condition : conditions) {
    Json::Value entry(Json::objectValue);
    entry["type"] = condition.type;
    entry["status"] = condition.status;
    entry["reason"] = condition.reason;
    entry["message"] = condition.message;
    list.append(std::move(entry));
  }
  return list;
}

}  // namespace flotilla::cluster_status
