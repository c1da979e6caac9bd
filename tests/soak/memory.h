#pragma once

#include "tests/soak/line.h"

#include <sys/types.h>

#include <chrono>
#include <vector>

namespace flotilla::soak {

// What one process needed, once a second.
struct Sample {
  Clock::time_point at;
  pid_t process = 0;
  double resident = 0;   // MiB
  double anonymous = 0;  // MiB of it that no file is behind
  int descriptors = 0;
};

class Memory {
 public:
  // Takes a sample if the last one is a second old.
  void look_at(pid_t process);

  struct Mean {
    double resident = 0, anonymous = 0, descriptors = 0;
    std::size_t samples = 0;
  };
  // Of the samples in a span of time, of one process if given.
  Mean mean(Clock::time_point from, Clock::time_point to, pid_t process = 0) const;
  double most() const;
  // Since when the process of the newest sample is looked at.
  Clock::time_point last_life() const;
  pid_t last_process() const { return samples_.empty() ? 0 : samples_.back().process; }

 private:
  std::vector<Sample> samples_;
};

}  // namespace flotilla::soak
