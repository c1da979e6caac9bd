#include "reconciler/placement/reading/failover_reader.h"

#include "reconciler/placement/reading/typed_fields.h"

namespace flotilla::placement {

namespace {

using overrides::Fields;
using overrides::Reading;

constexpr std::int64_t most_seconds = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t default_toleration = 300;
constexpr std::int64_t default_grace_period = 600;
constexpr const char* gracefully = "Gracefully";

Json::Value number(std::int64_t value) { return {static_cast<Json::Int64>(value)}; }

void read_rule(const Json::Value& value, const Reading& reading, Json::Value& rules) {
  Fields fields(value, reading);
  Json::Value rule(Json::objectValue);
  rule["aliasLabelName"] = required_label_key(fields, "aliasLabelName");
  rule["jsonPath"] = fields.required_text("jsonPath");
  fields.say_unknown();
  rules.append(std::move(rule));
}

void read_state_preservation(Fields& fields, Json::Value& stored) {
  const Json::Value* value = fields.any("statePreservation");
  if (value == nullptr) return;
  Fields inner(*value, fields.at("statePreservation"));
  if (inner.any("rules") == nullptr && value->isObject())
    inner.at("rules").error(*value, "missing-field", "is missing, want a list");
  Json::Value rules(Json::arrayValue);
  inner.each("rules", [&](const Json::Value& entry, const Reading& below) {
    read_rule(entry, below, rules);
  });
  inner.say_unknown();
  stored["statePreservation"]["rules"] = std::move(rules);
}

Json::Value read_conditions(Fields& application) {
  Json::Value stored(Json::objectValue);
  const Json::Value* value = required_map(application, "decisionConditions");
  if (value == nullptr) return stored;
  Fields fields(*value, application.at("decisionConditions"));
  stored["tolerationSeconds"] =
      number(fields.whole("tolerationSeconds", 0, most_seconds).value_or(default_toleration));
  fields.say_unknown();
  return stored;
}

void read_grace_period(Fields& fields, const std::string& purge_mode, Json::Value& stored) {
  const std::optional<std::int64_t> seconds = fields.whole("gracePeriodSeconds", 1, most_seconds);
  const Json::Value* written = fields.any("gracePeriodSeconds");
  if (purge_mode == gracefully)
    stored["gracePeriodSeconds"] = number(seconds.value_or(default_grace_period));
  else if (written != nullptr)
    fields.at("gracePeriodSeconds")
        .error(
            *written, "invalid-value",
            "is set and purgeMode is " + purge_mode + ", want it with purgeMode Gracefully only");
}

Json::Value read_application(const Json::Value& value, const Reading& reading) {
  Fields fields(value, reading);
  Json::Value stored(Json::objectValue);
  stored["decisionConditions"] = read_conditions(fields);
  const std::string mode =
      choice_or_empty(fields, "purgeMode", {"Directly", gracefully, "Never"}, gracefully);
  stored["purgeMode"] = mode;
  read_grace_period(fields, mode, stored);
  read_state_preservation(fields, stored);
  fields.say_unknown();
  return stored;
}

Json::Value read_cluster_failover(const Json::Value& value, const Reading& reading) {
  Fields fields(value, reading);
  Json::Value stored(Json::objectValue);
  stored["purgeMode"] = choice_or_empty(fields, "purgeMode", {"Directly", gracefully}, gracefully);
  read_state_preservation(fields, stored);
  fields.say_unknown();
  return stored;
}

}  // namespace

Json::Value read_failover(const Json::Value& value, const Reading& reading) {
  Fields fields(value, reading);
  Json::Value stored(Json::objectValue);
  if (const Json::Value* application = fields.any("application"))
    stored["application"] = read_application(*application, fields.at("application"));
  if (const Json::Value* cluster = fields.any("cluster"))
    stored["cluster"] = read_cluster_failover(*cluster, fields.at("cluster"));
  fields.say_unknown();
  return stored;
}

}  // namespace flotilla::placement
