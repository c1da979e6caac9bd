#include "reconciler/decision/service_settings.h"

namespace flotilla::decision {

using overrides::Fields;
using overrides::Reading;

Suspension read_suspension(Fields& spec) {
  Suspension suspension;
  const Json::Value* written = spec.any("suspend");
  if (written == nullptr) return suspension;
  if (written->isBool()) {
    suspension.suspended = written->asBool();
  } else if (written->isObject()) {
    Fields fields(*written, spec.at("suspend"));
    suspension.suspended = true;
    suspension.reason = fields.text("reason");
    fields.say_unknown();
  } else {
    spec.at("suspend").error(
        *written, "wrong-type",
        "is " + std::string(type_name(*written)) + ", want true, false, or {reason: text}");
  }
  return suspension;
}

StatusSettings read_status_settings(Fields& spec) {
  StatusSettings settings;
  const Json::Value* written = spec.map("status");
  if (written == nullptr) return settings;
  Fields fields(*written, spec.at("status"));
  settings.history = fields.whole("history", 0).value_or(settings.history);
  fields.say_unknown();
  return settings;
}

ServiceSettings read_service_settings(Fields& spec) {
  ServiceSettings settings;
  settings.suspension = read_suspension(spec);
  settings.verification = read_verification(spec);
  settings.status = read_status_settings(spec);
  settings.notifications = read_notifications(spec);
  settings.commit_status = read_commit_status(spec);
  settings.capacity = read_capacity_settings(spec);
  return settings;
}

}  // namespace flotilla::decision
