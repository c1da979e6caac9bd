#include "reconciler/member/fights.h"

#include <algorithm>

namespace flotilla::member {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t limit = 5;
constexpr auto window = 60s;
constexpr auto first_rest = 60s;
constexpr int longest = 4;  // 60 s << 4: sixteen minutes
constexpr auto quiet = 600s;

}  // namespace

bool Fights::may_correct(const ObjectKey& key, Time now) const {
  const auto found = courses_.find(key);
  return found == courses_.end() || found->second.until <= now;
}

void Fights::corrected(const ObjectKey& key, Time now) {
  Course& course = courses_[key];
  if (!course.recent.empty() && now - std::max(course.recent.back(), course.until) > quiet)
    course = {};
  course.recent.push_back(now);
  while (now - course.recent.front() > window) course.recent.pop_front();
  ++course.corrections;
  // One that goes on after a rest gets no five further rounds.
  const bool resumed = course.rests > 0 && course.recent.size() > 1;
  if (course.recent.size() <= limit && !resumed) {
    if (course.rests == 0) course.corrections = static_cast<int>(course.recent.size());
    return;
  }
  course.rest = first_rest * (1 << std::min(course.rests, longest));
  course.until = now + course.rest;
  ++course.rests;
  course.recent.clear();
  course.recent.push_back(course.until);
}

std::optional<Fights::Time> Fights::next(Time now) const {
  std::optional<Time> next;
  for (const auto& [key, course] : courses_)
    if (course.until > now && (!next || course.until < *next)) next = course.until;
  return next;
}

std::chrono::seconds Fights::rest(const ObjectKey& key) const {
  const auto found = courses_.find(key);
  return found == courses_.end() ? std::chrono::seconds(0) : found->second.rest;
}

int Fights::corrections(const ObjectKey& key) const {
  const auto found = courses_.find(key);
  return found == courses_.end() ? 0 : found->second.corrections;
}

}  // namespace flotilla::member
