#pragma once

#include "reconciler/member/report.h"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace flotilla::member {

// What a person has to mend: tried once, and again only when something that matters is another.
// What is mended on the cluster itself, without a commit (a right, a quota, somebody else's
// object), is tried again after five minutes too, and then after twice as long each time, up to
// eighty.
class Refusals {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // What it was refused for.
  struct Attempt {
    std::string digest;    // of the manifest
    std::string revision;  // of the commit
    std::string standing;  // what we know of the object that stands there, its status left out
    bool served = true;    // its kind
    bool operator==(const Attempt&) const = default;
  };
  struct Refusal {
    Attempt attempt;
    State state = State::refused;
    Error error;
    Time again;  // Time::max(): never by itself
    int times = 0;
  };

  // Why it need not be tried; nullptr: it is to be.
  const Refusal* find(const ObjectKey& key, const Attempt& attempt, Time now) const;
  void note(const ObjectKey& key, const Attempt& attempt, State state, Error error, Time now);
  void forget(const ObjectKey& key) { all_.erase(key); }
  void keep(const std::function<bool(const ObjectKey&)>& is_wanted);
  // When the next one after `now` is to be tried again; nullopt: none by itself.
  std::optional<Time> next(Time now) const;

 private:
  std::map<ObjectKey, Refusal> all_;
};

}  // namespace flotilla::member
