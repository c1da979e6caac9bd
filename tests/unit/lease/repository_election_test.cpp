#include "reconciler/lease/repository_election.h"

#include "tests/property/dice.h"

#include <catch2/catch.hpp>

#include <functional>
#include <memory>

using namespace flotilla;
using namespace flotilla::lease;

namespace {

constexpr std::int64_t second = 1000;

// Replicas with a remote in between, in simulated time. Each does one thing at a time, as the
// thread of a repository does.
class Remote {
 public:
  Remote(unsigned seed, int lost_in, std::int64_t slowest, double skew)
      : dice_(seed), lost_in_(lost_in), slowest_(slowest), skew_(skew) {}

  int join(const std::string& name) {
    auto one = std::make_unique<One>();
    one->name = name;
    one->rate = 1 + skew_ * static_cast<double>(dice_.between(-100, 100)) / 100;
    one->offset = dice_.between(1, 1'000'000);
    one->wall = dice_.between(-300'000, 300'000);
    const auto number = replicas_.size();
    one->election = std::make_unique<RepositoryElection>(
        Identity{name, "run-" + std::to_string(number)}, RepositoryTiming{});
    replicas_.push_back(std::move(one));
    return static_cast<int>(number);
  }
  void kill(int n) { at(n).alive = false; }
  void pause(int n, bool on) { at(n).paused = on; }
  void cut_off(int n, bool on) { at(n).cut_off = on; }
  void release(int n) {
    if (const auto record = at(n).election->to_release(now(n));
        record && at(n).election->version() == version_) {
      record_ = *record;
      version_ = std::to_string(++pushes_);
    }
    kill(n);
  }
  RepositoryElection& election(int n) { return *at(n).election; }
  bool holds(int n) { return at(n).alive && at(n).election->holds(now(n).mono); }
  int holder() {
    for (int n = 0; n < size(); ++n)
      if (holds(n) && !at(n).paused) return n;
    return -1;
  }
  int size() const { return static_cast<int>(replicas_.size()); }
  std::vector<int> alive() {
    std::vector<int> result;
    for (int n = 0; n < size(); ++n)
      if (at(n).alive) result.push_back(n);
    return result;
  }
  std::int64_t pushes() const { return pushes_; }
  const std::vector<std::string>& overlaps() const { return overlaps_; }
  Now now(int n) {
    const One& one = at(n);
    const auto mono = one.offset + static_cast<std::int64_t>(static_cast<double>(time_) * one.rate);
    return {milliseconds(mono), (1'700'000'000'000 + time_ + one.wall) * 1000};
  }
  bool run_until(std::int64_t ms, const std::function<bool()>& is_so) {
    for (const std::int64_t end = time_ + ms; time_ < end; step())
      if (is_so()) return true;
    return is_so();
  }
  void run_for(std::int64_t ms) {
    run_until(ms, [] { return false; });
  }

 private:
  struct One {
    std::string name;
    double rate = 1;
    std::int64_t offset = 0;
    std::int64_t wall = 0;
    bool alive = true;
    bool paused = false;
    bool cut_off = false;
    std::unique_ptr<RepositoryElection> election;
    std::int64_t busy_until = 0;
    std::function<void()> end;  // of what it does now
  };
  struct Arrival {
    std::int64_t at = 0;
    std::function<void()> happen;
  };
  One& at(int n) { return *replicas_.at(static_cast<std::size_t>(n)); }

  void step() {
    time_ += 50;
    std::vector<Arrival> due;
    std::erase_if(arrivals_, [&](const Arrival& a) {
      if (a.at <= time_) due.push_back(a);
      return a.at <= time_;
    });
    for (const Arrival& arrival : due) arrival.happen();
    int held = 0;
    for (int n = 0; n < size(); ++n) {
      One& one = at(n);
      if (!one.alive || one.paused) continue;
      if (one.end && time_ >= one.busy_until) std::exchange(one.end, nullptr)();
      if (!one.end) act(n);
      if (holds(n)) ++held;
    }
    if (held > 1) overlaps_.push_back("two at " + std::to_string(time_) + " ms");
  }

