#include "reconciler/notify/events.h"

#include "reconciler/decision/message_template.h"

#include <algorithm>
#include <utility>

namespace flotilla::notify {
namespace {

using Since = std::optional<std::int64_t>;

bool is_due(const Since& since, std::int64_t time, std::int64_t grace) {
  return since && time - *since >= grace;
}

// "object" of "object: message".
std::string object_of(const std::string& line) { return line.substr(0, line.find(": ")); }

std::vector<std::string> new_ones(const std::vector<std::string>& now,
                                  const std::vector<std::string>& before) {
  std::set<std::string> known;
  for (const std::string& line : before) known.insert(object_of(line));
  std::vector<std::string> found;
  for (const std::string& line : now)
    if (!known.contains(object_of(line))) found.push_back(line);
  return found;
}

std::string objects_text(std::size_t healthy, std::size_t wanted) {
  return std::to_string(healthy) + " of " + std::to_string(wanted) +
         (wanted == 1 ? " object healthy" : " objects healthy");
}

class Following {
 public:
  Following(const State& previous, Facts now, std::int64_t time, std::int64_t grace)
      : previous_(previous), grace_(grace) {
    state_.facts = std::move(now);
    state_.time = time;
    state_.deployed = previous.deployed;
  }

  Step run() {
    for (auto& [name, facts] : state_.facts.clusters) take_cluster(name, facts);
    take_failures();
    take_deployed();
    take_suspension();
    take_source();
    // What is deployed by the time it is seen has not been on its way for anybody.
    if (!state_.facts.revision.empty() && state_.facts.revision != previous_.facts.revision &&
        !lines_.contains("Deployed"))
      tell("Progressing", "", "");
    return {std::move(state_), sorted_events()};
  }

 private:
  bool due_now(const Since& since) const { return is_due(since, state_.time, grace_); }
  bool was_told(const Since& since) const { return is_due(since, previous_.time, grace_); }

  void tell(const std::string& event, const std::string& cluster, const std::string& text) {
    lines_[event].push_back({cluster, text});
  }

  void take_cluster(const std::string& name, ClusterFacts& facts) {
    static const ClusterFacts no_facts;
    static const Course no_course;
    const auto known = previous_.facts.clusters.find(name);
    const ClusterFacts& before = known == previous_.facts.clusters.end() ? no_facts : known->second;
    const auto course = previous_.courses.find(name);
    Course& now = state_.courses[name];
    now = course == previous_.courses.end() ? no_course : course->second;
    if (facts.reach == Reach::untried) {
      const std::size_t wanted = facts.wanted;
      if (known != previous_.facts.clusters.end()) facts = before;
      facts.wanted = wanted;
      facts.current = false;
    }
    take_reach(name, facts, now);
    take_health(name, facts, now);
    // A pass that did not come to its end has not seen them all.
    if (!facts.current) {
      facts.held_digest = before.held_digest;
      facts.drift = before.drift;
      facts.fights = before.fights;
      return;
    }
    take_findings(name, facts, before);
  }

  void take_reach(const std::string& name, const ClusterFacts& facts, Course& course) {
    const Since before = course.unreachable_since;
    if (facts.reach == Reach::unreachable) {
      course.unreachable_since = before.value_or(state_.time);
      if (due_now(course.unreachable_since) && !was_told(before))
        tell("ClusterUnreachable", name, facts.trouble);
    } else if (facts.reach == Reach::reached) {
      course.unreachable_since = std::nullopt;
      if (was_told(before)) tell("ClusterRecovered", name, facts.trouble);
    }
  }

  void take_health(const std::string& name, const ClusterFacts& facts, Course& course) {
    const bool healthy = facts.healthy == facts.wanted;
    if (facts.current && healthy && facts.held == 0 && facts.failures.empty())
      course.done = state_.facts.revision;
    if (facts.reach != Reach::reached) return;
    const Since before = course.degraded_since;
    if (healthy) {
      course.degraded_since = std::nullopt;
      if (was_told(before)) tell("Recovered", name, objects_text(facts.healthy, facts.wanted));
      return;
    }
    if (!before && course.done == state_.facts.revision) course.degraded_since = state_.time;
    if (due_now(course.degraded_since) && !was_told(before))
      tell("Degraded", name, objects_text(facts.healthy, facts.wanted));
  }

  void take_findings(const std::string& name, const ClusterFacts& facts,
                     const ClusterFacts& before) {
    if (!facts.held_digest.empty() && facts.held_digest != before.held_digest)
      tell("DeletionsHeld", name,
           std::to_string(facts.held) + (facts.held == 1 ? " deletion waits" : " deletions wait") +
               " for a person; confirm with Fleet.spec.confirmDeletions: " + facts.held_digest);
    for (const std::string& line : new_ones(facts.drift, before.drift)) tell("Drift", name, line);
    for (const std::string& line : new_ones(facts.fights, before.fights)) tell("Fight", name, line);
  }

