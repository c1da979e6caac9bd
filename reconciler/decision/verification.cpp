#include "reconciler/decision/service_settings.h"

namespace flotilla::decision {

Verification read_verification(overrides::Fields& spec) {
  Verification verification;
  const Json::Value* written = spec.map("verify");
  if (written == nullptr) return verification;
  overrides::Fields fields(*written, spec.at("verify"));
  verification.commits = fields.truth("commits");
  verification.tags = fields.truth("tags");
  verification.keys = fields.texts("keys");
  fields.say_unknown();
  return verification;
}

}  // namespace flotilla::decision
