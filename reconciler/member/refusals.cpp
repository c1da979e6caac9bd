#include "reconciler/member/refusals.h"

#include <algorithm>

namespace flotilla::member {
namespace {

constexpr std::chrono::minutes first_pause{5};
constexpr int longest = 4;  // 5 minutes << 4

// True for what somebody may mend on the cluster.
bool passes_without_commit(State state, const Error& error) {
  return state == State::conflict || error.code == Code::forbidden;
}

}  // namespace

const Refusals::Refusal* Refusals::find(const ObjectKey& key, const Attempt& attempt,
                                        Time now) const {
  const auto found = all_.find(key);
  if (found == all_.end()) return nullptr;
  const bool stands = found->second.attempt == attempt && now < found->second.again;
  return stands ? &found->second : nullptr;
}

void Refusals::note(const ObjectKey& key, const Attempt& attempt, State state, Error error,
                    Time now) {
  Refusal& refusal = all_[key];
  refusal.times = refusal.attempt == attempt ? refusal.times + 1 : 0;
  refusal.again = Time::max();
  if (passes_without_commit(state, error))
    refusal.again = now + first_pause * (1 << std::min(refusal.times, longest));
  refusal.attempt = attempt;
  refusal.state = state;
  refusal.error = std::move(error);
}

void Refusals::keep(const std::function<bool(const ObjectKey&)>& is_wanted) {
  std::erase_if(all_, [&](const auto& refusal) { return !is_wanted(refusal.first); });
}

std::optional<Refusals::Time> Refusals::next(Time now) const {
  Time next = Time::max();
  for (const auto& [key, refusal] : all_)
    if (refusal.again > now) next = std::min(next, refusal.again);
  return next == Time::max() ? std::nullopt : std::optional(next);
}

}  // namespace flotilla::member
