#pragma once

#include "reconciler/status/documents.h"

#include <map>
#include <string>
#include <vector>

namespace flotilla::status {

// What a person should look at, as inventories and the conditions of clusters say it: README.md and
// `flotilla status` draw on nothing else, so they say the same.
struct Attention {
  struct Note {
    std::string cluster;
    std::string text;
    std::string since = {};  // RFC 3339; empty if that is not known
  };
  struct Held {
    std::string cluster;
    std::string text;                  // how many of how many, why, and what confirms it
    std::vector<std::string> digests;  // for Fleet.spec.confirmDeletions
    std::vector<std::string> objects;
    std::string since = {};
  };
  struct Drift {
    std::string cluster;
    std::string object;
    std::string text;  // fields, managers and times; of a fight how often it was corrected
    std::string time;  // when it was seen
    bool stands = false;
  };
  std::vector<Held> held;
  std::vector<Note> leaving;
  std::vector<Drift> drift;  // what stands first
  std::vector<Note> beyond_reach;
  std::vector<Note> unreachable;
  std::vector<Note> suspended;
};

Attention attention(const std::map<std::string, std::vector<InventoryEntry>>& inventories,
                    const std::map<std::string, std::vector<Condition>>& cluster_conditions);

// "confirmDeletions: [\"sha256:...\"]": the line for the Fleet that confirms all that is held;
// empty if nothing is.
std::string confirming_line(const Attention& attention);

// The first lines of a long list, and in the place of the others "and 312 more".
inline constexpr std::size_t most_lines = 50;
std::vector<std::string> cut(std::vector<std::string> lines);

}  // namespace flotilla::status
