#pragma once

#include "render/base/result.h"
#include "render/document/object.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The vocabulary of Karmada's resource interpreter (karmada-semantics 14).
namespace flotilla::interpreter {

enum class Operation {
  replicas,
  components,
  revise,
  retain,
  reflect,
  aggregate,
  health,
  dependencies
};
// As Karmada names them: InterpretReplica, InterpretComponent, ReviseReplica, Retain,
// InterpretStatus, AggregateStatus, InterpretHealth, InterpretDependency.
std::string_view to_string(Operation operation);

enum class Health { unknown, healthy, unhealthy };
// "Unknown", "Healthy", "Unhealthy", as in a ResourceBinding.
std::string_view to_string(Health health);

// How many replicas a template asks for and what each of them needs.
struct Replicas {
  std::int64_t count = 0;
  Json::Value requirements;  // ReplicaRequirements in JSON, null if it needs nothing
};

// One part of a workload made of several pod templates.
struct Component {
  std::string name;
  std::int64_t replicas = 0;
  Json::Value requirements;  // ComponentReplicaRequirements in JSON, null if it needs nothing
};

// One cluster's part of a binding's status: aggregatedStatus[] of a ResourceBinding.
struct StatusItem {
  std::string cluster;
  Json::Value status;  // reflected, null if there is none
  bool applied = false;
  std::string message;  // appliedMessage
  std::string health = "Unknown";
};

// A dependency: by name, or every object that the labelSelector matches.
struct Reference {
  std::string api_version;
  std::string kind;
  std::string namespace_;
  std::string name;
  Json::Value label_selector;  // metav1.LabelSelector, null if `name` is set
};

}  // namespace flotilla::interpreter
