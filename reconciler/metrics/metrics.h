#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

// What the controller counts, for Prometheus: one function for each thing that happens, and the
// name it is published under (docs/metrics.md is the catalogue). One set of values for the process;
// every function may be called from any thread and none fails.
namespace flotilla::metrics {

using Seconds = std::chrono::duration<double>;
using Time = std::chrono::system_clock::time_point;

// Time since it was made.
class Stopwatch {
 public:
  Seconds elapsed() const { return std::chrono::steady_clock::now() - began_; }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

// Everything as text, Prometheus' format 0.0.4; families and series in the order of their names.
std::string text();
inline constexpr const char* content_type = "text/plain; version=0.0.4; charset=utf-8";

// --- the service
// flotilla_build_info{version}
void runs_version(std::string_view version);
// flotilla_leader
void leads(bool leader);
// flotilla_shard_clusters
void works_for(std::size_t clusters);

// --- git
enum class Outcome { done, failed };
enum class Push { done, lost_race, failed };
// flotilla_git_list_total{result}
void git_listed(Outcome outcome);
// flotilla_git_fetch_total{result}, flotilla_git_fetch_duration_seconds
void git_fetched(Outcome outcome, Seconds took);
// flotilla_git_push_total{branch,result}. Branches are few, by the settings; those after the 16th
// count as "other".
void git_pushed(std::string_view branch, Push outcome);
// flotilla_source_followed: the repository can be read, and its newest commit is the one worked
// for.
void source_followed(bool followed);
// flotilla_revision_info{revision}: the one that is worked for
void works_on(std::string_view revision);

// --- decisions
// flotilla_decide_duration_seconds, flotilla_decided_templates_total
void decided(std::size_t templates, Seconds took);
// flotilla_push_to_reported_seconds: from a commit's arrival to its settled status
void reported_after(Seconds took);

// --- requests to members
enum class Verb { read, watch, create, replace, patch, remove };
// flotilla_member_requests_total{verb,class}, flotilla_member_request_duration_seconds{verb} (not
// for watches). `status` 0: no answer.
void member_answered(Verb verb, int status, Seconds took);
Verb verb_of(std::string_view http_method);

// --- clusters. A cluster appears with the first call that names it and is gone after
// cluster_left(). Those after the first 1,000 are not published.
inline constexpr std::size_t most_clusters = 1000;
// flotilla_cluster_ready{cluster}
void cluster_ready(const std::string& cluster, bool ready);
// flotilla_cluster_pass_duration_seconds, flotilla_cluster_last_pass_timestamp_seconds{cluster}
void cluster_passed(const std::string& cluster, Time when, Seconds took);
// flotilla_cluster_objects{cluster,state}: all of the cluster; states that are not named have none.
// States are those of an inventory (member::to_string).
void cluster_objects(const std::string& cluster,
                     const std::map<std::string, std::size_t>& by_state);
// flotilla_held_deletions{cluster}
void held_deletions(const std::string& cluster, std::size_t objects);
enum class Applied { created, configured, refused, conflict };
// flotilla_applied_total{cluster,result}
void applied(const std::string& cluster, Applied result, std::size_t objects = 1);
// flotilla_pruned_total{cluster}
void pruned(const std::string& cluster, std::size_t objects = 1);
// flotilla_drift_corrected_total{cluster}
void drift_corrected(const std::string& cluster, std::size_t objects = 1);
void cluster_left(const std::string& cluster);

// --- webhooks and notifications
enum class HookKind { github, gitlab, gitea, generic };
enum class HookResult { accepted, ignored, not_followed, known, replayed, malformed, refused };
// flotilla_webhook_total{kind,result}
void webhook(HookKind kind, HookResult result);
enum class NotificationKind { slack, webhook, commit_status };
// flotilla_notification_total{type,result}
void notified(NotificationKind kind, Outcome outcome);

}  // namespace flotilla::metrics
