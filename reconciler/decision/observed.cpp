#include "reconciler/decision/observed.h"

#include "render/document/tree.h"

#include <algorithm>

namespace flotilla::decision {
namespace {

const Json::Value& conditions_in(const Json::Value& status) {
  static const Json::Value none(Json::arrayValue);
  const Json::Value* list = find(status, "conditions");
  return list != nullptr && list->isArray() ? *list : none;
}

const Json::Value* condition_of(const Json::Value& status, const std::string& type) {
  for (const Json::Value& condition : conditions_in(status))
    if (get_string(condition, "type") == type) return &condition;
  return nullptr;
}

// Says how a pass went, or that there was none, and nothing of the cluster's health.
bool is_about_passes(const std::string& reason) {
  return reason == "NotTried" || reason == "PassFailed";
}

void put_condition(Json::Value& status, const Json::Value& condition) {
  Json::Value& list = status["conditions"];
  if (!list.isArray()) list = Json::Value(Json::arrayValue);
  for (Json::Value& known : list)
    if (get_string(known, "type") == get_string(condition, "type")) {
      known = condition;
      return;
    }
  list.append(condition);
}

}  // namespace

std::vector<overrides::Taint> condition_taints(const Json::Value& status) {
  const Json::Value* ready = condition_of(status, "Ready");
  if (ready == nullptr || is_about_passes(get_string(*ready, "reason"))) return {};
  const std::string value = get_string(*ready, "status");
  if (value == "False") return {{std::string(not_ready_taint), "", "NoSchedule"}};
  if (value == "Unknown") return {{std::string(unreachable_taint), "", "NoSchedule"}};
  return {};
}

Json::Value with_later(const Json::Value& earlier, const Json::Value& later) {
  if (!later.isObject()) return earlier;
  if (!earlier.isObject()) return later;
  Json::Value merged = earlier;
  for (auto part = later.begin(); part != later.end(); ++part)
    if (part.name() != "conditions") merged[part.name()] = *part;
  for (const Json::Value& condition : conditions_in(later)) put_condition(merged, condition);
  return merged;
}

overrides::Cluster with_observed(overrides::Cluster cluster, const Json::Value& observed) {
  if (!observed.isObject()) return cluster;
  const Json::Value* ready = condition_of(observed, "Ready");
  cluster.status = with_later(observed, cluster.status);
  if (ready != nullptr) put_condition(cluster.status, *ready);
  for (overrides::Taint& taint : condition_taints(observed)) {
    const bool is_there = std::ranges::any_of(cluster.taints, [&](const overrides::Taint& known) {
      return known.key == taint.key && known.effect == taint.effect;
    });
    if (!is_there) cluster.taints.push_back(std::move(taint));
  }
  return cluster;
}

}  // namespace flotilla::decision
