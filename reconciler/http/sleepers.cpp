#include "reconciler/http/sleepers.h"

#include <microhttpd.h>

#include <vector>

namespace flotilla::http {

bool Sleeper::sleep() {
  const std::scoped_lock lock(mutex_);
  if (woken_) {
    woken_ = false;
    return false;
  }
  asleep_ = true;
  MHD_suspend_connection(connection_);
  return true;
}

void Sleeper::wake() {
  const std::scoped_lock lock(mutex_);
  if (closed_) return;
  if (!asleep_) {
    woken_ = true;
    return;
  }
  asleep_ = false;
  MHD_resume_connection(connection_);
}

void Sleeper::close() {
  const std::scoped_lock lock(mutex_);
  closed_ = true;
}

void Sleepers::add(const SleeperPtr& sleeper) {
  const std::scoped_lock lock(mutex_);
  sleepers_.insert(sleeper);
}

void Sleepers::remove(const SleeperPtr& sleeper) {
  sleeper->close();
  const std::scoped_lock lock(mutex_);
  sleepers_.erase(sleeper);
}

void Sleepers::wake_all() {
  std::vector<SleeperPtr> all;
  {
    const std::scoped_lock lock(mutex_);
    all.assign(sleepers_.begin(), sleepers_.end());
  }
  for (const SleeperPtr& sleeper : all) sleeper->wake();
}

void Sleepers::set(bool hanging, bool closing) {
  const std::scoped_lock lock(mutex_);
  hanging_ = hanging;
  closing_ = closing;
}

bool Sleepers::hanging() const {
  const std::scoped_lock lock(mutex_);
  return hanging_ && !closing_;
}

bool Sleepers::closing() const {
  const std::scoped_lock lock(mutex_);
  return closing_;
}

}  // namespace flotilla::http
