#include "render/interpreter/interpreter.h"
#include "render/interpreter/kinds.h"

#include <charconv>
#include <optional>

// What Karmada copies from a member, in the form its typed structs give it: zero values vanish
// (`some`) except in fields that are always written (`always`).
namespace flotilla::interpreter {

namespace {

constexpr std::string_view generation_annotation = "resourcetemplate.karmada.io/generation";

class Reflection {
 public:
  explicit Reflection(const Json::Value& status) : status_(status) {}

  Reflection& always(std::initializer_list<const char*> counters) {
    for (const char* name : counters)
      tree_[name] = static_cast<Json::Int64>(counter(&status_, name));
    return *this;
  }
  Reflection& some(std::initializer_list<const char*> counters) {
    for (const char* name : counters) put(name, counter(&status_, name));
    return *this;
  }
  Reflection& put(const char* name, std::int64_t value) {
    if (value != 0) tree_[name] = static_cast<Json::Int64>(value);
    return *this;
  }
  Reflection& copy(std::initializer_list<const char*> fields) {
    for (const char* name : fields) {
      const Json::Value* value = find(status_, name);
      if (value == nullptr || value->isNull() || (value->isArray() && value->empty())) continue;
      if (value->isObject() && value->empty()) continue;
      tree_[name] = *value;
    }
    return *this;
  }
  // The generations of the member's object and of the template. The annotation is written only for
  // Karmada compatibility, so its absence is no error here.
  Reflection& generations(const Json::Value& live) {
    put("generation", counter(find(live, "metadata"), "generation"));
    const std::string text = annotation(live, generation_annotation);
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault == std::errc() && end == text.data() + text.size())
      put("resourceTemplateGeneration", number);
    return *this;
  }
  Json::Value& tree() { return tree_; }

 private:
  const Json::Value& status_;
  Json::Value tree_{Json::objectValue};
};

Json::Value reflect_job(const Json::Value& status) {
  Reflection reflection(status);
  reflection.some({"active", "succeeded", "failed"})
      .copy({"conditions", "startTime", "completionTime"});
  Json::Value& tree = reflection.tree();
  if (!tree.isMember("conditions") || !tree["conditions"].isArray()) return tree;
  for (Json::Value& entry : tree["conditions"]) {
    if (!entry.isObject()) continue;
    for (const char* time : {"lastProbeTime", "lastTransitionTime"})
      if (!entry.isMember(time)) entry[time] = Json::Value();
  }
  return tree;
}

Json::Value reflect_service(const Json::Value& live, const Json::Value& status) {
  if (get_string(live, {"spec", "type"}) != "LoadBalancer") return {};
  Json::Value tree(Json::objectValue);
  const Json::Value* balancer = find(status, "loadBalancer");
  tree["loadBalancer"] =
      balancer != nullptr && balancer->isObject() ? *balancer : Json::Value(Json::objectValue);
  return tree;
}

std::optional<Json::Value> reflect_workload(const Json::Value& live, const Json::Value& status) {
  const GroupKind kind = key_of(live).group_kind();
  Reflection reflection(status);
  if (is(kind, "apps", {"Deployment"})) {
    Json::Value tree = reflection
                           .some({"replicas", "updatedReplicas", "readyReplicas",
                                  "availableReplicas", "unavailableReplicas", "observedGeneration"})
                           .generations(live)
                           .tree();
    return tree.empty() ? Json::Value() : tree;
  }
  if (is(kind, "apps", {"ReplicaSet"})) {
    return reflection.always({"replicas"})
        .some({"readyReplicas", "availableReplicas", "observedGeneration"})
        .generations(live)
        .tree();
  }
  if (is(kind, "apps", {"DaemonSet"})) {
    return reflection
        .always({"currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled",
                 "numberReady"})
        .some({"numberAvailable", "updatedNumberScheduled", "numberUnavailable",
               "observedGeneration"})
        .generations(live)
        .tree();
  }
  if (is(kind, "apps", {"StatefulSet"})) {  // without observedGeneration: quirk Q11
    return reflection.always({"replicas", "availableReplicas"})
        .some({"currentReplicas", "readyReplicas", "updatedReplicas"})
        .generations(live)
        .tree();
  }
  return std::nullopt;
}

}  // namespace

Json::Value reflect_status(const Json::Value& live) {
  const Json::Value* status = find(live, "status");
  if (status == nullptr || status->isNull()) return {};
  const GroupKind kind = key_of(live).group_kind();
  if (auto workload = reflect_workload(live, *status)) return *workload;
  if (is(kind, "", {"Service"})) return reflect_service(live, *status);
  if (is(kind, "batch", {"Job"})) return reflect_job(*status);
  if (is(kind, "policy", {"PodDisruptionBudget"})) {
    return Reflection(*status)
        .always({"disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"})
        .copy({"disruptedPods"})
        .tree();
  }
  if (is(kind, "autoscaling", {"HorizontalPodAutoscaler"})) {
    Json::Value tree =
        Reflection(*status).some({"currentReplicas"}).always({"desiredReplicas"}).tree();
    tree["currentMetrics"] = Json::Value();
    return tree;
  }
  return *status;
}

}  // namespace flotilla::interpreter
