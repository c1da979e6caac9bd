#include "reconciler/decision/fleet_health.h"

#include "render/base/duration.h"

namespace flotilla::decision {
namespace {

std::int64_t read_seconds(overrides::Fields& fields, const char* name, std::int64_t least,
                          std::int64_t otherwise) {
  constexpr std::int64_t second = 1'000'000'000;
  constexpr std::int64_t day = 86'400;
  const Json::Value* value = fields.any(name);
  if (value == nullptr) return otherwise;
  const overrides::Reading reading = fields.at(name);
  if (!value->isString()) {
    reading.error(*value, "wrong-type",
                  "is " + std::string(type_name(*value)) + ", want a duration such as 30s");
    return otherwise;
  }
  const std::string text = value->asString();
  const auto duration = parse_duration(text);
  std::string wanted;
  if (!duration) {
    wanted = "a duration such as 30s or 1m30s";
  } else if (*duration < least * second || *duration > day * second) {
    wanted = std::to_string(least) + "s to 24h";
  } else if (*duration % second != 0) {
    wanted = "whole seconds";
  } else {
    return *duration / second;
  }
  reading.error(*value, "invalid-value", "is \"" + text + "\", want " + wanted);
  return otherwise;
}

}  // namespace

interpreter::ReadinessRules read_health(overrides::Fields& spec) {
  interpreter::ReadinessRules rules;
  const Json::Value* health = spec.map("health");
  if (health == nullptr) return rules;
  overrides::Fields fields(*health, spec.at("health"));
  rules.job_must_complete = fields.choice("jobs", {"Started", "Complete"}, "Started") == "Complete";
  rules.failed_pod_fails =
      fields.choice("failedPods", {"Current", "Failed"}, "Current") == "Failed";
  rules.address_required =
      fields.choice("addresses", {"Optional", "Required"}, "Optional") == "Required";
  rules.status_grace = read_seconds(fields, "statusGrace", 0, rules.status_grace);
  fields.say_unknown();
  return rules;
}

std::int64_t read_readiness_timeout(overrides::Fields& spec) {
  return read_seconds(spec, "readinessTimeout", 1, 60);
}

}  // namespace flotilla::decision
