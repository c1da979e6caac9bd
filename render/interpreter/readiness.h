#pragma once

#include "render/document/tree.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Whether a live object has reached what its spec asks for: kstatus (gitops-practice 4.1), with the
// three switches of 4.4 and a state for custom resources that nobody has looked at yet.
namespace flotilla::interpreter {

enum class Readiness {
  unknown,    // a rule could not say
  no_status,  // a custom resource whose controller has not written any status yet
  in_progress,
  current,
  failed,  // will not get there by itself
  terminating
};
// As kstatus names them: "Unknown", "NoStatus", "InProgress", "Current", "Failed", "Terminating".
std::string_view to_string(Readiness readiness);

// Fleet.spec.health.
struct ReadinessRules {
  bool job_must_complete = false;
  bool failed_pod_fails = false;
  bool address_required = false;  // of LoadBalancer Services and Ingresses
  // A custom resource without a status is Current after this many seconds of age: its kind may have
  // none.
  std::int64_t status_grace = 30;
  bool operator==(const ReadinessRules&) const = default;
};

struct ReadinessResult {
  Readiness state = Readiness::unknown;
  std::string message;  // why it is not current, for people: "2 of 3 replicas are ready"
  // When the state may become another one though the object stays as it is, in seconds since 1970:
  // the end of status_grace, or of the time in which a Pod is to find a node. nullopt: never.
  std::optional<std::int64_t> until = std::nullopt;
};

// kstatus and the switches alone, without customizations. `now`: seconds since 1970.
ReadinessResult kstatus(const Json::Value& live, const ReadinessRules& rules, std::int64_t now);

}  // namespace flotilla::interpreter
