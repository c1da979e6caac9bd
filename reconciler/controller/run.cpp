#include "reconciler/controller/run.h"

#include "reconciler/controller/fleet.h"
#include "reconciler/log/log.h"
#include "reconciler/status/summary.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

namespace flotilla::controller {
namespace {

using namespace std::chrono_literals;

// While things move the status branch gets at most one commit in this time; at once when all is
// settled.
constexpr auto status_pause = 5s;
// So long it waits for clusters that are still at work on the same change.
constexpr auto status_patience = 1s;

void log_problems(const decision::Decision& decision) {
  for (const Problem& problem : decision.problems)
    if (problem.severity == Severity::error)
      log::error(to_string(problem));
    else
      log::warning(to_string(problem));
  for (const ObjectKey& key : decision.unmatched)
    log::info("no policy selects it", {{"object", to_string(key)}});
}

status::Input input_of(const Fleet& fleet) {
  status::Input input;
  input.decision = fleet.decision().get();
  input.reports = fleet.reports();
  input.commit_subject = fleet.subject();
  return input;
}

// Requests are limited per cluster, by the permits of its client: a limit per host would tie
// clusters behind one proxy together.
kube::Loop::Options loop_options() {
  kube::Loop::Options options;
  options.max_connections_per_host = 0;
  return options;
}

// True if another pass may bring objects to health: every cluster was reached and nothing was
// refused.
bool can_still_settle(const Fleet& fleet) {
  return exit_of(*fleet.decision(), fleet.reports()) == Exit::done;
}

}  // namespace

Result<Outcome> run_once(const Options& options,
                         const std::function<void(const std::string&)>& progress,
                         std::stop_token stop) {
  const auto tell = [&](const std::string& text) {
    if (progress) progress(text);
  };
  tell("fetching " + git::shown_url(options.repo));
  TRY_ASSIGN(Source source, Source::open(options));
  TRY_ASSIGN(std::optional<Decided> decided, source.refresh());
  if (!decided) return fail(Code::internal, "the first look at a repository found no decision");
  log_problems(*decided->decision);
  kube::Loop loop(loop_options());
  Fleet fleet(loop, options);
  const std::size_t total = decided->decision->clusters.size();
  std::size_t done = 0;
  fleet.on_report = [&](const member::Report& report) {
    tell(std::to_string(++done) + "/" + std::to_string(total) + " clusters (" + report.cluster +
         ")");
  };
  fleet.want(std::move(*decided));
  const std::stop_callback on_stop(stop, [&] {
    loop.post([&] {
      fleet.stop();
      loop.stop();
    });
  });
  tell("0/" + std::to_string(total) + " clusters");
  loop.run(fleet.pass_once());
  const auto deadline = std::chrono::steady_clock::now() + options.wait_timeout;
  bool timed_out = false;
  while (options.wait && !stop.stop_requested() && !fleet.settled() && can_still_settle(fleet) &&
         !timed_out) {
    loop.run(loop.sleep(500ms));
    loop.run(fleet.pass_once());
    timed_out = std::chrono::steady_clock::now() > deadline;
  }
  tell("writing the status branch");
  Exit exit = stop.stop_requested() ? Exit::done : exit_of(*fleet.decision(), fleet.reports());
  if (timed_out && !fleet.settled()) {
    log::error("not everything became healthy in time",
               {{"seconds", std::to_string(options.wait_timeout.count() / 1000)}});
    exit = worse(exit, Exit::mend);
  }
  const auto written = source.write_status(input_of(fleet));
  if (!written) {
    log::error("the status branch was not written: " + to_string(written.error()));
    exit = worse(exit, is_transient(written.error().code) ? Exit::partial : Exit::mend);
  }
  tell("");
  const status::Summary summary = status::summarize(input_of(fleet), {});
  return Outcome{exit, status::short_revision(fleet.decision()->revision) + ": " +
                           status::fleet_conditions(summary).front().message};
}

namespace {

// The thread that owns the repository. The loop's thread hands it status to write; it hands
// decisions to the loop.
class GitThread {
 public:
  GitThread(Source source, const Options& options, kube::Loop& loop,
            std::function<void(Decided)> on_decision, std::function<void(bool)> on_written)
      : source_(std::move(source)),
        interval_(options.interval),
        loop_(loop),
        on_decision_(std::move(on_decision)),
        on_written_(std::move(on_written)),
        thread_([this](const std::stop_token& stop) { work(stop); }) {}

  struct Job {
    status::Input input;
    std::shared_ptr<const decision::Decision> decision;  // keeps what the input points at
  };
  void write(Job job) {
    {
      const std::scoped_lock lock(mutex_);
      job_ = std::move(job);
    }
    wake_.notify_one();
  }

