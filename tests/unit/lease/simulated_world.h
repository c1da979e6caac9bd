#pragma once

#include "reconciler/lease/replica.h"
#include "tests/property/dice.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::test {

// Replicas of one fleet and the API server that keeps their Leases, in simulated time: requests
// take their time, get lost on either way, or arrive after their sender gave up; clocks run at
// different rates and show different times; replicas are killed, stopped for a while and cut off.
class SimulatedWorld {
 public:
  struct Options {
    unsigned seed = 1;
    bool sharded = true;
    int clusters = 12;
    int lost_in = 0;                     // one request in so many is lost; 0: none
    std::int64_t slowest_request = 200;  // ms, one way
    double skew = 0;                     // rates differ from 1 by at most this
    std::int64_t longest_work = 1000;    // ms, of one piece of work
  };
  explicit SimulatedWorld(Options options);
  ~SimulatedWorld();

  int join(const std::string& name);  // gives the replica's number
  void kill(int replica);
  void pause(int replica, bool on);
  void cut_off(int replica, bool on);
  void release(int replica);

  void run_for(std::int64_t ms);
  // True if it came to be within `ms`.
  bool run_until(std::int64_t ms, const std::function<bool()>& is_so);
  std::int64_t time() const { return time_; }

  // What went wrong: two leaders, or two at work on a cluster.
  const std::vector<std::string>& overlaps() const { return overlaps_; }
  std::vector<int> alive() const;
  int leaders() const;
  int leader() const;                           // -1: none
  std::vector<int> at_work(int cluster) const;  // replicas that may
  bool all_clusters_worked_on() const;
  lease::Replica& replica(int number);
  lease::Now now(int replica) const;
  std::int64_t writes() const { return writes_; }

 private:
  struct One;
  struct Request {
    std::int64_t arrives = 0;
    std::int64_t answered = 0;
    bool arrived = false;
    bool lost_there = false;
    bool lost_back = false;
    std::function<void()> arrive;
    std::function<void()> answer;
    std::function<void()> fail;
    int replica = 0;
    std::int64_t gives_up = 0;
  };
  void step();
  void drive(One& one);
  void work(One& one);
  void send(int replica, Request request);
  void check();

  Options options_;
  tests::Dice dice_;
  std::int64_t time_ = 0;
  std::int64_t version_ = 0;
  std::int64_t writes_ = 0;
  std::map<std::string, lease::Lease> server_;
  std::vector<std::unique_ptr<One>> replicas_;
  std::vector<Request> requests_;
  std::vector<std::string> overlaps_;
};

}  // namespace flotilla::test
