#pragma once

#include "render/document/object.h"

#include <chrono>
#include <deque>
#include <map>
#include <optional>

namespace flotilla::member {

// Objects that somebody changes again each time we correct them. More than five corrections of one
// object within a minute are a fight: then it is left alone for a minute, and after that for twice
// as long each time the very first correction is undone again, up to sixteen minutes. Ten quiet
// minutes end a fight.
class Fights {
 public:
  using Time = std::chrono::steady_clock::time_point;

  bool may_correct(const ObjectKey& key, Time now) const;
  void corrected(const ObjectKey& key, Time now);
  // When a fight's rest ends next after `now`; nullopt: nobody fights.
  std::optional<Time> next(Time now) const;
  // For how long `key` was left alone last, in all: the same as long as that lasts.
  std::chrono::seconds rest(const ObjectKey& key) const;
  // Corrections within the minute that made it a fight, or all since then.
  int corrections(const ObjectKey& key) const;

 private:
  struct Course {
    std::deque<Time> recent;
    int rests = 0;
    int corrections = 0;
    std::chrono::seconds rest{0};
    Time until;
  };
  std::map<ObjectKey, Course> courses_;
};

}  // namespace flotilla::member
