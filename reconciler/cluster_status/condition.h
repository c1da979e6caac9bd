#pragma once

#include <json/value.h>

#include <string>
#include <vector>

// The conditions of a Cluster's status in Karmada's words (karmada-semantics 21.1, 21.2).
namespace flotilla::cluster_status {

struct Condition {
  std::string type;
  std::string status;  // True, False, Unknown
  std::string reason;
  std::string message;

  bool is_true() const { return status == "True"; }
  bool operator==(const Condition&) const = default;
};

// What a health probe came to.
enum class Health {
  ready,          // 200
  not_ready,      // an answer, but another one
  not_reachable,  // no answer
};
// The Ready condition of one observation.
Condition ready_condition(Health health);
// Ready of a cluster that cannot be asked at all: no credential, a wrong address. `why` must hold
// no secret.
Condition collection_failed(const std::string& why);

// As entries of status.conditions, without lastTransitionTime: who publishes them dates them.
Json::Value condition_list(const std::vector<Condition>& conditions);

}  // namespace flotilla::cluster_status
