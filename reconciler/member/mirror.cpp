#include "reconciler/member/mirror.h"

#include "reconciler/member/course.h"

#include <algorithm>

namespace flotilla::member {

struct Mirror::State {
  CoursesPtr courses;
  std::shared_ptr<const kube::Discovery> discovery;  // of the last read
  std::set<GroupKind> kinds;                         // of the last read that are served
  std::map<GroupKind, kube::ApiError> faults;
  std::map<GroupKind, std::set<std::string>> refused;
};

namespace {

bool is_forbidden(const kube::ApiError& error) {
  return kube::fault_of(error) == kube::Fault::forbidden;
}

bool must_read(const Courses& courses, const Scope& scope) {
  return !courses.following || !is_live(scope);
}

// An API that is down serves nothing, and its objects are there all the same.
std::optional<kube::ApiError> outage_of(const GroupKind& kind, const kube::Discovery& discovery) {
  if (kind.group.empty()) return std::nullopt;
  const auto about_it = [&](const Problem& fault) {
    return fault.message.find(" " + kind.group + "/") != std::string::npos;
  };
  const auto fault = std::ranges::find_if(discovery.faults, about_it);
  if (fault == discovery.faults.end()) return std::nullopt;
  kube::ApiError error;
  error.error = {Code::unavailable, "a part of the cluster's API is down: " + fault->message};
  return error;
}

// What reading one kind came to.
struct Outcome {
  std::optional<kube::ApiError> fault;
  std::set<std::string> refused;
  bool gone = false;  // it is not served
};

// Reads a scope, if need be, and has it watched from there. Gives the error.
kube::Task<std::optional<kube::ApiError>> read_scope(CoursesPtr courses, CoursePtr course,
                                                     ScopePtr scope) {
  if (!must_read(*courses, *scope)) co_return std::nullopt;
  auto listed = co_await list(courses, course, scope);
  if (!listed) co_return std::move(listed).error();
  watch(courses, course, scope);
  co_return std::nullopt;
}

kube::Task<> read_into(CoursesPtr courses, CoursePtr course, ScopePtr scope, Outcome* outcome,
                       std::size_t* allowed) {
  auto fault = co_await read_scope(courses, course, scope);
  if (!fault) {
    ++*allowed;
  } else if (is_forbidden(*fault)) {
    outcome->refused.insert(scope->namespace_);
  } else if (!outcome->fault) {
    outcome->fault = std::move(fault);
  }
}

kube::Task<> read_namespaces(CoursesPtr courses, CoursePtr course, std::set<std::string> namespaces,
                             Outcome* outcome) {
  // What is known somewhere is looked after there, also if nothing more is wanted there.
  namespaces.merge(courses->sightings.namespaces_of(course->kind));
  for (auto scope = course->scopes.begin(); scope != course->scopes.end();) {
    if (namespaces.contains(scope->first)) {
      ++scope;
      continue;
    }
    end(*scope->second);
    scope = course->scopes.erase(scope);
  }
  std::size_t allowed = 0;
  std::vector<kube::Task<>> readings;
  for (const std::string& namespace_ : namespaces)
    readings.push_back(
        read_into(courses, course, scope_of(*course, namespace_), outcome, &allowed));
  co_await kube::all(std::move(readings));
  if (allowed == 0 && !outcome->fault) outcome->fault = course->refusal;
  if (allowed == 0) outcome->refused.clear();
}

// The whole cluster in one list; true if that is the end of it.
kube::Task<bool> read_cluster(CoursesPtr courses, CoursePtr course, Outcome* outcome) {
  if (course->refusal && !course->ask_again) co_return false;
  course->ask_again = false;
  // Apart from the scopes of namespaces, which stay until it is known that they are not needed.
  ScopePtr whole = std::make_shared<Scope>();
  if (!course->refusal) whole = scope_of(*course, {});
  auto fault = co_await read_scope(courses, course, whole);
  if (!fault && course->refusal) {
    end(*course);
    course->scopes[std::string()] = whole;
    course->refusal.reset();
  }
  if (!fault) co_return true;
  if (!is_forbidden(*fault) || !course->resource.namespaced) {
    outcome->fault = std::move(fault);
    co_return true;
  }
  if (!course->refusal) end(*course);
  course->refusal = std::move(fault);
  co_return false;
}

kube::Task<> read_course(CoursesPtr courses, CoursePtr course, std::set<std::string> namespaces,
                         Outcome* outcome) {
  const bool done = co_await read_cluster(courses, course, outcome);
  if (!done) co_await read_namespaces(courses, course, namespaces, outcome);
  // The discovery is older than the end of its definition.
  if (!outcome->fault || outcome->fault->status != 404) co_return;
  outcome->fault.reset();
  drop(*courses, course->kind);
  outcome->gone = true;
}

CoursePtr course_of(Courses& courses, const GroupKind& kind, const kube::Resource& resource) {
  CoursePtr& course = courses.by_kind[kind];
  const bool moved = course && (course->resource.version != resource.version ||
                                course->resource.plural != resource.plural ||
                                course->resource.namespaced != resource.namespaced);
  if (moved) end(*course);
  if (moved || !course) {
    course = std::make_shared<Course>();
    course->kind = kind;
    course->resource = resource;
  }
  return course;
}

}  // namespace

Mirror::Mirror(kube::Client& client, Options options) : state_(std::make_shared<State>()) {
  state_->courses =
      std::make_shared<Courses>(client, std::move(options.applyset_id), std::move(options.now));
}

Mirror::~Mirror() {
  stop();
  state_->courses->closed = true;
}

void Mirror::judge_by(std::shared_ptr<const decision::Decision> decision, std::string cluster) {
  Courses& courses = *state_->courses;
  for (const GroupKind& kind : courses.sightings.judge_by(std::move(decision), cluster)) {
    const auto course = courses.by_kind.find(kind);
    if (course == courses.by_kind.end()) continue;
    for (const auto& [namespace_, scope] : course->second->scopes) scope->unclear = true;
  }
}

kube::Task<> Mirror::read(std::set<GroupKind> kinds, std::set<std::string> namespaces,
                          std::shared_ptr<const kube::Discovery> discovery) {
  const std::shared_ptr<State> state = state_;
  const CoursesPtr courses = state->courses;
  const bool other_discovery = state->discovery != discovery;
  state->discovery = discovery;
  std::set<GroupKind> served;
  std::map<GroupKind, kube::ApiError> faults;
  std::map<GroupKind, std::set<std::string>> refused;
  for (auto course = courses->by_kind.begin(); course != courses->by_kind.end();) {
    if (kinds.contains(course->first)) {
      ++course;
      continue;
    }
    end(*course->second);
    course = courses->by_kind.erase(course);
  }
  courses->sightings.forget_others(kinds);

  std::map<GroupKind, Outcome> outcomes;
  std::vector<kube::Task<>> readings;
  for (const GroupKind& kind : kinds) {
    const kube::Resource* resource = discovery->find(kind);
    if (resource == nullptr) {
      if (auto outage = outage_of(kind, *discovery)) {
        faults[kind] = std::move(*outage);
      } else {
        drop(*courses, kind);
      }
      continue;
    }
    served.insert(kind);
    const CoursePtr course = course_of(*courses, kind, *resource);
    if (other_discovery) course->ask_again = true;
    readings.push_back(read_course(courses, course, namespaces, &outcomes[kind]));
  }
  co_await kube::all(std::move(readings));
  if (courses->closed) co_return;
  for (auto& [kind, outcome] : outcomes) {
    if (outcome.gone) served.erase(kind);
    if (outcome.fault) faults[kind] = std::move(*outcome.fault);
    if (!outcome.refused.empty()) refused[kind] = std::move(outcome.refused);
  }
  state->kinds = std::move(served);
  state->faults = std::move(faults);
  state->refused = std::move(refused);
}

bool Mirror::reads(const GroupKind& kind) const { return state_->courses->by_kind.contains(kind); }

kube::Task<> Mirror::read_again(std::set<GroupKind> kinds) {
  const CoursesPtr courses = state_->courses;
  for (const GroupKind& kind : kinds) {
    const auto found = courses->by_kind.find(kind);
    if (found == courses->by_kind.end()) continue;
    const CoursePtr course = found->second;
    const std::map<std::string, ScopePtr> scopes = course->scopes;
    for (const auto& [namespace_, scope] : scopes) co_await list(courses, course, scope);
  }
}

const std::map<GroupKind, kube::ApiError>& Mirror::faults() const { return state_->faults; }

const std::map<GroupKind, std::set<std::string>>& Mirror::refused_namespaces() const {
  return state_->refused;
}

void Mirror::follow(std::function<void()> on_change) {
  const CoursesPtr& courses = state_->courses;
  courses->on_change = std::move(on_change);
  if (courses->following) return;
  courses->following = true;
  for (const auto& [kind, course] : courses->by_kind)
    for (const auto& [namespace_, scope] : course->scopes)
      if (scope->listed) watch(courses, course, scope);
  await_graces(courses);
}

bool Mirror::is_live() const {
  const Courses& courses = *state_->courses;
  if (!courses.following || !state_->discovery || !state_->faults.empty()) return false;
  return std::ranges::all_of(state_->kinds, [&](const GroupKind& kind) {
    const auto course = courses.by_kind.find(kind);
    if (course == courses.by_kind.end()) return false;
    const auto& refused = state_->refused.find(kind);
    return std::ranges::all_of(course->second->scopes, [&](const auto& entry) {
      const bool is_refused =
          refused != state_->refused.end() && refused->second.contains(entry.first);
      return is_refused || member::is_live(*entry.second);
    });
  });
}

void Mirror::stop() {
  Courses& courses = *state_->courses;
  courses.following = false;
  courses.on_change = nullptr;
  for (const auto& [kind, course] : courses.by_kind) end(*course);
  courses.by_kind.clear();
}

const std::map<ObjectKey, Seen>& Mirror::objects() const {
  return state_->courses->sightings.objects();
}

void Mirror::note(const Json::Value& live) {
  state_->courses->sightings.note(live);
  await_graces(state_->courses);
}

void Mirror::end_graces() { state_->courses->sightings.end_graces(); }

void Mirror::forget(const ObjectKey& key) { state_->courses->sightings.forget(key); }

}  // namespace flotilla::member
