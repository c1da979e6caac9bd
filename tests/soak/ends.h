#pragma once

#include "tests/integration/fleet/world.h"
#include "tests/soak/line.h"
#include "tests/soak/notes.h"

#include <map>
#include <string>

namespace flotilla::soak {

// Compares what stands on the clusters and on the status branch with what the newest commit wants:
// by the soak's own reckoning, and field by field by `flotilla render`.
class Ends {
 public:
  Ends(const tests::World& world, const Line& line, const Notes& notes)
      : world_(world), line_(line), notes_(notes) {}

  // What is not right (yet), a line each; empty: everything is.
  std::string wrong();

 private:
  std::string wrong_on_clusters();
  std::string wrong_in_status();
  std::string wrong_in_inventory(const std::string& cluster) const;
  std::string wrong_in_history();
  void render();

  const tests::World& world_;
  const Line& line_;
  const Notes& notes_;
  std::string rendered_commit_;
  std::map<std::string, tests::LiveObjects> rendered_;  // by cluster
  std::map<std::string, tests::LiveObjects> ours_;      // what carries our mark, by cluster
  std::string status_head_;                             // when all was right the last time
};

}  // namespace flotilla::soak
