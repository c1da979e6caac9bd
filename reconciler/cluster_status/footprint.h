#pragma once

#include <json/value.h>

#include <cstdint>
#include <map>
#include <string>

// The few numbers that a cluster's capacity needs of its Nodes and Pods.
namespace flotilla::cluster_status {

// By resource name: cpu in millicores, everything else in units.
using Amounts = std::map<std::string, std::int64_t>;

struct NodeFacts {
  Amounts allocatable;
  bool ready = false;        // its Ready condition is True
  bool schedulable = false;  // neither cordoned nor going
};
NodeFacts read_node(const Json::Value& node);

struct PodFacts {
  std::string node;   // empty: not scheduled yet
  bool over = false;  // Succeeded or Failed: takes nothing any more
  Amounts requests;
};
// The requests as the scheduler counts them: containers and sidecars added up, or what the other
// init containers need at their time if that is more; and the overhead.
PodFacts read_pod(const Json::Value& pod);

// "namespace/name", or the name.
std::string key_of(const Json::Value& object);

}  // namespace flotilla::cluster_status
