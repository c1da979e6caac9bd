#include "reconciler/decision/service_settings.h"

namespace flotilla::decision {

CapacitySettings read_capacity_settings(overrides::Fields& spec) {
  CapacitySettings settings;
  // YAML reads a bare On or Off as a boolean.
  const Json::Value* written = spec.any("capacity");
  if (written != nullptr && written->isBool()) {
    settings.collected = written->asBool();
    return settings;
  }
  settings.collected = spec.choice("capacity", {"On", "Off"}, "On") == "On";
  return settings;
}

}  // namespace flotilla::decision
