#include "reconciler/controller/git_thread.h"

#include "reconciler/kube/spread.h"
#include "reconciler/log/log.h"

namespace flotilla::controller {
GitThread::GitThread(Source source, const Options& options, kube::Loop& loop, Listener listener)
    : source_(std::move(source)),
      name_(options.repo),
      interval_(options.interval),
      loop_(loop),
      listener_(std::move(listener)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

void GitThread::write(StatusJob job) {
  {
    const std::scoped_lock lock(mutex_);
    inbox_.job = std::move(job);
  }
  wake_.notify_one();
}

void GitThread::look_now() {
  {
    const std::scoped_lock lock(mutex_);
    inbox_.look = true;
  }
  wake_.notify_one();
}

void GitThread::observe(const std::string& cluster, Json::Value status) {
  {
    const std::scoped_lock lock(mutex_);
    inbox_.observed[cluster] = std::move(status);
  }
  wake_.notify_one();
}

// Controllers that were started together do not stay together.
std::chrono::milliseconds GitThread::pause() { return kube::spread(interval_, name_, looks_++); }

void GitThread::work(const std::stop_token& stop) {
  auto next_look = std::chrono::steady_clock::now();
  while (true) {
    Inbox inbox;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_until(lock, stop, next_look, [&] { return !inbox_.empty(); });
      std::swap(inbox, inbox_);
    }
    if (inbox.job) write_now(std::move(*inbox.job));
    if (stop.stop_requested()) return;
    if (!inbox.observed.empty()) tell(source_.observe(std::move(inbox.observed)));
    if (!inbox.look && std::chrono::steady_clock::now() < next_look) continue;
    look();
    next_look = std::chrono::steady_clock::now() + pause();
  }
}

void GitThread::write_now(StatusJob job) {
  Written written;
  const auto result = source_.write_status(job.input);
  written.ok = result.has_value();
  if (!written.ok) {
    log::error("the status branch was not written: " + to_string(result.error()));
    written.untold = std::move(job.input.changes);
  }
  loop_.post([this, value = std::make_shared<Written>(std::move(written))] {
    listener_.on_written(std::move(*value));
  });
}

void GitThread::look() { tell(source_.refresh()); }

void GitThread::tell(Result<std::optional<Decided>> decided) {
  const std::string trouble = decided ? std::string() : to_string(decided.error());
  if (trouble != trouble_) {
    trouble_ = trouble;
    if (trouble.empty())
      log::info("the repository can be read again");
    else
      log::error("the repository cannot be followed: " + trouble);
    loop_.post([this, trouble] { listener_.on_trouble(trouble); });
  }
  if (!decided || !*decided) return;
  if ((*decided)->commit_is_new) log_problems(*(*decided)->decision);
  loop_.post([this, value = std::make_shared<Decided>(std::move(**decided))] {
    listener_.on_decision(std::move(*value));
  });
}

}  // namespace flotilla::controller
