#pragma once

#include <coroutine>
#include <cstddef>
#include <deque>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

// Coroutines for the one thread that carries all clusters' connections. A Task does nothing until
// it is awaited or handed to a Loop; code between two co_awaits runs undisturbed, so state that
// only tasks touch needs no lock. Rules for writing one: take parameters by value (a reference must
// outlive the task), never be a lambda with captures, and have no braced aggregate (`f({...})`),
// conditional operator or default argument of class type inside a co_await expression: g++ 12
// destroys such temporaries wrongly. Name them first.
namespace flotilla::kube {

template <class T = void>
class Task;

namespace detail {

struct PromiseBase {
  std::coroutine_handle<> waiter = std::noop_coroutine();

  struct Finish {
    bool await_ready() noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> done) noexcept {
      return done.promise().waiter;
    }
    void await_resume() noexcept {}
  };
  std::suspend_always initial_suspend() noexcept { return {}; }
  Finish final_suspend() noexcept { return {}; }
  // Errors are values here; an exception in a task is a broken invariant (or no memory).
  [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
};

template <class T>
struct Promise : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() { return std::move(*value); }
};

template <>
struct Promise<void> : PromiseBase {
  Task<void> get_return_object();
  void return_void() noexcept {}
  void take() noexcept {}
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) handle_.destroy();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> waiter) noexcept {
    handle_.promise().waiter = waiter;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

 private:
  Handle handle_;
};

namespace detail {

template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

// A coroutine that owns itself: runs at once and is gone when it ends.
struct Detached {
  struct promise_type {
    Detached get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
  };
};

}  // namespace detail

// Runs all tasks side by side and ends when the last has ended.
Task<> all(std::vector<Task<>> tasks);

// Lets the loop that runs on this thread resume `handle` in its next round, so that chains of
// resumptions need no stack. Where no loop runs it is resumed at once.
void resume_soon(std::coroutine_handle<> handle);

// At most `limit` holders at a time; the others wait in the order in which they came.
class Semaphore {
 public:
  explicit Semaphore(std::size_t limit) : free_(limit) {}
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;

  auto acquire() {
    struct Wait {
      Semaphore& semaphore;
      bool await_ready() const noexcept {
        if (semaphore.free_ == 0) return false;
        --semaphore.free_;
        return true;
      }
      void await_suspend(std::coroutine_handle<> handle) { semaphore.waiting_.push_back(handle); }
      void await_resume() const noexcept {}
    };
    return Wait{*this};
  }
  void release() {
    if (waiting_.empty()) {
      ++free_;
      return;
    }
    const std::coroutine_handle<> next = waiting_.front();
    waiting_.pop_front();
    resume_soon(next);
  }

 private:
  std::size_t free_;
  std::deque<std::coroutine_handle<>> waiting_;
};

}  // namespace flotilla::kube
