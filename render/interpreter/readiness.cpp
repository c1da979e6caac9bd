#include "render/interpreter/readiness.h"

#include "render/base/text.h"
#include "render/interpreter/readiness_steps.h"
#include "render/interpreter/timestamp.h"

#include <limits>

namespace flotilla::interpreter {

namespace {

bool absent(const Json::Value* value) { return value == nullptr || value->isNull(); }

bool is_text(const Json::Value& map, std::string_view key) {
  const Json::Value* value = find(map, key);
  return absent(value) || value->isString();
}

std::string one_line(std::string_view text) {
  constexpr std::size_t most = 256;
  std::string line(trim(text.substr(0, most)));
  for (char& c : line)
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  if (text.size() <= most) return line;
  while (!line.empty() && !is_utf8(line)) line.pop_back();
  return line + "...";
}

// The conditions that are absent when all is well: the first of the two that is true decides.
std::optional<ReadinessResult> abnormal(const Json::Value& live) {
  const Json::Value* conditions = find_path(live, {"status", "conditions"});
  if (absent(conditions)) return std::nullopt;
  if (!conditions->isArray())
    return unknown("status.conditions is " + std::string(type_name(*conditions)) + ", want a list");
  for (const Json::Value& entry : *conditions)
    if (!entry.isObject() || !is_text(entry, "type") || !is_text(entry, "status"))
      return unknown("status.conditions has an entry whose type and status are no texts");
  for (const Json::Value& entry : *conditions) {
    if (get_string(entry, "status") != "True") continue;
    const std::string type = get_string(entry, "type");
    if (type == "Reconciling") return in_progress(said(entry));
    if (type == "Stalled") return failed(said(entry));
  }
  return std::nullopt;
}

// Of a kind that has no rule. False is not Failed: nothing tells the slow from the doomed.
ReadinessResult by_condition_ready(const Json::Value& live) {
  const Json::Value* ready = condition(live, "Ready");
  if (ready == nullptr) return current();
  const std::string status = get_string(*ready, "status");
  return status == "False" || status == "Unknown" ? in_progress(said(*ready)) : current();
}

bool holds_nothing(const Json::Value* status) {
  return absent(status) || (status->isObject() && status->empty());
}

}  // namespace

std::string said(const Json::Value& condition) {
  std::string text = get_string(condition, "type") + " is " + get_string(condition, "status");
  for (const char* field : {"reason", "message"}) {
    const std::string value = one_line(get_string(condition, field));
    if (!value.empty()) text += ": " + value;
  }
  return text;
}

std::int64_t age(const Json::Value& live, std::int64_t now) {
  const auto created = parse_timestamp(get_string(live, {"metadata", "creationTimestamp"}));
  return created ? now - *created : std::numeric_limits<std::int64_t>::max();
}

std::optional<ReadinessResult> unsettled(const Json::Value& live) {
  if (!get_string(live, {"metadata", "deletionTimestamp"}).empty()) {
    const Json::Value* metadata = find(live, "metadata");
    const std::string finalizers = join(get_strings(*metadata, "finalizers"), ", ");
    return ReadinessResult{Readiness::terminating, finalizers.empty()
                                                       ? "is being deleted"
                                                       : "is being deleted, after " + finalizers};
  }
  const Json::Value* generation = find_path(live, {"metadata", "generation"});
  const Json::Value* observed = find_path(live, {"status", "observedGeneration"});
  if (absent(generation) || absent(observed) || same(*generation, *observed)) return std::nullopt;
  if (!generation->isNumeric() || !observed->isNumeric())
    return unknown("metadata.generation is " + std::string(type_name(*generation)) +
                   " and status.observedGeneration " + std::string(type_name(*observed)) +
                   ", want whole numbers");
  return in_progress("its status is of generation " + observed->asString() + ", not of " +
                     generation->asString());
}

bool is_built_in(std::string_view group) {
  // CustomResourceDefinitions must have a dot in their group, and some of the project's own have a
  // group like gateway.networking.k8s.io.
  if (group.find('.') == std::string_view::npos) return true;
  static constexpr std::string_view groups[] = {"admission.k8s.io",
                                                "admissionregistration.k8s.io",
                                                "apiextensions.k8s.io",
                                                "apiregistration.k8s.io",
                                                "authentication.k8s.io",
                                                "authorization.k8s.io",
                                                "certificates.k8s.io",
                                                "coordination.k8s.io",
                                                "discovery.k8s.io",
                                                "events.k8s.io",
                                                "flowcontrol.apiserver.k8s.io",
                                                "imagepolicy.k8s.io",
                                                "internal.apiserver.k8s.io",
                                                "networking.k8s.io",
                                                "node.k8s.io",
                                                "rbac.authorization.k8s.io",
                                                "resource.k8s.io",
                                                "scheduling.k8s.io",
                                                "storage.k8s.io",
                                                "storagemigration.k8s.io"};
  return std::find(std::begin(groups), std::end(groups), group) != std::end(groups);
}

std::optional<ReadinessResult> without_status(const Json::Value& live, const ReadinessRules& rules,
                                              std::int64_t now) {
  if (is_built_in(key_of(live).group) || !holds_nothing(find(live, "status"))) return std::nullopt;
  if (age(live, now) >= rules.status_grace) return std::nullopt;
  return ReadinessResult{Readiness::no_status, "no controller has written a status yet",
                         now - age(live, now) + rules.status_grace};
}

ReadinessResult kstatus(const Json::Value& live, const ReadinessRules& rules, std::int64_t now) {
  if (!live.isObject()) return unknown("there is no object to look at");
  if (auto found = unsettled(live)) return *std::move(found);
  if (auto found = abnormal(live)) return *std::move(found);
  if (auto found = kind_readiness(live, rules, now)) return *std::move(found);
  if (auto found = without_status(live, rules, now)) return *std::move(found);
  return by_condition_ready(live);
}

}  // namespace flotilla::interpreter
