#include "reconciler/metrics/metrics.h"

#include "tests/support/exposition.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

using namespace flotilla;
using namespace std::chrono_literals;
using tests::Exposition;

namespace {

Exposition scrape() {
  Exposition read = tests::parse_exposition(metrics::text());
  CHECK(read.faults == std::vector<std::string>{});
  return read;
}

// One value at least in every family.
void touch_all() {
  metrics::runs_version("1.2.3");
  metrics::leads(true);
  metrics::works_for(3);
  metrics::git_listed(metrics::Outcome::done);
  metrics::git_fetched(metrics::Outcome::done, 20ms);
  metrics::git_pushed("flotilla/status", metrics::Push::lost_race);
  metrics::source_followed(true);
  metrics::works_on("main@sha1:abc");
  metrics::decided(12, 3ms);
  metrics::reported_after(700ms);
  metrics::member_answered(metrics::Verb::patch, 200, 4ms);
  metrics::cluster_ready("one", true);
  metrics::cluster_passed("one", metrics::Time(1'700'000'000s), 1s);
  metrics::cluster_objects("one", {{"Applied", 5}, {"Refused", 1}});
  metrics::held_deletions("one", 2);
  metrics::applied("one", metrics::Applied::created, 4);
  metrics::pruned("one");
  metrics::drift_corrected("one");
  metrics::webhook(metrics::HookKind::gitea, metrics::HookResult::accepted);
  metrics::notified(metrics::NotificationKind::slack, metrics::Outcome::failed);
}

}  // namespace

TEST_CASE("What happens is counted under its name") {
  const Exposition before = scrape();
  touch_all();
  const Exposition after = scrape();
  const auto grown = [&](const std::string& name, const tests::Labels& labels = {}) {
    return after.value(name, labels) - (before.has(name, labels) ? before.value(name, labels) : 0);
  };
  CHECK(after.value("flotilla_build_info", {{"version", "1.2.3"}}) == 1);
  CHECK(after.value("flotilla_leader") == 1);
  CHECK(after.value("flotilla_shard_clusters") == 3);
  CHECK(grown("flotilla_git_list_total", {{"result", "done"}}) == 1);
  CHECK(grown("flotilla_git_fetch_total", {{"result", "done"}}) == 1);
  CHECK(grown("flotilla_git_fetch_total", {{"result", "failed"}}) == 0);
  CHECK(grown("flotilla_git_fetch_duration_seconds_bucket", {{"le", "0.025"}}) == 1);
  CHECK(grown("flotilla_git_fetch_duration_seconds_bucket", {{"le", "0.01"}}) == 0);
  CHECK(grown("flotilla_git_push_total",
              {{"branch", "flotilla/status"}, {"result", "lost_race"}}) == 1);
  CHECK(after.value("flotilla_source_followed") == 1);
  CHECK(grown("flotilla_decided_templates_total") == 12);
  CHECK(grown("flotilla_push_to_reported_seconds_sum") == Approx(0.7));
  CHECK(grown("flotilla_member_requests_total", {{"verb", "patch"}, {"class", "2xx"}}) == 1);
  CHECK(grown("flotilla_member_request_duration_seconds_count", {{"verb", "patch"}}) == 1);
  CHECK(after.value("flotilla_cluster_ready", {{"cluster", "one"}}) == 1);
  CHECK(after.value("flotilla_cluster_last_pass_timestamp_seconds", {{"cluster", "one"}}) ==
        1'700'000'000);
  CHECK(after.value("flotilla_cluster_objects", {{"cluster", "one"}, {"state", "Applied"}}) == 5);
  CHECK(after.value("flotilla_held_deletions", {{"cluster", "one"}}) == 2);
  CHECK(grown("flotilla_applied_total", {{"cluster", "one"}, {"result", "created"}}) == 4);
  CHECK(grown("flotilla_webhook_total", {{"kind", "gitea"}, {"result", "accepted"}}) == 1);
  CHECK(grown("flotilla_notification_total", {{"type", "slack"}, {"result", "failed"}}) == 1);
  CHECK(after.value("process_resident_memory_bytes") > 1'000'000);
  CHECK(after.value("process_open_fds") >= 3);
  const double now = metrics::Seconds(std::chrono::system_clock::now().time_since_epoch()).count();
  CHECK(after.value("process_start_time_seconds") > now - 3600);
  CHECK(after.value("process_start_time_seconds") <= now + 2);
}

TEST_CASE("An observation on a bound counts below it") {
  const auto at_most_one = [] {
    return scrape().value("flotilla_decide_duration_seconds_bucket", {{"le", "1"}});
  };
  const double before = at_most_one();
  metrics::decided(0, 1s);
  CHECK(at_most_one() == before + 1);
}

TEST_CASE("Only the newest revision is published") {
  metrics::works_on("main@sha1:one");
  metrics::works_on("main@sha1:\"two\"\\");
  const Exposition read = scrape();
  CHECK(read.families.at("flotilla_revision_info").samples.size() == 1);
  CHECK(read.has("flotilla_revision_info", {{"revision", "main@sha1:\"two\"\\"}}));
}

TEST_CASE("The states of a cluster's objects are replaced as a whole") {
  metrics::cluster_objects("states", {{"Applied", 5}, {"Refused", 1}});
  metrics::cluster_objects("states", {{"Applied", 6}});
  const Exposition read = scrape();
  CHECK(read.value("flotilla_cluster_objects", {{"cluster", "states"}, {"state", "Applied"}}) == 6);
  CHECK(read.value("flotilla_cluster_objects", {{"cluster", "states"}, {"state", "Refused"}}) == 0);
}

TEST_CASE("A cluster that has left leaves no series, and starts anew when it comes back") {
  touch_all();
  const auto series_of_one = [] {
    std::size_t count = 0;
    for (const auto& [name, family] : scrape().families)
      for (const auto& [key, value] : family.samples)
        if (key.second.contains("cluster") && key.second.at("cluster") == "one") ++count;
    return count;
  };
  CHECK(series_of_one() >= 11);
  metrics::cluster_left("one");
  metrics::cluster_left("never there");
  CHECK(series_of_one() == 0);
  metrics::pruned("one");
  CHECK(scrape().value("flotilla_pruned_total", {{"cluster", "one"}}) == 1);
  CHECK_FALSE(scrape().has("flotilla_cluster_ready", {{"cluster", "one"}}));
}

TEST_CASE("A thousand clusters and sixteen branches are the most") {
  for (const char* other : {"one", "states", "busy", "late"}) metrics::cluster_left(other);
  for (std::size_t i = 0; i < metrics::most_clusters + 100; ++i)
    metrics::cluster_ready("many-" + std::to_string(i), false);
  for (int i = 0; i < 40; ++i)
    metrics::git_pushed("branch-" + std::to_string(i), metrics::Push::failed);
  const Exposition read = scrape();
  CHECK(read.families.at("flotilla_cluster_ready").samples.size() == metrics::most_clusters);
  CHECK(read.families.at("flotilla_git_push_total").samples.size() == 17 * 3);
  CHECK(read.value("flotilla_git_push_total", {{"branch", "other"}, {"result", "failed"}}) >= 24);
  for (std::size_t i = 0; i < metrics::most_clusters + 100; ++i)
    metrics::cluster_left("many-" + std::to_string(i));
  metrics::cluster_ready("late", true);
  CHECK(scrape().has("flotilla_cluster_ready", {{"cluster", "late"}}));
}

TEST_CASE("Clusters come and go while others count and scrape") {
  const auto answers = [] {
    return scrape().value("flotilla_member_requests_total", {{"verb", "read"}, {"class", "4xx"}});
  };
  const double before = answers();
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  for (int number = 0; number < 3; ++number)
    threads.emplace_back([] {
      for (int i = 0; i < 300; ++i) {
        metrics::applied("busy", metrics::Applied::configured);
        metrics::cluster_objects("busy", {{"Applied", 1}});
        metrics::member_answered(metrics::Verb::read, 404, 1ms);
        metrics::git_pushed("flotilla/status", metrics::Push::done);
      }
    });
  threads.emplace_back([] {
    for (int i = 0; i < 300; ++i) metrics::cluster_left("busy");
  });
  std::thread reader([&over] {
    while (!over) metrics::text();
  });
  for (std::thread& thread : threads) thread.join();
  over = true;
  reader.join();
  CHECK(answers() == before + 900);
}

TEST_CASE("Every family is in the catalogue, and the catalogue has no other") {
  touch_all();
  std::ifstream file(FLOTILLA_SOURCE_DIR "/docs/metrics.md");
  std::set<std::string> documented;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("| `flotilla_") || line.starts_with("| `process_"))
      documented.insert(line.substr(3, line.find('`', 3) - 3));
  std::set<std::string> published;
  for (const auto& [name, family] : scrape().families) published.insert(name);
  CHECK(documented == published);
}
