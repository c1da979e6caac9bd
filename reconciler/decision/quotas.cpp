#include "reconciler/decision/pass.h"
#include "render/document/quantity.h"

#include <set>
#include <string_view>

// ResourceQuotas of the repository limit what their namespace gets on the clusters they go to.
namespace flotilla::decision {

namespace {

// What is left of a ResourceQuota; nothing of it is used if `used` is null.
placement::Capacity::Quota quota_of(const Json::Value& tree, const Json::Value* used) {
  placement::Capacity::Quota quota;
  const Json::Value* hard = find_path(tree, {"spec", "hard"});
  if (hard == nullptr || !hard->isObject()) return quota;
  for (auto it = hard->begin(); it != hard->end(); ++it) {
    const std::string key = it.name();
    const auto limit = quantity_of(*it);
    if (!limit) continue;
    const Json::Value* entry = used == nullptr ? nullptr : find(*used, key);
    const Quantity left =
        entry == nullptr ? *limit : *limit - quantity_of(*entry).value_or(Quantity());
    quota.left[key] = key.ends_with("cpu") ? left.milli_value() : left.value();
  }
  const Json::Value* scopes = find_path(tree, {"spec", "scopeSelector", "matchExpressions"});
  if (scopes == nullptr || !scopes->isArray()) return quota;
  for (const Json::Value& scope : *scopes) {
    if (get_string(scope, "scopeName") != "PriorityClass") continue;
    const bool in = get_string(scope, "operator") == "In";
    (in ? quota.priority_class_in : quota.priority_class_not_in) = get_strings(scope, "values");
  }
  return quota;
}

}  // namespace

// By what the members said is used of it; else by what its own status says.
void Pass::tell_quota(const ObjectKey& key, const Entry& entry,
                      placement::Scheduler& scheduler) const {
  if (entry.binding == nullptr || entry.object == nullptr) return;
  const Json::Value& tree = entry.object->tree;
  static const std::map<std::string, Json::Value> unknown;
  const auto found = previous_.quota_status.find(key);
  const auto& reported = found == previous_.quota_status.end() ? unknown : found->second;
  std::set<std::string_view> targets;
  for (const placement::TargetCluster& target : entry.binding->schedule.clusters)
    targets.insert(target.name);
  for (std::size_t i = 0; i < settings_->clusters.size(); ++i) {
    const std::string& name = settings_->clusters[i].name;
    if (!targets.contains(name)) continue;
    const auto status = reported.find(name);
    const Json::Value* used = status == reported.end() ? find_path(tree, {"status", "used"})
                                                       : find(status->second, "used");
    scheduler.capacity().limit(i, key.namespace_, quota_of(tree, used));
  }
}

// Quotas that stand as they were before this pass.
void Pass::tell_quotas(placement::Scheduler& scheduler) const {
  const Entries& entries = memo_.ledger.entries;
  for (auto it = entries.lower_bound({"", "ResourceQuota", "", ""});
       it != entries.end() && is_quota(it->first); ++it)
    tell_quota(it->first, it->second, scheduler);
}

}  // namespace flotilla::decision
