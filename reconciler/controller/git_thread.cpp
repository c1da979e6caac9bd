#include "reconciler/controller/git_thread.h"

#include "reconciler/kube/spread.h"
#include "reconciler/lease/identity.h"
#include "reconciler/log/log.h"
#include "reconciler/metrics/metrics.h"

namespace flotilla::controller {
namespace {

// So long giving back the lease may take, at the end.
constexpr std::chrono::milliseconds last_push{2'000};

}  // namespace

GitThread::GitThread(Source source, std::optional<lease::RepositoryLease> lease,
                     const Options& options, kube::Loop& loop, Listener listener)
    : source_(std::move(source)),
      lease_(std::move(lease)),
      name_(options.repo),
      replica_(options.lease.replica),
      rendered_(options.rendered),
      interval_(options.interval),
      end_(options.network.end),
      loop_(loop),
      listener_(std::move(listener)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

void GitThread::write(StatusJob job) {
  put([&](Inbox& inbox) { inbox.job = std::move(job); });
}

void GitThread::look_now() {
  put([](Inbox& inbox) { inbox.look = true; });
}

void GitThread::observe(const std::string& cluster, status::ClusterStatusPtr status) {
  put([&](Inbox& inbox) { inbox.observed[cluster] = std::move(status); });
}

void GitThread::follow(std::optional<std::string> commit) {
  put([&](Inbox& inbox) {
    inbox.follow = std::move(commit);
    inbox.look = true;
  });
}

void GitThread::start_over(std::uint64_t term) {
  put([&](Inbox& inbox) {
    inbox.term = term;
    inbox.look = true;
  });
}

void GitThread::finish() {
  thread_.request_stop();
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

// Controllers that were started together do not stay together.
std::chrono::milliseconds GitThread::pause() { return kube::spread(interval_, name_, looks_++); }

void GitThread::work(const std::stop_token& stop) {
  auto next_look = std::chrono::steady_clock::now();
  keep_lease(std::nullopt);
  while (true) {
    Inbox inbox;
    {
      auto until = next_look;
      if (lease_)
        until = std::min(
            until, std::chrono::steady_clock::now() + (lease_->next_call() - lease::now().mono));
      std::unique_lock lock(mutex_);
      wake_.wait_until(lock, stop, until, [&] { return !inbox_.empty(); });
      std::swap(inbox, inbox_);
    }
    if (inbox.follow) source_.follow(std::move(*inbox.follow));
    if (inbox.term) {
      term_ = *inbox.term;
      read_ = false;
      source_.start_over();
    }
    // Whoever waits for the lease waits for no longer than one step takes.
    if (inbox.job) write_now(std::move(*inbox.job));
    if (stop.stop_requested()) break;
    keep_lease_if_due();
    // It says nothing of the repository.
    if (!inbox.observed.empty()) {
      pass_on(source_.observe(std::move(inbox.observed)));
      keep_lease_if_due();
    }
    if (inbox.look || std::chrono::steady_clock::now() >= next_look) {
      look();
      next_look = std::chrono::steady_clock::now() + pause();
    }
  }
  if (!lease_) return;
  if (end_) *end_ = std::chrono::steady_clock::now() + last_push;
  if (const auto released = lease_->release(source_.repository()); !released)
    log::warning("the lease was not given back: " + to_string(released.error()));
}

void GitThread::keep_lease_if_due() {
  if (lease_ && lease_->next_call() <= lease::now().mono) keep_lease(std::nullopt);
}

void GitThread::keep_lease(std::optional<lease::Now> fetched_since) {
  if (!lease_) return;
  const auto looked = lease_->look(source_.repository(), fetched_since);
  std::string trouble = looked ? std::string() : to_string(looked.error());
  if (trouble.empty() && lease_->trouble()) trouble = to_string(*lease_->trouble());
  if (trouble != lease_trouble_) {
    lease_trouble_ = trouble;
    if (!trouble.empty()) log::warning("the lease in the repository cannot be kept: " + trouble);
  }
  LeaseNews news;
  news.until = std::chrono::steady_clock::now() + (lease_->until() - lease::now().mono);
  // One that was lost for want of git is still in this replica's name.
  if (!lease_->holds() && lease_->holder() != replica_) news.holder = lease_->holder();
  if (!lease_->holds() && news.holder.empty()) news.trouble = trouble;
  if (news.holder != told_holder_) {
    told_holder_ = news.holder;
    if (news.holder.empty())
      log::info("this replica works");
    else
      log::info("another replica works, this one stands by", {{"holder", news.holder}});
  }
  loop_.post([this, news] { listener_.on_lease(news); });
}

void GitThread::write_now(StatusJob job) {
  Written written;
  Result<bool> result(true);
  if (lease_ && !lease_->holds()) {
    result = fail(Code::conflict, "another replica holds the lease");
  } else {
    result = source_.write_status(job.input);
    if (rendered_ && result) write_rendered(*job.decision);
  }
  written.ok = result.has_value();
  const std::string trouble = written.ok ? std::string() : to_string(result.error());
  if (trouble != write_trouble_) {
    write_trouble_ = trouble;
    if (trouble.empty())
      log::info("the status branch is written again");
    else
      log::error("the status branch was not written: " + trouble);
  }
  // People are told also when git is away. A branch that others write is theirs to tell of.
  if (written.ok || result.error().code != Code::conflict)
    listener_.at_writing(job.input, source_.memory());
  if (!written.ok) written.untold = std::move(job.input.changes);
  loop_.post([this, value = std::make_shared<Written>(std::move(written))] {
    listener_.on_written(std::move(*value));
  });
}

void GitThread::write_rendered(const decision::Decision& decision) {
  const auto written = source_.write_rendered(decision);
  const std::string trouble = written ? std::string() : to_string(written.error());
  if (trouble == rendered_trouble_) return;
  rendered_trouble_ = trouble;
  if (trouble.empty())
    log::info("the branch of manifests is written again");
  else
    log::error("the branch of manifests was not written: " + trouble);
}

void GitThread::look() {
  const lease::Now began = lease::now();
  auto decided = source_.refresh();
  // A refused commit is told, and what was good before it goes on.
  const bool refused = !decided && to_string(decided.error()) == source_.refusal();
  const bool fetched = decided.has_value() || refused;
  tell(std::move(decided));
  if (refused) tell(source_.refresh());
  if (fetched && !write_trouble_.empty()) loop_.post([this] { listener_.on_answer(); });
  if (fetched && source_.branch_moved()) loop_.post([this] { listener_.on_branch_moved(); });
  if (fetched) keep_lease(began);
}

void GitThread::tell(Result<std::optional<Decided>> decided) {
  const std::string trouble = decided ? source_.refusal() : to_string(decided.error());
  metrics::source_followed(trouble.empty());
  if (trouble != trouble_) {
    trouble_ = trouble;
    if (trouble.empty())
      log::info("the repository can be read again");
    else
      log::error("the repository cannot be followed: " + trouble);
    loop_.post([this, trouble] { listener_.on_trouble(trouble); });
  }
  if (decided) pass_on(std::move(*decided));
}

void GitThread::pass_on(std::optional<Decided> decided) {
  if (!decided) return;
  if (!read_) listener_.at_reading(source_.memory());
  read_ = true;
  decided->term = term_;
  if (decided->commit_is_new) log_problems(*decided->decision);
  loop_.post([this, value = std::make_shared<Decided>(std::move(*decided))] {
    listener_.on_decision(std::move(*value));
  });
}

}  // namespace flotilla::controller
