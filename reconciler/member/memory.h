#pragma once

#include "reconciler/kube/client.h"
#include "reconciler/member/fights.h"
#include "reconciler/member/inventory.h"
#include "reconciler/member/report.h"
#include "render/manifest/ownership.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace flotilla::member {

// What is remembered of one cluster from pass to pass. Losing it costs requests and nothing else.
struct Memory {
  std::shared_ptr<const kube::Discovery> discovery;  // null: to be asked for
  std::string kubernetes_version;
  std::optional<Parent> parent;
  bool without_parent = false;  // the credential may not use it

  // Each object that was seen there, to tell one that somebody deleted from one that is new.
  struct Known {
    std::string digest;
    std::string revision;
    std::string held;  // digest of the held deletions that it was one of
  };
  std::map<ObjectKey, Known> known;
  bool recalled = false;  // the status branch's inventory is in `known`

  // What a person has to mend is tried once for a commit.
  struct Refusal {
    std::string digest;
    std::string revision;
    State state = State::refused;
    Error error;
    std::string live_version;  // resourceVersion of the object then, if it is ours
    bool served = true;        // its kind, then
  };
  std::map<ObjectKey, Refusal> refusals;

  struct Drift {
    std::vector<manifest::LostField> fields;
    std::string time;
  };
  std::map<ObjectKey, Drift> drifts;
  Fights fights;

  std::set<ObjectKey> fresh;     // applied, and not seen ready since
  std::set<ObjectKey> awaited;   // what the last pass waits for
  std::set<GroupKind> unserved;  // wanted kinds that no discovery has shown yet
};

}  // namespace flotilla::member
