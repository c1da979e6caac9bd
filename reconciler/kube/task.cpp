#include "reconciler/kube/task.h"

namespace flotilla::kube {
namespace {

// What the tasks of one all() share: how many still run, and who waits for them.
struct Countdown {
  std::size_t left = 0;
  std::coroutine_handle<> waiter = {};

  // Who goes on now that one more has ended.
  std::coroutine_handle<> arrive() noexcept {
    --left;
    if (left == 0 && waiter) return waiter;
    return std::noop_coroutine();
  }
};

// One task of an all(). Owned by it, so that dropping the all() drops its tasks wherever they are
// suspended.
struct Child {
  struct promise_type {
    Countdown& countdown;

    promise_type(Countdown& shared, Task<>&) : countdown(shared) {}
    struct Finish {
      bool await_ready() noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> done) noexcept {
        return done.promise().countdown.arrive();
      }
      void await_resume() noexcept {}
    };
    Child get_return_object() {
      return Child{std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    Finish final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

// `countdown` is used by the promise only.
Child run_child([[maybe_unused]] Countdown& countdown, Task<> task) {
  Task<> owned = std::move(task);  // its frame goes as soon as it has ended, not with the last one
  co_await owned;
}

class Gathering {
 public:
  explicit Gathering(std::vector<Task<>> tasks) {
    countdown_.left = tasks.size();
    children_.reserve(tasks.size());
    for (Task<>& task : tasks) children_.push_back(run_child(countdown_, std::move(task)));
  }
  Gathering(const Gathering&) = delete;
  Gathering& operator=(const Gathering&) = delete;
  ~Gathering() {
    for (const Child& child : children_) child.handle.destroy();
  }

  bool await_ready() const noexcept { return children_.empty(); }
  // Starts them all. `waiter` is set last: one that ends while others are started must not resume
  // us.
  bool await_suspend(std::coroutine_handle<> waiter) {
    for (const Child& child : children_) child.handle.resume();
    countdown_.waiter = waiter;
    return countdown_.left != 0;
  }
  void await_resume() const noexcept {}

 private:
  Countdown countdown_;
  std::vector<Child> children_;
};

}  // namespace

Task<> all(std::vector<Task<>> tasks) {
  Gathering gathering(std::move(tasks));
  co_await gathering;
}

}  // namespace flotilla::kube
