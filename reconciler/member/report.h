#pragma once

#include "reconciler/decision/plan.h"
#include "render/interpreter/interpreter.h"
#include "render/manifest/ownership.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace flotilla::member {

// How one object fares on one cluster.
enum class State {
  applied,
  drifted,  // somebody changed it and it is not corrected: drift Report, or a fight
  refused,
  conflict,
  waiting,  // for another object, for room, for a server that is busy
  deleting,
  kept,
  held  // its deletion waits for a person
};
std::string_view to_string(State state);  // as in an Inventory: "Applied", "Drifted", "Refused",
                                          // "Conflict", "Waiting", "Deleting", "Kept",
                                          // "HeldForDeletion"

struct ObjectReport {
  decision::InventoryItem item;  // with uid and digest if the object is on the cluster
  bool on_cluster = false;       // ours and there: it stands in the inventory
  State state = State::applied;
  std::string message;         // why it is not applied; never a Secret's value
  Code code = Code::internal;  // of the failure behind `message`
  interpreter::Health health = interpreter::Health::unknown;
  Json::Value status;  // reflected
  interpreter::ReadinessResult readiness;
  // Who changed what we applied, as it was last seen: standing if the state is drifted, else
  // already corrected.
  std::vector<manifest::LostField> drift;
  std::string drift_time;  // RFC 3339, when it was seen; empty: never in this run
  // Nothing is written to it, whatever it differs in, until a suspension or a hold ends; `message`
  // says which. It is not retried.
  bool suspended = false;
};

// What a pass that only looks would have done. Each list is sorted.
struct Planned {
  std::vector<ObjectKey> created;     // there is none yet
  std::vector<ObjectKey> configured;  // ours, and differs
  std::vector<ObjectKey> adopted;     // not ours, and would be taken over
  std::vector<ObjectKey> conflicts;   // not ours, and would be left
  std::vector<ObjectKey> pruned;
  std::vector<ObjectKey> held;  // deletions that a person has to confirm
  std::vector<ObjectKey> kept;  // no longer wanted, and left because of their marks
  std::size_t unchanged = 0;    // wanted, and there as they shall be
  // Nothing would be written.
  bool empty() const;
};

// What was done on one cluster.
struct Changes {
  std::vector<ObjectKey> created;
  std::vector<ObjectKey> configured;
  std::vector<ObjectKey> pruned;
  bool empty() const { return created.empty() && configured.empty() && pruned.empty(); }
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
  // Kinds that the credential may not use, each with one sentence.
  std::map<GroupKind, std::string> beyond_reach;
  std::string held_digest;  // of the held deletions; empty: none is held
  // Why this pass only looked and wrote nothing, as a sentence for people: "suspended: audit
  // (Fleet.spec.suspend)", "held on the cluster by kubectl-annotate since ...: maintenance". Empty:
  // it did what it could.
  std::string suspended;
  bool held_on_member = false;  // it was a hold on the member
  std::string held_since;       // RFC 3339, if the member knows
  Planned planned;              // of a pass that only looked
  bool has_inventory = false;   // the member's inventory parent was found, or made
  bool complete() const { return reached && !error; }
};

// Within the message of an object that is suspended: what follows was changed there by others, and
// is left so.
inline constexpr std::string_view changed_mark = "; changed on the cluster: ";
// True if others changed it there and it is left so, by its policy or while it is suspended.
bool drift_stands(const ObjectReport& object);

// nullptr if the report knows nothing of it, or is nullptr itself.
const ObjectReport* find_object(const Report* report, const ObjectKey& key);

// Adds what an earlier pass created, configured and pruned, and nobody has told yet.
void add_changes(Report& report, const Report& earlier);
void add_changes(Changes& changes, const Report& report);
void add_changes(Changes& changes, const Changes& others);

// What was changed and by whom, for people, never a value: ".spec.replicas by kubectl (scale) at
// 2026-11-21T10:00:00Z; .data.a removed". The first three fields, then "and 4 more". A field
// without a path is the object itself.
std::string drift_text(const std::vector<manifest::LostField>& lost);

// True if something is not applied that a later pass could apply without anything changing in the
// repository.
bool wants_retry(const Report& report);
// True if every object is applied and healthy.
bool is_settled(const Report& report);

}  // namespace flotilla::member
