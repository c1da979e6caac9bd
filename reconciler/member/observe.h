#pragma once

#include "render/interpreter/interpreter.h"

namespace flotilla::member {

// What a live object says about itself: its health, and the part of its status that the binding
// shows (null for none).
struct Observed {
  interpreter::Health health = interpreter::Health::unknown;
  Json::Value status;
  interpreter::ReadinessResult readiness;
};

// A rule that fails gives no status and leaves the health unknown, as Karmada does
// (karmada-semantics 18).
Observed observe(const interpreter::Interpreter& interpreter, const Json::Value& live);

}  // namespace flotilla::member
