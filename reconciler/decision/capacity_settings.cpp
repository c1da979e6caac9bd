#include "reconciler/decision/service_settings.h"

namespace flotilla::decision {

CapacitySettings read_capacity_settings(overrides::Fields& spec) {
  CapacitySettings settings;
  settings.collected = spec.choice("capacity", {"On", "Off"}, "On") == "On";
  return settings;
}

}  // namespace flotilla::decision
