#include "tests/unit/lease/simulated_world.h"

#include <algorithm>

namespace flotilla::test {

using lease::Lease;
using lease::milliseconds;

namespace {

constexpr std::int64_t tick = 20;
constexpr std::int64_t request_timeout = 2000;

}  // namespace

struct SimulatedWorld::One {
  int number = 0;
  std::string name;
  std::unique_ptr<lease::Replica> replica;
  double rate = 1;
  std::int64_t offset = 0;
  std::int64_t wall_offset = 0;
  bool alive = true;
  bool paused = false;
  bool cut_off = false;
  bool looking = false;
  bool writing_own = false;
  bool writing_leader = false;
  std::map<int, std::int64_t> work;  // cluster → when it ends
};

SimulatedWorld::SimulatedWorld(Options options) : options_(options), dice_(options.seed) {}
SimulatedWorld::~SimulatedWorld() = default;

int SimulatedWorld::join(const std::string& name) {
  auto one = std::make_unique<One>();
  one->number = static_cast<int>(replicas_.size());
  one->name = name;
  one->rate = 1 + options_.skew * static_cast<double>(dice_.between(-100, 100)) / 100;
  one->offset = dice_.between(1, 1'000'000);
  one->wall_offset = dice_.between(-240'000, 240'000);
  lease::Replica::Names names{"flotilla-f", "flotilla-f-", "flotilla-f-" + name};
  const lease::Identity me{name, "run-" + std::to_string(one->number)};
  one->replica = std::make_unique<lease::Replica>(me, names, lease::Timing{}, options_.sharded);
  replicas_.push_back(std::move(one));
  return static_cast<int>(replicas_.size()) - 1;
}

void SimulatedWorld::kill(int replica) {
  One& one = *replicas_.at(static_cast<std::size_t>(replica));
  one.alive = false;
  one.work.clear();
}
void SimulatedWorld::pause(int replica, bool on) {
  replicas_.at(static_cast<std::size_t>(replica))->paused = on;
}
void SimulatedWorld::cut_off(int replica, bool on) {
  replicas_.at(static_cast<std::size_t>(replica))->cut_off = on;
}

void SimulatedWorld::release(int replica) {
  One& one = *replicas_.at(static_cast<std::size_t>(replica));
  const auto leader = one.replica->leader_release(now(replica));
  if (leader && server_[leader->name].version == leader->version) {
    server_[leader->name] = *leader;
    server_[leader->name].version = std::to_string(++version_);
  }
  server_.erase("flotilla-f-" + one.name);
  kill(replica);
}

lease::Replica& SimulatedWorld::replica(int number) {
  return *replicas_.at(static_cast<std::size_t>(number))->replica;
}

lease::Now SimulatedWorld::now(int replica) const {
  const One& one = *replicas_.at(static_cast<std::size_t>(replica));
  const auto mono = one.offset + static_cast<std::int64_t>(static_cast<double>(time_) * one.rate);
  return {milliseconds(mono), (1'700'000'000'000 + time_ + one.wall_offset) * 1000};
}

std::vector<int> SimulatedWorld::alive() const {
  std::vector<int> result;
  for (const auto& one : replicas_)
    if (one->alive) result.push_back(one->number);
  return result;
}

int SimulatedWorld::leaders() const {
  return static_cast<int>(std::count_if(replicas_.begin(), replicas_.end(), [&](const auto& one) {
    return one->alive && one->replica->is_leader(now(one->number));
  }));
}

int SimulatedWorld::leader() const {
  for (const auto& one : replicas_)
    if (one->alive && one->replica->is_leader(now(one->number))) return one->number;
  return -1;
}

std::vector<int> SimulatedWorld::at_work(int cluster) const {
  std::vector<int> result;
  for (const auto& one : replicas_)
    if (one->alive && one->work.contains(cluster)) result.push_back(one->number);
  return result;
}

bool SimulatedWorld::all_clusters_worked_on() const {
  for (int cluster = 0; cluster < options_.clusters; ++cluster) {
    const std::vector<int> who = at_work(cluster);
    if (who.size() != 1 || replicas_[static_cast<std::size_t>(who[0])]->paused) return false;
  }
  return true;
}

void SimulatedWorld::run_for(std::int64_t ms) {
  for (const std::int64_t end = time_ + ms; time_ < end;) step();
}

bool SimulatedWorld::run_until(std::int64_t ms, const std::function<bool()>& is_so) {
  for (const std::int64_t end = time_ + ms; time_ < end; step())
    if (is_so()) return true;
  return is_so();
}

void SimulatedWorld::send(int replica, Request request) {
  const bool lossy = options_.lost_in > 0;
  const bool cut = replicas_[static_cast<std::size_t>(replica)]->cut_off;
  request.replica = replica;
  request.arrives = time_ + dice_.between(1, options_.slowest_request);
  request.answered = request.arrives + dice_.between(1, options_.slowest_request);
  request.gives_up = time_ + request_timeout;
  request.lost_there = cut || (lossy && dice_.one_in(options_.lost_in));
  request.lost_back = lossy && dice_.one_in(options_.lost_in);
  // One that hangs somewhere on its way may arrive long after its sender has given up.
  if (lossy && dice_.one_in(options_.lost_in)) request.arrives += dice_.between(0, 30'000);
  requests_.push_back(std::move(request));
}

void SimulatedWorld::step() {
  time_ += tick;
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    Request& request = requests_[i];
    if (!request.arrived && !request.lost_there && time_ >= request.arrives) {
      request.arrived = true;
      request.arrive();
    }
    const One& one = *replicas_[static_cast<std::size_t>(request.replica)];
    if (!one.alive) request.answer = request.fail = nullptr;
    if (one.paused || !request.answer) continue;
    const bool back = request.arrived && !request.lost_back && !one.cut_off;
    if (back && time_ >= request.answered && time_ < request.gives_up) {
      request.answer();
      request.answer = request.fail = nullptr;
    } else if (time_ >= request.gives_up) {
      request.fail();
      request.answer = request.fail = nullptr;
    }
  }
  std::erase_if(requests_,
                [&](const Request& r) { return !r.answer && (r.arrived || r.lost_there); });
  for (const auto& one : replicas_)
    if (one->alive && !one->paused) drive(*one);
  for (const auto& one : replicas_)
    if (one->alive && !one->paused) work(*one);
  check();
}

void SimulatedWorld::drive(One& one) {
  const int number = one.number;
  One* self = &one;
  if (!one.looking && one.replica->look_is_due(now(number))) {
    one.looking = true;
    one.replica->looking(now(number));
    auto seen = std::make_shared<std::vector<Lease>>();
    Request request;
    request.arrive = [this, seen] {
      for (const auto& [name, lease] : server_) seen->push_back(lease);
    };
    request.answer = [this, self, seen] {
      self->looking = false;
      self->replica->looked(now(self->number), *seen, {});
    };
    request.fail = [this, self] {
      self->looking = false;
      self->replica->look_failed(now(self->number));
    };
    send(number, std::move(request));
  }
  const auto write = [&](const Lease& lease, bool leads) {
    ++writes_;
    (leads ? one.writing_leader : one.writing_own) = true;
    auto version = std::make_shared<std::string>();
    Request request;
    request.arrive = [this, lease, version] {
      const auto there = server_.find(lease.name);
      const std::string current = there == server_.end() ? "" : there->second.version;
      if (current != lease.version) return;
      Lease stored = lease;
      stored.record.beat = stored.record.renewed;  // all that an object keeps
      stored.version = *version = std::to_string(++version_);
      server_[lease.name] = stored;
    };
    request.fail = [this, self, leads] {
      (leads ? self->writing_leader : self->writing_own) = false;
      if (leads) return self->replica->leader_failed(now(self->number));
      self->replica->own_failed(now(self->number));
    };
    request.answer = [this, self, leads, version, fail = request.fail] {
      if (version->empty()) return fail();
      (leads ? self->writing_leader : self->writing_own) = false;
      if (leads) return self->replica->leader_landed(now(self->number), *version);
      self->replica->own_landed(now(self->number), *version);
    };
    send(number, std::move(request));
  };
  if (!one.writing_own) {
    if (const auto lease = one.replica->own_write(now(number))) write(*lease, false);
  }
  if (!one.writing_leader) {
    if (const auto lease = one.replica->leader_write(now(number))) write(*lease, true);
  }
}

// Works without pause on all that it may: a piece ends when its time is over, or at once when the
// lease has run out.
void SimulatedWorld::work(One& one) {
  for (int cluster = 0; cluster < options_.clusters; ++cluster) {
    const std::string name = "cluster-" + std::to_string(cluster);
    const bool may = one.replica->may_work(now(one.number), name);
    const auto under_way = one.work.find(cluster);
    const bool lapsed = !one.replica->next_loss(now(one.number));
    if (under_way != one.work.end() && (lapsed || time_ >= under_way->second)) {
      one.work.erase(under_way);
      one.replica->ended(name);
    }
    if (may && !one.work.contains(cluster)) {
      one.work[cluster] = time_ + dice_.between(tick, options_.longest_work);
      one.replica->begun(name);
    }
  }
}

void SimulatedWorld::check() {
  const std::string at = " at " + std::to_string(time_) + " ms";
  int leading = 0;
  for (const auto& one : replicas_)
    if (one->alive && !one->paused && one->replica->is_leader(now(one->number))) ++leading;
  if (leading > 1) overlaps_.push_back("two leaders" + at);
  for (int cluster = 0; cluster < options_.clusters; ++cluster) {
    int working = 0;
    for (const auto& one : replicas_)
      if (one->alive && !one->paused && one->work.contains(cluster)) ++working;
    if (working > 1) overlaps_.push_back("two at work on cluster " + std::to_string(cluster) + at);
  }
}

}  // namespace flotilla::test
