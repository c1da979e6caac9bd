#pragma once

#include "tests/integration/fleet/work_tree.h"

#include <filesystem>
#include <string>
#include <vector>

namespace flotilla::soak {

// Another writer on the status branch: files of its own, which have to stay, as have its commits.
class Notes {
 public:
  explicit Notes(std::filesystem::path bare) : bare_(std::move(bare)) {}
  // Throws if it cannot push for a minute. Nothing without a branch.
  void add();
  // What is not there any more; empty if nothing.
  std::string missing() const;
  std::size_t size() const { return commits_.size(); }
  std::size_t lost_races() const { return lost_races_; }

 private:
  std::filesystem::path bare_;
  tests::WorkTree tree_;
  std::vector<std::string> commits_;
  std::size_t lost_races_ = 0;
};

}  // namespace flotilla::soak
