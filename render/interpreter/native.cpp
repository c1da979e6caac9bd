#include "render/interpreter/native.h"

#include "render/interpreter/native_rules.h"

namespace flotilla::interpreter {

std::string_view to_string(Operation operation) {
  switch (operation) {
    case Operation::replicas:
      return "InterpretReplica";
    case Operation::components:
      return "InterpretComponent";
    case Operation::revise:
      return "ReviseReplica";
    case Operation::retain:
      return "Retain";
    case Operation::reflect:
      return "InterpretStatus";
    case Operation::aggregate:
      return "AggregateStatus";
    case Operation::health:
      return "InterpretHealth";
    case Operation::dependencies:
      break;
  }
  return "InterpretDependency";
}

namespace native {

bool has(Operation operation, std::string_view api_version, std::string_view kind) {
  const auto in = [&](auto rules) { return rule_for(rules, api_version, kind) != nullptr; };
  switch (operation) {
    case Operation::replicas:
      return in(replicas_rules());
    case Operation::components:
      return false;  // no native kind is made of several pod templates
    case Operation::revise:
      return in(revise_rules());
    case Operation::retain:
      return in(retain_rules());
    case Operation::reflect:
      return in(reflect_rules());
    case Operation::aggregate:
      return in(aggregate_rules());
    case Operation::health:
      return in(health_rules());
    case Operation::dependencies:
      break;
  }
  return in(dependencies_rules());
}

tl::unexpected<Error> no_rule(Operation operation, const Json::Value& object) {
  return fail(Code::internal, "no built-in rule for " + std::string(to_string(operation)) + " of " +
                                  get_string(object, "apiVersion") + " " +
                                  get_string(object, "kind"));
}

void check_parts(const Field& object) {
  for (const char* part : {"metadata", "spec", "status"}) object.at(part).map();
}

const Counters& deployment_counters() {
  static const Counters counters{
      {},
      {"replicas", "updatedReplicas", "readyReplicas", "availableReplicas", "unavailableReplicas"}};
  return counters;
}

const Counters& replica_set_counters() {
  static const Counters counters{{"replicas"}, {"readyReplicas", "availableReplicas"}};
  return counters;
}

const Counters& daemon_set_counters() {
  static const Counters counters{
      {"currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled", "numberReady"},
      {"updatedNumberScheduled", "numberAvailable", "numberUnavailable"}};
  return counters;
}

const Counters& stateful_set_counters() {
  static const Counters counters{{"replicas", "availableReplicas"},
                                 {"readyReplicas", "currentReplicas", "updatedReplicas"}};
  return counters;
}

}  // namespace native

}  // namespace flotilla::interpreter
