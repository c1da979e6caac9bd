#pragma once

#include "overrides/resolve.h"
#include "reconciler/placement/scheduler.h"

#include <map>
#include <string>
#include <vector>

namespace flotilla::decision {

// Why one template went where it went, noted by the code that decides while it decides.
struct Explanation {
  ObjectKey object;  // the question

  bool found = false;  // the repository has the template
  std::string source;  // its file and line
  struct Policy {
    std::string name;  // "PropagationPolicy shop/web"
    std::string source;
    std::int64_t priority = 0;
    int implicit_priority = 0;
    bool chosen = false;
  };
  std::vector<Policy> policies;  // every one that matches, the best first
  std::string choice;            // in words, why the chosen one, or why none
  placement::Trace schedule;
  // Bindings that require it, "namespace/name", with their clusters.
  std::map<std::string, std::vector<std::string>> required_by;
  std::vector<std::string> dependencies;                         // "Kind/namespace/name"
  std::map<std::string, std::vector<overrides::Touch>> touched;  // by cluster, in order
  std::vector<std::string> notes;                                // what holds it back, in words
};

}  // namespace flotilla::decision
