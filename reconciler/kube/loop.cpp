#include "reconciler/kube/loop.h"

#include "reconciler/kube/transfers.h"

#include <cassert>
#include <list>
#include <mutex>
#include <thread>
#include <unordered_set>

namespace flotilla::kube {
namespace {

constexpr std::size_t kHelperThreads = 8;
// After stop(): how many more rounds tasks get to notice it and end.
constexpr int kLastRounds = 1000;

// Resumptions that the loop on this thread has still to do.
thread_local std::vector<std::coroutine_handle<>>* ready_here = nullptr;

class ReadyScope {
 public:
  explicit ReadyScope(std::vector<std::coroutine_handle<>>& ready)
      : before_(std::exchange(ready_here, &ready)) {}
  ReadyScope(const ReadyScope&) = delete;
  ReadyScope& operator=(const ReadyScope&) = delete;
  ~ReadyScope() { ready_here = before_; }

 private:
  std::vector<std::coroutine_handle<>>* before_;
};

// A task that the loop owns: registered while it lives, so that it can be dropped with the loop.
struct Root {
  struct promise_type {
    std::unordered_set<void*>& roots;

    promise_type(std::unordered_set<void*>& registry, Task<>&, const std::shared_ptr<bool>&)
        : roots(registry) {}
    std::coroutine_handle<promise_type> self() {
      return std::coroutine_handle<promise_type>::from_promise(*this);
    }
    Root get_return_object() {
      roots.insert(self().address());
      return Root{self()};
    }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept {
      roots.erase(self().address());
      return {};
    }
    void return_void() noexcept {}
    [[noreturn]] void unhandled_exception() noexcept { std::terminate(); }
  };
  std::coroutine_handle<> handle;
};

// `roots` is used by the promise only.
Root run_root([[maybe_unused]] std::unordered_set<void*>& roots, Task<> task,
              std::shared_ptr<bool> ended) {
  {
    Task<> owned = std::move(task);
    co_await owned;
  }
  *ended = true;
}

class Mailbox {
 public:
  void put(std::function<void()> work) {
    const std::scoped_lock lock(mutex_);
    letters_.push_back(std::move(work));
  }
  std::vector<std::function<void()>> take() {
    const std::scoped_lock lock(mutex_);
    return std::exchange(letters_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::function<void()>> letters_;
};

}  // namespace

void resume_soon(std::coroutine_handle<> handle) {
  if (ready_here == nullptr) return handle.resume();
  ready_here->push_back(handle);
}

struct Loop::State {
  using Timers = std::multimap<Clock::time_point, std::function<void()>>;

  Transfers transfers;
  Mailbox mailbox;
  std::vector<std::coroutine_handle<>> ready;
  Timers timers;
  std::unordered_set<void*> roots;
  Semaphore helpers_free{kHelperThreads};
  std::list<std::jthread> helpers;
  bool stopping = false;

  explicit State(Options options) : transfers(std::move(options)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    helpers.clear();  // joins; what they posted is dropped
    // Frames give back permits and handles while they go; nothing may run because of it.
    const ReadyScope scope(ready);
    while (!roots.empty()) {
      void* const frame = *roots.begin();
      roots.erase(roots.begin());
      std::coroutine_handle<>::from_address(frame).destroy();
    }
  }

  void add(Task<> task, std::shared_ptr<bool> ended) {
    ready.push_back(run_root(roots, std::move(task), std::move(ended)).handle);
  }

  void round() {
    const bool idle = ready.empty();
    const Clock::time_point next =
        timers.empty() ? Clock::now() + std::chrono::minutes(1) : timers.begin()->first;
    transfers.poll(idle ? next : Clock::now());
    for (const std::function<void()>& work : mailbox.take()) work();
    fire_timers();
    for (const std::coroutine_handle<> handle : std::exchange(ready, {})) handle.resume();
  }

  void fire_timers() {
    const Clock::time_point now = Clock::now();
    while (!timers.empty() && timers.begin()->first <= now) {
      const std::function<void()> fire = std::move(timers.begin()->second);
      timers.erase(timers.begin());
      fire();
    }
  }

  template <class Ended>
  void run_until(Ended ended) {
    const ReadyScope scope(ready);
    for (const std::function<void()>& work : mailbox.take()) work();  // it may bring the tasks
    while (!stopping && !ended()) round();
    if (stopping) wind_down();
    stopping = false;
  }

  void wind_down() {
    transfers.end_all();
    while (!timers.empty()) {  // only what sleeps now: a loop of sleeps must not spin
      const std::function<void()> fire = std::move(timers.begin()->second);
      timers.erase(timers.begin());
      fire();
    }
    transfers.poll(Clock::now());
    for (int i = 0; i < kLastRounds && !ready.empty(); ++i) round();
  }
};

// Suspends until a moment, or until a bell rings. Dropping it takes the timer back.
class Sleep {
 public:
  using Timers = std::multimap<Clock::time_point, std::function<void()>>;

