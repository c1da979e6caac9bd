#include "reconciler/member/course.h"

#include "reconciler/kube/spread.h"

#include <algorithm>

namespace flotilla::member {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds first_pause = 800ms;
constexpr milliseconds longest_pause = 30s;
// A server that ends watches sooner than this is not asked for the next one at once.
constexpr milliseconds shortest_watch = 1s;
// A watch that stands this long after a failure is taken to work, though nothing came of it.
constexpr milliseconds standing_watch = 10s;
constexpr milliseconds gathering = 50ms;
constexpr std::int64_t longest_nap = 10;  // seconds

std::string words_of(const Courses& courses, const Course& course, const Scope& scope) {
  return courses.client.server() + " " + to_string(course.kind) + " " + scope.namespace_;
}

// The `failures`th pause in a row.
milliseconds pause_after(int failures, const std::string& words) {
  const milliseconds step =
      std::min(first_pause * (1 << std::min(failures - 1, 10)), longest_pause);
  return kube::spread(step, words, failures);
}

bool is_expired(const kube::ApiError& error) {
  return kube::fault_of(error) == kube::Fault::expired ||
         std::ranges::any_of(error.causes, [](const kube::ApiError::Cause& cause) {
           return cause.reason == "ResourceVersionTooLarge";  // the server was set back
         });
}

kube::ApiError superseded() {
  kube::ApiError error;
  error.error = {Code::cancelled, "no longer asked for"};
  return error;
}

std::string selector_of(const Courses& courses) {
  return std::string(manifest::part_of_label) + "=" + courses.applyset_id;
}

// One watch under way.
struct Attempt {
  CoursesPtr courses;
  CoursePtr course;
  ScopePtr scope;
  std::uint64_t generation = 0;
  bool heard = false;

  bool is_over() const { return scope->generation != generation; }

  bool on_event(const kube::WatchEvent& event) {
    if (is_over() || event.type == "ERROR") return false;
    heard = true;
    scope->failed = false;
    const std::string version = get_string(event.object, {"metadata", "resourceVersion"});
    const bool newer = !version.empty() && is_newer(version, scope->resource_version);
    if (event.type == "BOOKMARK") {
      // A server that was set back (a restored etcd) would leave out what happens until it has
      // caught up.
      const bool set_back = !newer && !version.empty() && version != scope->resource_version;
      if (newer) scope->resource_version = version;
      if (set_back) scope->listed = false;
      return !set_back;
    }
    if (newer) scope->resource_version = version;
    if (courses->sightings.on_event(event)) tell(courses);
    await_graces(courses);
    return !is_over();
  }
};
using AttemptPtr = std::shared_ptr<Attempt>;

kube::Task<> trust_soon(AttemptPtr attempt, std::uint64_t number) {
  co_await attempt->courses->loop.sleep(standing_watch);
  if (!attempt->is_over() && attempt->scope->attempt == number) attempt->scope->failed = false;
}

kube::Task<kube::ApiResult<bool>> watch_once(AttemptPtr attempt) {
  Courses& courses = *attempt->courses;
  const ScopePtr scope = attempt->scope;
  attempt->heard = false;
  ++scope->attempt;
  if (scope->failed) courses.loop.spawn(trust_soon(attempt, scope->attempt));
  kube::WatchOptions options;
  options.label_selector = selector_of(courses);
  options.resource_version = scope->resource_version;
  options.metadata_only = !interpreter::has_status(attempt->course->kind);
  const std::function<bool(kube::WatchEvent)> on_event = [attempt](kube::WatchEvent event) {
    return attempt->on_event(event);
  };
  const Clock::time_point began = Clock::now();
  auto ended = co_await courses.client.watch(attempt->course->resource, scope->namespace_, options,
                                             on_event);
  if (ended && scope->listed && Clock::now() - began < shortest_watch) {
    kube::ApiError error;
    error.error = {Code::unavailable, "server ends a watch as soon as it has begun"};
    co_return tl::unexpected(std::move(error));
  }
  co_return ended;
}

// A watch, or the list that must come before it.
kube::Task<kube::ApiResult<bool>> go_on(AttemptPtr attempt) {
  if (attempt->scope->listed) {
    auto ended = co_await watch_once(attempt);
    if (!ended && is_expired(ended.error()) && !attempt->is_over()) {
      attempt->scope->listed = false;
      co_return true;
    }
    co_return ended;
  }
  auto changed = co_await list(attempt->courses, attempt->course, attempt->scope);
  if (changed && *changed && !attempt->is_over()) tell(attempt->courses);
  co_return changed;
}

kube::Task<> keep_watching(AttemptPtr attempt) {
  const ScopePtr scope = attempt->scope;
  int failures = 0;
  while (!attempt->is_over()) {
    const bool listing = !scope->listed;
    attempt->heard = false;
    auto went = co_await go_on(attempt);
    if (attempt->is_over()) co_return;
    if (attempt->heard) failures = 0;
    if (went) {
      scope->failed = false;
      const bool expired = !listing && !scope->listed;
      if (!listing && !expired) failures = 0;
      // A server that says again and again that its own list is too old is not asked in a tight
      // loop.
      if (!expired || ++failures < 3) continue;
    } else if (kube::fault_of(went.error()) == kube::Fault::cancelled) {
      scope->watched = false;  // the loop ends
      co_return;
    } else if (went.error().status == 404) {
      drop(*attempt->courses, attempt->course->kind);
      tell(attempt->courses);
      co_return;
    } else {
      scope->failed = true;
      ++failures;
    }
    const std::string words = words_of(*attempt->courses, *attempt->course, *scope);
    co_await attempt->courses->loop.sleep(pause_after(failures, words));
  }
}

kube::Task<> tell_soon(CoursesPtr courses) {
  co_await courses->loop.sleep(gathering);
  courses->telling = false;
  if (!courses->following) co_return;
  const std::function<void()> on_change = courses->on_change;  // which may put another in its place
  if (on_change) on_change();
}

kube::Task<> wait_for_graces(CoursesPtr courses) {
  while (courses->following) {
    const auto next = courses->sightings.next_grace();
    if (!next) break;
    const std::int64_t left = *next - courses->now();
    if (left <= 0) {
      if (courses->sightings.end_graces()) tell(courses);
      continue;
    }
    const std::chrono::seconds nap(std::min(left, longest_nap));
    co_await courses->loop.sleep(nap);
  }
  courses->awaiting_grace = false;
}

}  // namespace

