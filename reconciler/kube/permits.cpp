#include "reconciler/kube/permits.h"

#include <algorithm>

namespace flotilla::kube {

void Permits::too_many(const Permit& permit) {
  if (permit.round_ != round_) return;
  ++round_;
  successes_ = 0;
  starting_ = false;
  limit_ = std::max<std::size_t>(1, limit_ / 2);
}

void Permits::succeeded() {
  if (limit_ == most_ || ++successes_ < (starting_ ? few_ : limit_)) return;
  successes_ = 0;
  ++limit_;
  let_in();
}

void Permits::release() {
  --in_use_;
  let_in();
}

void Permits::let_in() {
  while (in_use_ < limit_ && !waiting_.empty()) {
    Wait& next = *waiting_.front();
    waiting_.pop_front();
    next.queued = false;
    ++in_use_;
    resume_soon(next.handle);
  }
}

}  // namespace flotilla::kube