 private:
  void work(const std::stop_token& stop) {
    auto next_look = std::chrono::steady_clock::now();
    while (true) {
      std::optional<Job> job;
      {
        std::unique_lock lock(mutex_);
        wake_.wait_until(lock, stop, next_look, [&] { return job_.has_value(); });
        job.swap(job_);
      }
      if (job) write_now(*job);
      if (stop.stop_requested()) return;
      if (std::chrono::steady_clock::now() < next_look) continue;
      look();
      next_look = std::chrono::steady_clock::now() + interval_;
    }
  }

  void write_now(const Job& job) {
    const auto written = source_.write_status(job.input);
    if (!written) log::error("the status branch was not written: " + to_string(written.error()));
    loop_.post([this, ok = written.has_value()] { on_written_(ok); });
  }

  void look() {
    auto decided = source_.refresh();
    if (!decided) {
      log::error("the repository cannot be read: " + to_string(decided.error()));
      return;
    }
    if (!*decided) return;
    log_problems(*(*decided)->decision);
    loop_.post([this, value = std::make_shared<Decided>(std::move(**decided))] {
      on_decision_(std::move(*value));
    });
  }

  Source source_;
  std::chrono::milliseconds interval_;
  kube::Loop& loop_;
  std::function<void(Decided)> on_decision_;
  std::function<void(bool)> on_written_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::optional<Job> job_;
  std::jthread thread_;  // last: it uses everything above
};

// When to write the status branch. Lives on the loop's thread.
class StatusPen {
 public:
  StatusPen(kube::Loop& loop, Fleet& fleet) : loop_(loop), fleet_(fleet) {}
  void use(GitThread& git) { git_ = &git; }

  void changed() {
    if (!dirty_) dirty_since_ = std::chrono::steady_clock::now();
    dirty_ = true;
    consider();
  }
  // What has not been written yet, for the last commit before the end.
  void flush() {
    if (!dirty_ || git_ == nullptr || !fleet_.decision()) return;
    dirty_ = false;
    git_->write({input_of(fleet_), fleet_.decision()});
  }
  void written(bool ok) {
    writing_ = false;
    if (!ok) dirty_ = true;
    if (ok)
      consider();
    else
      later();
  }

 private:
  void consider() {
    if (!dirty_ || writing_ || git_ == nullptr || !fleet_.decision()) return;
    const auto now = std::chrono::steady_clock::now();
    const bool early = now < next_ || now < dirty_since_ + status_patience;
    if (early && !fleet_.settled()) {
      later();
      return;
    }
    dirty_ = false;
    writing_ = true;
    next_ = now + status_pause;
    git_->write({input_of(fleet_), fleet_.decision()});
    fleet_.forget_changes();
  }

  void later() {
    if (timer_) return;
    timer_ = true;
    loop_.spawn(ring(*this));
  }
  static kube::Task<> ring(StatusPen& pen) {
    co_await pen.loop_.sleep(std::chrono::milliseconds(status_patience));
    pen.timer_ = false;
    pen.consider();
  }

  kube::Loop& loop_;
  Fleet& fleet_;
  GitThread* git_ = nullptr;
  std::chrono::steady_clock::time_point next_{};
  std::chrono::steady_clock::time_point dirty_since_{};
  bool dirty_ = false;
  bool writing_ = false;
  bool timer_ = false;
};

// Keeps the loop running while there is nothing to do.
kube::Task<> stay(kube::Loop& loop) {
  while (true) co_await loop.sleep(1h);
}

}  // namespace

Result<Exit> run_forever(const Options& options, std::stop_token stop) {
  TRY_ASSIGN(Source source, Source::open(options));
  kube::Loop loop(loop_options());
  Fleet fleet(loop, options);
  fleet.keep_going();
  StatusPen pen(loop, fleet);
  fleet.on_report = [&](const member::Report&) { pen.changed(); };
  GitThread git(
      std::move(source), options, loop,
      [&](Decided decided) {
        log::info("new revision", {{"revision", status::short_revision(decided.decision->revision)},
                                   {"subject", decided.subject}});
        const bool empty = decided.decision->clusters.empty();
        fleet.want(std::move(decided));
        if (empty) pen.changed();
      },
      [&](bool ok) { pen.written(ok); });
  pen.use(git);
  const std::stop_callback on_stop(stop, [&] {
    loop.post([&] {
      fleet.stop();
      loop.stop();
    });
  });
  loop.spawn(stay(loop));
  loop.run();
  pen.flush();
  log::info("stopped");
  return Exit::done;
}

}  // namespace flotilla::controller