ScopePtr scope_of(Course& course, const std::string& namespace_) {
  ScopePtr& scope = course.scopes[namespace_];
  if (!scope) {
    scope = std::make_shared<Scope>();
    scope->namespace_ = namespace_;
  }
  return scope;
}

void end(Scope& scope) {
  ++scope.generation;
  scope.watched = false;
  scope.listed = false;
}

void end(Course& course) {
  for (const auto& [namespace_, scope] : course.scopes) end(*scope);
  course.scopes.clear();
}

bool is_live(const Scope& scope) {
  return scope.watched && scope.listed && !scope.unclear && !scope.failed;
}

kube::Task<kube::ApiResult<bool>> list(CoursesPtr courses, CoursePtr course, ScopePtr scope) {
  if (courses->closed) co_return tl::unexpected(superseded());
  const std::uint64_t generation = scope->generation;
  Sightings::Listing listing(courses->sightings, course->kind, scope->namespace_);
  kube::ListOptions options;
  options.label_selector = selector_of(*courses);
  options.metadata_only = !interpreter::has_status(course->kind);
  options.begin = [&listing] { listing.begin(); };
  options.each = [&listing, scope, generation](Json::Value live) {
    if (scope->generation == generation) listing.add(live);
  };
  auto answer = co_await courses->client.list(course->resource, scope->namespace_, options);
  if (courses->closed || scope->generation != generation) co_return tl::unexpected(superseded());
  if (!answer) co_return tl::unexpected(std::move(answer).error());
  scope->resource_version = answer->resource_version;
  scope->listed = true;
  scope->unclear = false;
  const bool changed = listing.end();
  await_graces(courses);
  co_return changed;
}

void watch(const CoursesPtr& courses, CoursePtr course, ScopePtr scope) {
  if (!courses->following) return;
  ++scope->generation;
  scope->watched = true;
  scope->failed = false;
  auto attempt = std::make_shared<Attempt>();
  attempt->courses = courses;
  attempt->course = std::move(course);
  attempt->generation = scope->generation;
  attempt->scope = std::move(scope);
  courses->loop.spawn(keep_watching(attempt));
}

bool drop(Courses& courses, const GroupKind& kind) {
  const auto course = courses.by_kind.find(kind);
  if (course != courses.by_kind.end()) {
    end(*course->second);
    courses.by_kind.erase(course);
  }
  return courses.sightings.forget_all(kind, {});
}

void tell(const CoursesPtr& courses) {
  if (!courses->following || courses->telling) return;
  courses->telling = true;
  courses->loop.spawn(tell_soon(courses));
}

void await_graces(const CoursesPtr& courses) {
  if (!courses->following || courses->awaiting_grace || !courses->sightings.next_grace()) return;
  courses->awaiting_grace = true;
  courses->loop.spawn(wait_for_graces(courses));
}

}  // namespace flotilla::member
