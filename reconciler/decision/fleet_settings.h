#pragma once

#include "overrides/fields.h"
#include "reconciler/decision/decide.h"

#include <string>
#include <vector>

namespace flotilla::decision {

// An entry of Fleet.spec.ignoreDifferences. The first four may hold `*` for any letters; empty
// means any.
struct IgnoreRule {
  std::string group;
  std::string kind;
  std::string namespace_;
  std::string name;
  std::vector<std::string> clusters;  // empty: all
  std::vector<std::string> pointers;

  bool concerns(const ObjectKey& key) const;
  bool reaches(const std::string& cluster) const;
};

// What Fleet.spec says about drift and deletion.
struct FleetSettings {
  manifest::Drift drift = manifest::Drift::correct;
  Guard guard;
  struct Asked {
    std::string text;
    SourceRef where;
  };
  std::vector<Asked> confirmations;  // as they are written
  std::vector<IgnoreRule> ignore;
};

// Faults are added to the problems of the fields' reading.
FleetSettings read_fleet_settings(overrides::Fields& spec);

// True for what can be a digest shown with held deletions: "sha256:" and 7 to 12 hex digits, or the
// digits alone. A commit id that is cut short looks the same.
bool may_be_digest(std::string_view text);
// True for 7 to 40 hex digits.
bool may_be_commit(std::string_view text);
// True if `text` is `digest` ("sha256:" and 12 digits), wholly or its first 7 digits or more.
bool names_digest(std::string_view text, std::string_view digest);

// Why `pointer` cannot be left to others; empty if it can.
std::string pointer_fault(std::string_view pointer);

}  // namespace flotilla::decision
