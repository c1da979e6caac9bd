#pragma once

#include "reconciler/member/sightings.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace flotilla::member {

// Where objects of a kind are looked for: everywhere (no namespace), or in one namespace.
struct Scope {
  std::string namespace_;
  std::string resource_version;  // where its watch goes on
  bool listed = false;           // and nothing has happened since that a watch could not tell
  bool unclear = false;          // and what was seen cannot be judged: the next read() lists it
  bool watched = false;          // a task sees to it
  bool failed = false;           // and its last attempt did not go well
  // A watch whose generation is past is over, though it may notice only with its next event.
  std::uint64_t generation = 0;
  std::uint64_t attempt = 0;
};
using ScopePtr = std::shared_ptr<Scope>;

// The lists and watches of one kind.
struct Course {
  GroupKind kind;
  kube::Resource resource;
  // Why it is not listed in the whole cluster but namespace by namespace.
  std::optional<kube::ApiError> refusal;
  bool ask_again = false;  // whether that still holds
  std::map<std::string, ScopePtr> scopes;
};
using CoursePtr = std::shared_ptr<Course>;

// What all courses on one cluster share. Tasks under way hold it and may outlive its mirror; they
// do not touch the client once their scope has ended.
struct Courses {
  kube::Client& client;
  kube::Loop& loop;
  const std::string applyset_id;
  const std::function<std::int64_t()> now;
  Sightings sightings;
  std::map<GroupKind, CoursePtr> by_kind;

  bool following = false;
  std::function<void()> on_change;
  bool closed = false;          // the mirror is gone, and maybe the client
  bool telling = false;         // on_change will be called
  bool awaiting_grace = false;  // a task waits for Sightings::next_grace()

  Courses(kube::Client& the_client, std::string the_applyset_id,
          std::function<std::int64_t()> the_now)
      : client(the_client),
        loop(the_client.loop()),
        applyset_id(std::move(the_applyset_id)),
        now(std::move(the_now)),
        sightings(applyset_id, now) {}
};
using CoursesPtr = std::shared_ptr<Courses>;

ScopePtr scope_of(Course& course, const std::string& namespace_);
void end(Scope& scope);
void end(Course& course);
// Watched, and what is known of it is what the server last said.
bool is_live(const Scope& scope);

// Lists a scope; true if a pass would see a difference. An error of a scope that ended meanwhile is
// cancelled.
kube::Task<kube::ApiResult<bool>> list(CoursesPtr courses, CoursePtr course, ScopePtr scope);
// Watches a scope that was listed from now on, if anything is followed.
void watch(const CoursesPtr& courses, CoursePtr course, ScopePtr scope);

// The kind is not served: what was known of it is forgotten. True if that was anything.
bool drop(Courses& courses, const GroupKind& kind);

// on_change, soon.
void tell(const CoursesPtr& courses);
// Sees to it that objects without a status become current when they have waited long enough.
void await_graces(const CoursesPtr& courses);

}  // namespace flotilla::member
