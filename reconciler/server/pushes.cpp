#include "reconciler/server/pushes.h"

namespace flotilla::server {

// More refs than these are "anything may have changed".
static constexpr std::size_t most_refs = 1000;

void Pushes::add(Push push) {
  {
    const std::scoped_lock lock(mutex_);
    const bool first = commits_.empty();
    if (commits_.size() >= most_refs && !commits_.contains(push.ref)) {
      commits_.clear();
      push = {};
    }
    commits_[push.ref] = std::move(push.commit);
    if (!first) return;
  }
  on_first_();
}

std::vector<Push> Pushes::take() {
  std::vector<Push> result;
  const std::scoped_lock lock(mutex_);
  for (auto& [ref, commit] : commits_) result.push_back({ref, std::move(commit)});
  commits_.clear();
  return result;
}

}  // namespace flotilla::server
