#pragma once

#include "render/interpreter/kinds.h"
#include "render/interpreter/readiness.h"

#include <optional>
#include <string>

// The parts of kstatus, in the order in which they are asked. nullopt: this part does not decide.
namespace flotilla::interpreter {

// Deletion and the generation, which come before whatever else is known of an object.
std::optional<ReadinessResult> unsettled(const Json::Value& live);

// A custom resource without a status that is younger than rules.status_grace.
std::optional<ReadinessResult> without_status(const Json::Value& live, const ReadinessRules& rules,
                                              std::int64_t now);

// The rule of a kind that Kubernetes itself has.
std::optional<ReadinessResult> kind_readiness(const Json::Value& live, const ReadinessRules& rules,
                                              std::int64_t now);

// True for a group that no CustomResourceDefinition serves: it is built into Kubernetes.
bool is_built_in(std::string_view group);

// "Ready is False: InstallFailed: no such chart", of an entry of status.conditions. What a
// controller wrote is shortened and put on one line.
std::string said(const Json::Value& condition);

// Seconds since metadata.creationTimestamp; without one the object counts as old.
std::int64_t age(const Json::Value& live, std::int64_t now);

inline ReadinessResult current() { return {Readiness::current, ""}; }
inline ReadinessResult in_progress(std::string why) {
  return {Readiness::in_progress, std::move(why)};
}
inline ReadinessResult failed(std::string why) { return {Readiness::failed, std::move(why)}; }
inline ReadinessResult unknown(std::string why) { return {Readiness::unknown, std::move(why)}; }

}  // namespace flotilla::interpreter
