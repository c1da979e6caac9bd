#pragma once

#include "render/interpreter/interpreter.h"

namespace flotilla::member {

// What a live object says about itself: its health, the part of its status that the binding shows
// (null for none), and whether it has reached what its spec asks for. A rule that fails gives no
// status and leaves the health unknown, as Karmada does (karmada-semantics 18).
struct Observed {
  interpreter::Health health = interpreter::Health::unknown;
  Json::Value status;
  interpreter::ReadinessResult readiness;
};

}  // namespace flotilla::member