  void take_failures() {
    const Facts& facts = state_.facts;
    const bool same = previous_.facts.revision == facts.revision;
    const bool open =
        std::any_of(facts.clusters.begin(), facts.clusters.end(), [](const auto& entry) {
          return entry.second.reach != Reach::unreachable && !entry.second.current;
        });
    // What failed on a cluster whose next pass has not ended may still fail.
    state_.failed = count_failures(facts) > 0 || (same && previous_.failed && open);
    if (!state_.failed || (same && previous_.failed)) return;
    for (const std::string& problem : facts.problems) tell("Failed", "", problem);
    for (const auto& [name, cluster] : facts.clusters)
      for (const std::string& failure : cluster.failures) tell("Failed", name, failure);
  }

  void take_deployed() {
    const std::string& revision = state_.facts.revision;
    if (state_.deployed == revision || state_.failed || revision.empty()) return;
    bool somewhere = false;
    for (const auto& [name, course] : state_.courses) {
      const bool done = course.done == revision;
      somewhere = somewhere || done;
      if (!done && !due_now(course.unreachable_since)) return;
    }
    if (!somewhere) return;
    state_.deployed = revision;
    tell("Deployed", "", "");
  }

  void take_suspension() {
    Facts& facts = state_.facts;
    const std::optional<bool> before = previous_.facts.suspended;
    if (!facts.suspended) facts.suspended = before;
    if (before && *facts.suspended != *before)
      tell("SuspendedChanged", "",
           *facts.suspended
               ? "suspended" +
                     (facts.suspended_why.empty() ? std::string() : ": " + facts.suspended_why)
               : "goes on");
  }

  void take_source() {
    std::optional<std::string>& error = state_.facts.source_error;
    if (!error) error = previous_.facts.source_error;
    const Since before = previous_.source_failing_since;
    if (error && !error->empty()) {
      state_.source_failing_since = before.value_or(state_.time);
      if (due_now(state_.source_failing_since) && !was_told(before))
        tell("SourceError", "", *error);
    } else if (was_told(before)) {
      tell("SourceRecovered", "", "");
    }
  }

  std::vector<Event> sorted_events() {
    std::vector<Event> events;
    for (const std::string& name : decision::notification_events()) {
      const auto lines = lines_.find(name);
      if (lines == lines_.end()) continue;
      events.push_back({name, std::move(lines->second)});
    }
    return events;
  }

  const State& previous_;
  std::int64_t grace_;
  State state_;
  std::map<std::string, std::vector<Event::Line>> lines_;
};

}  // namespace

Counts count(const State& state) {
  Counts counts;
  counts.clusters = state.facts.clusters.size();
  counts.failures = count_failures(state.facts);
  for (const auto& [name, facts] : state.facts.clusters) {
    const auto course = state.courses.find(name);
    const bool done = course != state.courses.end() && !state.facts.revision.empty() &&
                      course->second.done == state.facts.revision;
    counts.done += done ? 1U : 0U;
    counts.unreachable += facts.reach == Reach::unreachable ? 1U : 0U;
    counts.wanted += facts.wanted;
    counts.applied += facts.applied;
    counts.healthy += facts.healthy;
    counts.drifted += facts.drifted;
    counts.held += facts.held;
  }
  return counts;
}

std::vector<std::pair<std::string, std::size_t>> list_of(const Counts& counts) {
  return {{"clusters", counts.clusters},       {"done", counts.done},
          {"unreachable", counts.unreachable}, {"wanted", counts.wanted},
          {"applied", counts.applied},         {"healthy", counts.healthy},
          {"drifted", counts.drifted},         {"held", counts.held},
          {"failures", counts.failures}};
}

Step follow(const State& previous, Facts now, std::int64_t time, std::int64_t grace) {
  // A clock that was set back tells nothing twice.
  Step step = Following(previous, std::move(now), std::max(time, previous.time), grace).run();
  const Facts& facts = step.state.facts;
  const Counts counts = count(step.state);
  for (Event& event : step.events) {
    event.fleet = facts.fleet;
    event.revision = facts.revision;
    event.subject = facts.subject;
    event.counts = counts;
    event.time = step.state.time;
  }
  return step;
}

std::optional<std::int64_t> next_due(const State& state, std::int64_t grace) {
  std::optional<std::int64_t> next;
  const auto consider = [&](const Since& since) {
    if (!since || is_due(since, state.time, grace)) return;
    next = std::min(next.value_or(*since + grace), *since + grace);
  };
  consider(state.source_failing_since);
  for (const auto& [name, course] : state.courses) {
    consider(course.unreachable_since);
    consider(course.degraded_since);
  }
  return next;
}

}  // namespace flotilla::notify
