#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <unordered_set>
#include <utility>

namespace flotilla::server {

// The deliveries of the last hour, by any key that is theirs alone. At most 10,000: then the oldest
// is forgotten, which costs a fetch if it comes again.
class Deliveries {
 public:
  using Time = std::chrono::system_clock::time_point;
  static constexpr std::chrono::hours memory{1};
  static constexpr std::size_t most = 10'000;

  // True if it has come within the last hour.
  bool has(const std::string& key, Time now);
  void add(std::string key, Time now);
  std::size_t size() const { return keys_.size(); }

 private:
  void forget(Time now);

  std::unordered_set<std::string> keys_;
  std::deque<std::pair<Time, std::string>> by_age_;
};

}  // namespace flotilla::server
