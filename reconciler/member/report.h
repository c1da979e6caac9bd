#pragma once

#include "reconciler/decision/plan.h"
#include "render/interpreter/interpreter.h"

#include <map>
#include <string>
#include <vector>

namespace flotilla::member {

// How one object fares on one cluster.
enum class State { applied, refused, conflict, waiting, deleting, kept };
std::string_view to_string(State state);  // as in an Inventory: "Applied", "Refused", "Conflict",
                                          // "Waiting", "Deleting", "Kept"

struct ObjectReport {
  decision::InventoryItem item;  // with uid and digest if the object is on the cluster
  bool on_cluster = false;       // ours and there: it stands in the inventory
  State state = State::applied;
  std::string message;         // why it is not applied; never a Secret's value
  Code code = Code::internal;  // of the failure behind `message`
  interpreter::Health health = interpreter::Health::unknown;
  Json::Value status;  // reflected
};

// What a pass found and did on one cluster. `objects` holds all of ours there and all that could
// not be applied.
struct Report {
  std::string cluster;
  std::string revision;  // of the decision that the pass worked for
  bool reached = false;  // false: nothing below but `error` is known
  std::optional<Error>
      error;  // of the cluster as a whole; also one that ended a pass in the middle
  std::string kubernetes_version;
  std::map<ObjectKey, ObjectReport> objects;
  std::vector<ObjectKey> created;
  std::vector<ObjectKey> configured;
  std::vector<ObjectKey> pruned;
  std::vector<std::string> warnings;  // of the API server, sorted
  bool complete() const { return reached && !error; }
};

// True if something is not applied that a later pass could apply without anything changing in the
// repository.
bool wants_retry(const Report& report);
// True if every object is applied and healthy.
bool is_settled(const Report& report);

}  // namespace flotilla::member
