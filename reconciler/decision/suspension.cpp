#include "reconciler/decision/suspension.h"

#include "reconciler/decision/terms.h"
#include "render/base/text.h"

namespace flotilla::decision {

namespace {

const Json::Value* written_mark(const Json::Value& object) {
  const Json::Value* annotations = annotations_of(object);
  const Json::Value* written =
      annotations == nullptr ? nullptr : find(*annotations, suspend_annotation);
  return written == nullptr || written->isNull() ? nullptr : written;
}

const overrides::Cluster* cluster_named(const Decision& decision, const std::string& name) {
  for (const overrides::Cluster& cluster : decision.clusters)
    if (cluster.name == name) return &cluster;
  for (const LeavingCluster& leaving : decision.leaving)
    if (leaving.cluster.name == name) return &leaving.cluster;
  return nullptr;
}

}  // namespace

std::optional<std::string> read_mark(std::string_view value) {
  const std::string text(trim(value));
  const std::string word = lower(text);
  if (word == "false" || word == "no") return std::nullopt;
  return word == "true" || word == "yes" ? std::string() : text;
}

std::optional<std::string> suspend_mark(const Json::Value& object) {
  const Json::Value* written = written_mark(object);
  if (written == nullptr || !written->isString()) return std::nullopt;
  return read_mark(written->asString());
}

std::string suspended_text(std::string_view reason, std::string_view where) {
  std::string text = "suspended";
  if (!reason.empty()) text += ": " + std::string(reason);
  return text + " (" + std::string(where) + ")";
}

std::string suspension_of(const Decision& decision, const std::string& cluster) {
  const Suspension& fleet = decision.service.suspension;
  if (fleet.suspended) return suspended_text(fleet.reason, "Fleet.spec.suspend");
  const overrides::Cluster* found = cluster_named(decision, cluster);
  if (found == nullptr || found->object == nullptr) return "";
  const auto mark = suspend_mark(found->object->tree);
  if (!mark) return "";
  return suspended_text(*mark, std::string(suspend_annotation) + " on Cluster " + cluster);
}

std::string dispatching_text(const PolicyRef& policy) {
  return suspended_text("", "spec.suspension of " + unit_of(policy));
}

std::string suspension_of(const PolicyRef& policy, const std::string& cluster,
                          const Settings& settings) {
  const auto found = settings.policy_suspensions.find({policy.namespace_, policy.name});
  if (policy.name.empty() || found == settings.policy_suspensions.end()) return "";
  if (!found->second.mark.empty()) return found->second.mark;
  return found->second.dispatching.holds(cluster) ? dispatching_text(policy) : "";
}

void check_suspend_mark(const Object& object, Problems& problems) {
  const Json::Value* written = written_mark(object.tree);
  if (written == nullptr || written->isString()) return;
  problems.push_back(error_at("invalid-value", at(*written, object.source.file),
                              "annotation " + std::string(suspend_annotation) + " is " +
                                  std::string(type_name(*written)) +
                                  ", want a text: \"true\" in quotes, or a reason",
                              to_string(object.key)));
}

}  // namespace flotilla::decision
