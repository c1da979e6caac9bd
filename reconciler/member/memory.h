#pragma once

#include "reconciler/kube/client.h"
#include "reconciler/member/fights.h"
#include "reconciler/member/inventory.h"
#include "reconciler/member/refusals.h"
#include "reconciler/member/report.h"
#include "render/manifest/ownership.h"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace flotilla::member {

// A kind that nobody serves may be installed by somebody else at any time.
inline constexpr std::chrono::seconds discovery_pause{300};

// What is remembered of one cluster from pass to pass. Losing it costs requests and nothing else.
struct Memory {
  std::shared_ptr<const kube::Discovery> discovery;  // null: to be asked for
  std::chrono::steady_clock::time_point discovered;  // when that was
  std::string discovered_for;                        // the revision then
  std::string kubernetes_version;
  std::optional<Parent> parent;
  bool without_parent = false;  // the credential may not use it
  bool paused = false;          // the last pass only looked

  // Each object that was seen there, to tell one that somebody deleted from one that is new.
  struct Known {
    std::string digest;
    std::string revision;
    std::string held;  // digest of the held deletions that it was one of
  };
  std::map<ObjectKey, Known> known;
  bool recalled = false;  // the status branch's inventory is in `known`

  Refusals refusals;

  struct Drift {
    std::vector<manifest::LostField> fields;
    std::string time;
    bool over = false;  // the object was corrected, or applied anew
  };
  std::map<ObjectKey, Drift> drifts;
  Fights fights;

  std::set<ObjectKey> fresh;    // new, and not seen ready since
  std::set<ObjectKey> awaited;  // what the last pass waits for
  // Wanted kinds that no discovery has shown yet; those whose definition is among what is wanted
  // too are coming.
  std::set<GroupKind> unserved;
  std::set<GroupKind> coming;
};

}  // namespace flotilla::member
