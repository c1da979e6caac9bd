#include "reconciler/cluster_status/thresholds.h"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace flotilla::cluster_status;
using namespace std::chrono_literals;

namespace {

Health health_of(char letter) {
  return letter == '+' ? Health::ready : letter == '-' ? Health::not_ready : Health::not_reachable;
}

// What is published when each letter is an observation, 10 s after the one before: '+' ready, '-'
// not ready, 'x' not reachable.
std::string published(const std::string& observed, Thresholds::Limits limits = {}) {
  Thresholds thresholds(limits);
  std::string said;
  Time now;
  for (const char letter : observed) {
    const Condition& condition = thresholds.observe(ready_condition(health_of(letter)), now);
    said += condition.reason == "ClusterReady"      ? '+'
            : condition.reason == "ClusterNotReady" ? '-'
                                                    : 'x';
    now += 10s;
  }
  return said;
}

}  // namespace

TEST_CASE("a change is published once it was seen without a break for the threshold") {
  struct Case {
    std::string observed;
    std::string published;
  };
  const std::vector<Case> cases = {
      {"+", "+"},  // the first one counts at once
      {"x", "x"},
      {"++++", "++++"},
      {"+xxx",
       "+++"
       "+"},  // 0, 10 and 20 s of outage
      {"+xxxx",
       "+++"
       "+x"},                    // 30 s
      {"+xxx+xxx", "++++++++"},  // a break begins the time anew
      {"+xxx+xxxx", "++++++++x"},
      {"x+++", "xxxx"},
      {"x++++", "xxxx+"},
      {"x++x++++", "xxxxxxx+"},
      {"x-x", "x-x"},      // another reason of the same status holds at once
      {"+x-x-", "++++-"},  // both are failures
  };
  for (const Case& c : cases) {
    INFO(c.observed);
    CHECK(published(c.observed) == c.published);
  }
}

TEST_CASE("a cluster that was ready before the first look is not lost in that moment") {
  const auto after = [](const std::string& observed) {
    Thresholds thresholds({});
    thresholds.was_ready(ready_condition(Health::ready));
    REQUIRE(thresholds.published());
    std::string said;
    Time now;
    for (const char letter : observed) {
      said += thresholds.observe(ready_condition(health_of(letter)), now).is_true() ? '+' : 'x';
      now += 10s;
    }
    return said;
  };
  CHECK(after("x") == "+");
  CHECK(after("xxxx") == "+++x");
  CHECK(after("x+xxx") == "+++++");
  CHECK(after("++") == "++");
}

TEST_CASE("thresholds can be set, also to none") {
  CHECK(published("+x+", {.failure = 0ms, .success = 0ms}) == "+x+");
  CHECK(published("+xx++", {.failure = 10s, .success = 0ms}) == "++x++");
}

TEST_CASE("conditions are Karmada's") {
  CHECK(ready_condition(Health::ready) ==
        Condition{"Ready", "True", "ClusterReady",
                  "cluster is healthy and ready to accept workloads"});
  CHECK(ready_condition(Health::not_reachable) ==
        Condition{"Ready", "False", "ClusterNotReachable", "cluster is not reachable"});
  CHECK(ready_condition(Health::not_ready) ==
        Condition{"Ready", "False", "ClusterNotReady",
                  "cluster is reachable but health endpoint responded without ok"});
  CHECK(collection_failed("no token") ==
        Condition{"Ready", "False", "StatusCollectionFailed", "no token"});
}

TEST_CASE("a cluster whose observer is silent is unknown") {
  const Time start = Time() + 1h;
  const Silence silence{.last = start, .watched_since = start};
  CHECK_FALSE(unknown_if_silent(silence, start + 39s));
  REQUIRE(unknown_if_silent(silence, start + 40s));
  CHECK(unknown_if_silent(silence, start + 40s)->status == "Unknown");
  CHECK(unknown_if_silent(silence, start + 40s)->reason == "ClusterStatusUnknown");
  const Silence never{.last = {}, .watched_since = start};
  CHECK_FALSE(unknown_if_silent(never, start + 59s));
  REQUIRE(unknown_if_silent(never, start + 60s));
  CHECK(unknown_if_silent(never, start + 60s)->reason == "ClusterStatusNeverUpdated");
}
