#pragma once

#include "reconciler/kube/task.h"

#include <cstddef>
#include <list>
#include <utility>

namespace flotilla::kube {

// How many requests may be in flight to one API server: at most `most`. It begins with a few, since
// each brings a connection with it: one more for every few successes. Half as many each time the
// server says that they are too many, and from then on one more for each round of successes.
class Permits {
 public:
  // Given back when it goes.
  class Permit {
   public:
    Permit(Permit&& other) noexcept
        : permits_(std::exchange(other.permits_, nullptr)), round_(other.round_) {}
    Permit& operator=(Permit&&) = delete;
    ~Permit() {
      if (permits_ != nullptr) permits_->release();
    }

   private:
    friend class Permits;
    Permit(Permits* permits, unsigned round) : permits_(permits), round_(round) {}
    Permits* permits_;
    unsigned round_;
  };

  explicit Permits(std::size_t most)
      : most_(most == 0 ? 1 : most), limit_(most_ < first_ ? most_ : first_) {}
  Permits(const Permits&) = delete;
  Permits& operator=(const Permits&) = delete;

  // Suspends until one is free; first come, first served.
  auto acquire() { return Wait{*this}; }

  // The server refused a request as one too many. Of all that were in flight at the same time only
  // the first counts.
  void too_many(const Permit& permit);
  void succeeded();

  std::size_t limit() const { return limit_; }
  std::size_t in_use() const { return in_use_; }

 private:
  struct Wait {
    Permits& permits;
    std::list<Wait*>::iterator place = {};
    std::coroutine_handle<> handle = {};
    bool queued = false;

    explicit Wait(Permits& all) : permits(all) {}
    Wait(const Wait&) = delete;
    Wait& operator=(const Wait&) = delete;
    ~Wait() {
      if (queued) permits.waiting_.erase(place);
    }
    bool await_ready() noexcept {
      if (permits.in_use_ >= permits.limit_) return false;
      ++permits.in_use_;
      return true;
    }
    void await_suspend(std::coroutine_handle<> waiter) {
      handle = waiter;
      place = permits.waiting_.insert(permits.waiting_.end(), this);
      queued = true;
    }
    Permit await_resume() noexcept { return Permit(&permits, permits.round_); }
  };

  void release();
  void let_in();

  static constexpr std::size_t first_ = 8;
  static constexpr std::size_t few_ = 4;

  std::size_t most_;
  std::size_t limit_;
  std::size_t in_use_ = 0;
  std::size_t successes_ = 0;  // since the limit last changed
  bool starting_ = true;       // the server has refused none as one too many
  unsigned round_ = 0;         // how often the limit was cut
  std::list<Wait*> waiting_;
};

}  // namespace flotilla::kube
