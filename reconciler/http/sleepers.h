#pragma once

#include <memory>
#include <mutex>
#include <set>

struct MHD_Connection;

namespace flotilla::http {

// Puts a connection to sleep and wakes it, in any order and from any thread.
class Sleeper {
 public:
  explicit Sleeper(MHD_Connection* connection) : connection_(connection) {}

  bool sleep();  // false if a wake came first
  void wake();
  void close();

 private:
  std::mutex mutex_;
  MHD_Connection* connection_;
  bool asleep_ = false;
  bool woken_ = false;
  bool closed_ = false;
};
using SleeperPtr = std::shared_ptr<Sleeper>;

// The connections that may be asleep, and whether they must be.
class Sleepers {
 public:
  void add(const SleeperPtr& sleeper);
  void remove(const SleeperPtr& sleeper);
  void wake_all();
  void set(bool hanging, bool closing);
  bool hanging() const;
  bool closing() const;

 private:
  mutable std::mutex mutex_;
  std::set<SleeperPtr> sleepers_;
  bool hanging_ = false;
  bool closing_ = false;
};

}  // namespace flotilla::http