  void act(int n) {
    One& one = at(n);
    const bool lossy = lost_in_ > 0;
    const bool lost = one.cut_off || (lossy && dice_.one_in(lost_in_));
    const bool no_answer = lossy && dice_.one_in(lost_in_);
    const std::int64_t there = time_ + dice_.between(1, slowest_);
    one.busy_until = there + dice_.between(1, slowest_);
    if (now(n).mono >= one.election->next_look()) {
      struct Seen {
        std::string version;
        std::optional<RepositoryRecord> record;
      };
      auto seen = std::make_shared<Seen>();
      const Now start = now(n);
      arrivals_.push_back({there, [this, seen] { *seen = {version_, record_}; }});
      one.end = [this, n, seen, start, failed = lost || no_answer] {
        if (!failed) at(n).election->looked(start, now(n), seen->version, seen->record, false);
      };
      return;
    }
    const auto record = one.election->to_write(now(n));
    if (!record) return;
    const std::string expected = one.election->version();
    one.election->sent(now(n), *record);
    auto landed = std::make_shared<std::string>();
    const std::int64_t late = lossy && dice_.one_in(lost_in_) ? dice_.between(0, 30'000) : 0;
    if (!lost) {
      arrivals_.push_back({there + late, [this, expected, landed, record = *record] {
                             if (version_ != expected) return;
                             record_ = record;
                             *landed = version_ = std::to_string(++pushes_);
                           }});
    }
    one.end = [this, n, landed, no_answer] {
      if (landed->empty() || no_answer) return at(n).election->failed();
      at(n).election->landed(*landed, now(n));
    };
  }

  tests::Dice dice_;
  int lost_in_;
  std::int64_t slowest_;
  double skew_;
  std::int64_t time_ = 0;
  std::int64_t pushes_ = 0;
  std::string version_;
  std::optional<RepositoryRecord> record_;
  std::vector<std::unique_ptr<One>> replicas_;
  std::vector<Arrival> arrivals_;
  std::vector<std::string> overlaps_;
};

}  // namespace

TEST_CASE("who is alone pushes its record once") {
  Remote remote(1, 0, 300, 0);
  remote.join("a");
  REQUIRE(remote.run_until(3 * second, [&] { return remote.holder() == 0; }));
  for (int i = 0; i < 3600; ++i) {
    remote.run_for(second);
    REQUIRE(remote.holder() == 0);
  }
  CHECK(remote.pushes() == 1);
}

TEST_CASE("a killed holder is followed within 15 s by one that waits") {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    INFO("seed " << seed);
    Remote remote(seed, 0, 300, 0);
    remote.join("a");
    remote.run_for(700 * second);  // so long ago that the record looks old
    remote.join("b");
    remote.run_for(60 * second + seed * 173);
    REQUIRE(remote.holder() == 0);
    CHECK_FALSE(remote.election(0).record()->alone);
    remote.kill(0);
    CHECK(remote.run_until(15 * second, [&] { return remote.holder() == 1; }));
    CHECK(remote.overlaps().empty());
    // Then the new holder is alone, and quiet.
    remote.run_for(150 * second);
    const std::int64_t pushes = remote.pushes();
    remote.run_for(300 * second);
    CHECK(remote.pushes() == pushes);
    CHECK(remote.holder() == 1);
  }
}

TEST_CASE("without a replica that waits another takes over in about a minute") {
  Remote remote(2, 0, 300, 0);
  remote.join("a");
  remote.run_for(300 * second);
  remote.kill(0);
  remote.join("b");
  CHECK_FALSE(remote.run_until(40 * second, [&] { return remote.holder() == 1; }));
  CHECK(remote.run_until(30 * second, [&] { return remote.holder() == 1; }));
}

TEST_CASE("a restart under the same name, and a graceful end, leave no gap") {
  Remote remote(3, 0, 300, 0);
  remote.join("a");
  remote.run_for(300 * second);
  remote.kill(0);
  remote.join("a");
  CHECK(remote.run_until(3 * second, [&] { return remote.holder() == 1; }));
  remote.join("b");
  remote.run_for(100 * second);
  REQUIRE(remote.holder() == 1);
  remote.release(1);
  CHECK(remote.run_until(5 * second, [&] { return remote.holder() == 2; }));
}

