#include "reconciler/member/observe.h"

namespace flotilla::member {

Observed observe(const interpreter::Interpreter& interpreter, const Json::Value& live) {
  Observed observed;
  observed.health = interpreter.health(live).value_or(interpreter::Health::unknown);
  observed.status = interpreter.reflect(live).value_or(Json::Value());
  return observed;
}

}  // namespace flotilla::member
