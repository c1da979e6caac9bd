#pragma once

#include "tests/integration/fleet/members.h"
#include "tests/soak/line.h"

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace flotilla::soak {

// Looks at every cluster again and again, and holds what it sees against what the repository held
// lately: an object is there, and in this version, only if some commit of the last `patience`
// wanted it so, and goes only if one did not want it. An object that is another one than before
// (by UID) went meanwhile. So a lost update, an old one that comes back and a deletion that nobody
// wanted are told wherever they happen, not only at the end.
class Watch {
 public:
  Watch(const tests::Members& members, const Line& line, std::chrono::seconds patience);

  // The test itself did something to an object: what becomes of it within the patience is right.
  void excuse(const std::string& cluster, const std::string& object);

  std::vector<std::string> faults() const;
  std::size_t looks() const;
  std::size_t deletions() const;
  // How old the oldest version on any cluster was, at each look: seconds since the branch no longer
  // wanted it.
  std::vector<double> lags() const;

 private:
  struct Seen {
    std::string uid;
    std::string version;
  };
  struct Cluster {
    std::map<std::string, Seen> objects;
    Clock::time_point looked_at{};  // when the look began
  };
  void work(const std::stop_token& stop);
  void look(const std::string& cluster);
  void compare(const std::string& cluster, std::map<std::string, Seen> now,
               Clock::time_point began);
  bool is_excused(const std::string& cluster, const std::string& object,
                  Clock::time_point since) const;
  void tell(const std::string& cluster, const std::string& text);

  const tests::Members& members_;
  const Line& line_;
  std::chrono::seconds patience_;
  std::map<std::string, Cluster> clusters_;
  mutable std::mutex mutex_;
  std::map<std::string, Clock::time_point> excuses_;  // "cluster object"
  std::vector<std::string> faults_;
  std::vector<double> lags_;
  std::size_t looks_ = 0;
  std::size_t deletions_ = 0;
  std::jthread thread_;  // last: it uses everything above
};

}  // namespace flotilla::soak
