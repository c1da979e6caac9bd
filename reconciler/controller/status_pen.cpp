#include "reconciler/controller/status_pen.h"

#include <algorithm>

namespace flotilla::controller {
namespace {

using namespace std::chrono_literals;

// While things move the status branch gets at most one commit in this time.
constexpr std::chrono::milliseconds status_pause = 5s;
// So long it waits for clusters that are still at work on the same change.
constexpr std::chrono::milliseconds status_patience = 1s;
constexpr std::chrono::milliseconds longest_retry = 30s;

}  // namespace

status::Input status_input(const Fleet& fleet) {
  status::Input input;
  input.decision = fleet.decision().get();
  input.reports = fleet.reports();
  input.followers = fleet.followers();
  input.observed = fleet.observed();
  input.commit_subject = fleet.wanted().subject;
  input.generation = fleet.wanted().generation;
  input.rewritten_from = fleet.wanted().rewritten_from;
  return input;
}

void StatusPen::changed() {
  urgent_ = true;
  observed();
}

void StatusPen::observed() {
  if (!dirty_) dirty_since_ = std::chrono::steady_clock::now();
  dirty_ = true;
  consider();
}

void StatusPen::trouble(std::string why) {
  if (why == trouble_) return;
  trouble_ = std::move(why);
  changed();
}

void StatusPen::try_again() {
  if (retry_ == 0ms || writing_) return;
  retry_ = 0ms;
  next_ = std::chrono::steady_clock::now();
  urgent_ = true;
  consider();
}

void StatusPen::flush() {
  if (dirty_ && !writing_ && git_ != nullptr && fleet_.decision() && may_write()) write();
}

void StatusPen::write() {
  dirty_ = false;
  urgent_ = false;
  writing_ = true;
  under_way_.input = status_input(fleet_);
  under_way_.input.source_trouble = trouble_;
  add(under_way_.input);
  under_way_.decision = fleet_.decision();
  StatusJob job = under_way_;
  job.input.changes = fleet_.take_changes();
  git_->write(std::move(job));
}

void StatusPen::written(Written written) {
  writing_ = false;
  if (written.ok) {
    retry_ = 0ms;
    on_written(under_way_.input);
    consider();
    return;
  }
  fleet_.give_back(std::move(written.untold));
  dirty_ = true;
  retry_ = std::clamp(retry_ * 2, status_patience, longest_retry);
  next_ = std::chrono::steady_clock::now() + retry_;
  later(retry_);
}

void StatusPen::consider() {
  if (!dirty_ || writing_ || git_ == nullptr || !fleet_.decision() || !may_write()) return;
  const auto now = std::chrono::steady_clock::now();
  if (retry_ > 0ms && now < next_) return later(status_patience);
  const bool early = now < next_ || now < dirty_since_ + status_patience;
  if (early && !(urgent_ && fleet_.settled())) return later(status_patience);
  next_ = now + status_pause;
  write();
}

void StatusPen::later(std::chrono::milliseconds duration) {
  if (timer_) return;
  timer_ = true;
  loop_.spawn(ring(*this, duration));
}

kube::Task<> StatusPen::ring(StatusPen& pen, std::chrono::milliseconds duration) {
  co_await pen.loop_.sleep(duration);
  pen.timer_ = false;
  pen.consider();
}

}  // namespace flotilla::controller