  Sleep(Timers& timers, Clock::time_point until, Bell* bell)
      : timers_(timers), until_(until), bell_(bell) {}
  Sleep(const Sleep&) = delete;
  Sleep& operator=(const Sleep&) = delete;
  ~Sleep() { disarm(); }
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    armed_ = true;
    timer_ = timers_.emplace(until_, [this, handle] {
      armed_ = false;
      disarm();
      resume_soon(handle);
    });
    if (bell_ == nullptr) return;
    bell_->on_ring_ = [this, handle] {
      disarm();
      resume_soon(handle);
    };
  }
  void await_resume() const noexcept {}

 private:
  void disarm() {
    if (std::exchange(armed_, false)) timers_.erase(timer_);
    if (Bell* const bell = std::exchange(bell_, nullptr)) bell->on_ring_ = nullptr;
  }

  Timers& timers_;
  Clock::time_point until_;
  Bell* bell_;
  Timers::iterator timer_ = {};
  bool armed_ = false;
};

namespace {

// Suspends until an exchange has ended. Dropping it abandons the exchange.
class Exchange {
 public:
  using Timers = std::multimap<Clock::time_point, std::function<void()>>;

  Exchange(Transfers& transfers, Timers& timers, HttpRequest request)
      : transfers_(transfers), timers_(timers) {
    transfer_.request = std::move(request);
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() {
    disarm();
    if (transfer_.easy != nullptr) transfers_.abandon(transfer_);
  }

  bool await_ready() const noexcept { return false; }
  bool await_suspend(std::coroutine_handle<> handle) {
    transfer_.on_end = [this, handle] {
      disarm();
      resume_soon(handle);
    };
    if (!transfers_.start(transfer_)) {
      transfer_.result = fail(Code::internal, "libcurl does not take the request");
      return false;
    }
    watch_silence();
    return true;
  }
  Result<HttpResponse> await_resume() { return std::move(transfer_.result); }

 private:
  // How long nothing may come; 0: for ever.
  std::chrono::milliseconds patience() const {
    const HttpRequest& request = transfer_.request;
    const bool begun = transfer_.answered || request.answer_within.count() == 0;
    return begun ? request.silence : request.answer_within;
  }
  // Looks again when the silence would be over if nothing more came: data cost no timer.
  void watch_silence() {
    if (patience().count() == 0) return;
    const Clock::time_point until = transfer_.last_data + patience();
    armed_ = true;
    timer_ = timers_.emplace(until, [this, until] {
      armed_ = false;
      if (patience().count() == 0 || transfer_.last_data + patience() > until)
        return watch_silence();
      transfer_.silent = true;
      transfers_.end(transfer_);
    });
  }
  void disarm() {
    if (std::exchange(armed_, false)) timers_.erase(timer_);
  }

  Transfers& transfers_;
  Timers& timers_;
  Transfer transfer_;
  Timers::iterator timer_ = {};
  bool armed_ = false;
};

// Suspends until a helper thread has done `work`.
struct OffThread {
  Loop& loop;
  std::list<std::jthread>& helpers;
  std::function<void()> work;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> handle) {
    helpers.emplace_back();
    const auto self = std::prev(helpers.end());
    *self = std::jthread([this, self, handle] {
      work();
      // The thread has nothing to do after this: erasing it joins at once.
      loop.post([threads = &helpers, self, handle] {
        threads->erase(self);
        resume_soon(handle);
      });
    });
  }
  void await_resume() const noexcept {}
};

}  // namespace

Loop::Loop(Options options) : state_(std::make_unique<State>(std::move(options))) {}
Loop::~Loop() = default;

void Loop::spawn(Task<> task) { state_->add(std::move(task), std::make_shared<bool>()); }

void Loop::run(Task<> task) {
  const auto ended = std::make_shared<bool>(false);
  state_->add(std::move(task), ended);
  state_->run_until([ended] { return *ended; });
}

void Loop::run() {
  state_->run_until([this] { return state_->roots.empty(); });
}

void Loop::stop() { state_->stopping = true; }

void Loop::post(std::function<void()> work) {
  state_->mailbox.put(std::move(work));
  state_->transfers.wake();
}

Task<> Loop::sleep(std::chrono::milliseconds duration) {
  Sleep wait(state_->timers, Clock::now() + duration, nullptr);
  co_await wait;
}

Task<> Loop::sleep(std::chrono::milliseconds duration, std::shared_ptr<Bell> bell) {
  Sleep wait(state_->timers, Clock::now() + duration, bell.get());
  co_await wait;
}

Task<> Loop::off_thread(std::function<void()> work) {
  co_await state_->helpers_free.acquire();
  {
    OffThread run{*this, state_->helpers, std::move(work)};
    co_await run;
  }
  state_->helpers_free.release();
}

void Loop::give_up(const void* group) { state_->transfers.give_up(group); }

Task<Result<HttpResponse>> Loop::send(HttpRequest request) {
  if (state_->stopping) co_return fail(Code::cancelled, origin_of(request.url) + ": stopped");
  Exchange exchange(state_->transfers, state_->timers, std::move(request));
  Result<HttpResponse> result = co_await exchange;
  co_return result;
}

}  // namespace flotilla::kube
