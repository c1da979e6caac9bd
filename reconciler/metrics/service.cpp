#include "reconciler/metrics/families.h"
#include "reconciler/metrics/metrics.h"

#include <mutex>

namespace flotilla::metrics {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

constexpr std::array<const char*, 2> outcomes = {"done", "failed"};
constexpr std::array<const char*, 3> push_outcomes = {"done", "lost_race", "failed"};
constexpr std::array<const char*, 6> verbs = {"read",    "watch", "create",
                                              "replace", "patch", "remove"};
constexpr std::array<const char*, 6> classes = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
constexpr std::array<const char*, 4> hook_kinds = {"github", "gitlab", "gitea", "generic"};
constexpr std::array<const char*, 7> hook_results = {
    "accepted", "ignored", "not_followed", "known", "replayed", "malformed", "refused"};
constexpr std::array<const char*, 3> notification_kinds = {"slack", "webhook", "commit_status"};
constexpr std::size_t most_branches = 16;

// A counter for each pair of values of two enums.
template <std::size_t N, std::size_t M>
std::vector<CounterByLabel<M>> by_two(const std::string& name, const std::string& help,
                                      const std::string& first,
                                      const std::array<const char*, N>& firsts,
                                      const std::string& second,
                                      const std::array<const char*, M>& seconds) {
  Family<Counter>& family = counters(name, help);
  std::vector<CounterByLabel<M>> result;
  for (const char* value : firsts) {
    const prometheus::Labels labels = {{first, value}};
    result.emplace_back(family, second, seconds, labels);
  }
  return result;
}

Histogram& duration(const std::string& name, const std::string& help) {
  return histograms(name, help).Add({}, durations());
}

std::array<Histogram*, verbs.size()> request_durations() {
  Family<Histogram>& family = histograms(
      "flotilla_member_request_duration_seconds",
      "Time of a request to a member cluster, from its sending to the end of its answer.");
  std::array<Histogram*, verbs.size()> result{};
  for (std::size_t i = 0; i < verbs.size(); ++i)
    if (i != static_cast<std::size_t>(Verb::watch))
      result[i] = &family.Add({{"verb", verbs[i]}}, durations());
  return result;
}

struct Series {
  std::mutex mutex;  // of the two infos and the branches
  Info build{"flotilla_build_info", "The version that runs.", "version"};
  Info revision{"flotilla_revision_info", "The revision that is worked for.", "revision"};
  Gauge& leader = gauges("flotilla_leader", "1 if this replica writes the status branch.").Add({});
  Gauge& shard = gauges("flotilla_shard_clusters", "Clusters that this replica works for.").Add({});

  Gauge& followed = gauges("flotilla_source_followed",
                           "1 if the repository's newest commit is followed, 0 if it cannot be "
                           "read or is refused.")
                        .Add({});
  CounterByLabel<2> lists{"flotilla_git_list_total", "Looks at the refs of the repository.",
                          "result", outcomes};
  CounterByLabel<2> fetches{"flotilla_git_fetch_total", "Fetches of the repository.", "result",
                            outcomes};
  Histogram& fetch_time =
      duration("flotilla_git_fetch_duration_seconds", "Time of a fetch, failed ones included.");
  Family<Counter>& push_family =
      counters("flotilla_git_push_total", "Pushes of branches that the controller writes.");
  std::map<std::string, CounterByLabel<3>, std::less<>> pushes;

  Histogram& decide_time =
      duration("flotilla_decide_duration_seconds", "Time from a commit's files to its decision.");
  Counter& templates =
      counters("flotilla_decided_templates_total", "Templates that were decided anew.").Add({});
  Histogram& report_time =
      duration("flotilla_push_to_reported_seconds",
               "Time from a commit's arrival to the status commit that reports it settled.");

  std::vector<CounterByLabel<6>> requests =
      by_two("flotilla_member_requests_total",
             "Requests to member clusters by verb and class of the answer; none: no answer.",
             "verb", verbs, "class", classes);
  std::array<Histogram*, verbs.size()> request_time = request_durations();

  std::vector<CounterByLabel<7>> hooks = by_two("flotilla_webhook_total", "Webhooks that came in.",
                                                "kind", hook_kinds, "result", hook_results);
  std::vector<CounterByLabel<2>> notifications =
      by_two("flotilla_notification_total", "Notifications and commit statuses.", "type",
             notification_kinds, "result", outcomes);
};

Series& series() {
  static auto& instance = *new Series;
  return instance;
}

// All of them exist before the first scrape.
[[maybe_unused]] const Series& at_start = series();

}  // namespace

void runs_version(std::string_view version) {
  const std::scoped_lock lock(series().mutex);
  series().build.set(std::string(version));
}

void leads(bool leader) { series().leader.Set(leader ? 1 : 0); }
void works_for(std::size_t clusters) { series().shard.Set(static_cast<double>(clusters)); }

void git_listed(Outcome outcome) { series().lists.add(outcome); }

void git_fetched(Outcome outcome, Seconds took) {
  series().fetches.add(outcome);
  series().fetch_time.Observe(took.count());
}

void git_pushed(std::string_view branch, Push outcome) {
  Series& all = series();
  const std::scoped_lock lock(all.mutex);
  auto found = all.pushes.find(branch);
  if (found == all.pushes.end()) {
    const std::string name = all.pushes.size() < most_branches ? std::string(branch) : "other";
    const prometheus::Labels labels = {{"branch", name}};
    found =
        all.pushes.try_emplace(name, all.push_family, std::string("result"), push_outcomes, labels)
            .first;
  }
  found->second.add(outcome);
}

void source_followed(bool followed) { series().followed.Set(followed ? 1 : 0); }

void works_on(std::string_view revision) {
  const std::scoped_lock lock(series().mutex);
  series().revision.set(std::string(revision));
}

void decided(std::size_t templates, Seconds took) {
  series().templates.Increment(static_cast<double>(templates));
  series().decide_time.Observe(took.count());
}

void reported_after(Seconds took) { series().report_time.Observe(took.count()); }

void member_answered(Verb verb, int status, Seconds took) {
  const auto index = static_cast<std::size_t>(verb);
  const int class_ = status / 100;
  series().requests[index].add(class_ >= 1 && class_ <= 5 ? class_ : 0);
  if (series().request_time[index] != nullptr) series().request_time[index]->Observe(took.count());
}

Verb verb_of(std::string_view http_method) {
  if (http_method == "POST") return Verb::create;
  if (http_method == "PUT") return Verb::replace;
  if (http_method == "PATCH") return Verb::patch;
  if (http_method == "DELETE") return Verb::remove;
  return Verb::read;
}

void webhook(HookKind kind, HookResult result) {
  series().hooks[static_cast<std::size_t>(kind)].add(result);
}

void notified(NotificationKind kind, Outcome outcome) {
  series().notifications[static_cast<std::size_t>(kind)].add(outcome);
}

}  // namespace flotilla::metrics