TEST_CASE("one that waits no longer is forgotten, and the holder is quiet again") {
  Remote remote(4, 0, 300, 0);
  remote.join("a");
  remote.run_for(60 * second);
  remote.join("b");
  remote.run_for(60 * second);
  CHECK_FALSE(remote.election(0).record()->alone);
  remote.kill(1);
  CHECK(remote.run_until(100 * second, [&] { return remote.election(0).record()->alone; }));
  CHECK(remote.election(0).record()->waiting.empty());
  CHECK(remote.holder() == 0);
}

TEST_CASE("a holder that is cut off stops before another begins, alone or not") {
  for (const bool b_waits : {true, false}) {
    Remote remote(5, 0, 300, 0.1);
    remote.join("a");
    remote.run_for(60 * second);
    if (b_waits) remote.join("b");
    remote.run_for(100 * second);
    REQUIRE(remote.holder() == 0);
    remote.cut_off(0, true);
    if (!b_waits) remote.join("b");
    CHECK(remote.run_until((b_waits ? 10 : 55) * second, [&] { return remote.holder() == -1; }));
    CHECK(remote.run_until(30 * second, [&] { return remote.holder() == 1; }));
    remote.cut_off(0, false);
    remote.run_for(60 * second);
    CHECK(remote.holder() == 1);
    CHECK(remote.overlaps().empty());
  }
}

TEST_CASE("never two writers, whatever happens") {
  std::int64_t held = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    Remote remote(seed, seed % 3 == 0 ? 0 : 12, seed % 2 == 0 ? 2500 : 300, 0.08);
    tests::Dice dice(seed * 77);
    int joined = 0;
    remote.join("r" + std::to_string(joined++));
    for (int i = 0; i < 60; ++i) {
      remote.run_for(dice.between(100, 60'000));
      if (remote.holder() >= 0) ++held;
      const std::vector<int> alive = remote.alive();
      const int victim = alive.empty() ? -1 : dice.pick(alive);
      switch (dice.between(0, 6)) {
        case 0:
        case 1:
          if (alive.size() < 4) remote.join("r" + std::to_string(joined++));
          break;
        case 2:
          if (alive.size() > 1) remote.kill(victim);
          break;
        case 3:
          if (alive.size() > 1) remote.release(victim);
          break;
        case 4:
          if (victim >= 0) remote.pause(victim, true);
          break;
        case 5:
          if (victim >= 0) remote.cut_off(victim, true);
          break;
        default:
          for (const int one : alive) {
            remote.pause(one, false);
            remote.cut_off(one, false);
          }
      }
    }
    CHECK(remote.overlaps() == std::vector<std::string>{});
    for (const int one : remote.alive()) {
      remote.pause(one, false);
      remote.cut_off(one, false);
    }
    CHECK(remote.run_until(150 * second, [&] { return remote.holder() >= 0; }));
  }
  CHECK(held > 1500);  // of 3600
}

TEST_CASE("a record reads back as it was written") {
  RepositoryRecord record;
  record.lease = {"a", "run", milliseconds(60'000), 1'700'000'000'123'456, 1'700'000'000'000'001,
                  7,   3};
  record.alone = true;
  record.waiting = {{"b", "x", 9, 1'700'000'000'000'000}};
  const auto again = parse_repository_record(to_text(record));
  REQUIRE(again);
  CHECK(*again == record);
  for (const char* text :
       {"", "{}", "[]", R"({"apiVersion":"flotilla.dev/v1alpha1","kind":"Lease"})"})
    CHECK_FALSE(parse_repository_record(text));
}

TEST_CASE("a file that is no record is replaced after a minute") {
  RepositoryElection election({"a", "run"}, {});
  const Now zero{milliseconds(1000), 1'700'000'000'000'000};
  election.looked(zero, zero, "v1", unreadable_record("v1"), false);
  const auto waits = election.to_write(zero);
  REQUIRE(waits);
  CHECK(waits->waiting.size() == 1);
  election.sent(zero, *waits);
  election.landed("v2", zero);
  CHECK_FALSE(election.holds(zero.mono));
  const Now later{zero.mono + milliseconds(60'000), zero.wall + 60'000'000};
  election.looked(later, later, "v2", *waits, false);
  const auto taken = election.to_write(later);
  REQUIRE(taken);
  CHECK(taken->lease.holder == "a");
}
