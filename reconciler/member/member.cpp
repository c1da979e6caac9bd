#include "reconciler/member/member.h"

#include "reconciler/member/one_pass.h"

#include <algorithm>

namespace flotilla::member {
namespace {

using namespace std::chrono_literals;

constexpr auto first_poll = 100ms;
constexpr auto last_poll = 2000ms;
// From this many on, kinds are listed.
constexpr std::size_t list_from = 20;

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

struct Member::State {
  explicit State(kube::Client& the_client) : client(the_client) {}

  kube::Client& client;
  std::string owner;
  std::unique_ptr<Mirror> mirror;
  std::shared_ptr<HoldWatch> hold_watch;
  Memory memory;
  std::shared_ptr<const decision::Decision> decision;  // that `sequence` is for
  std::unique_ptr<decision::ApplyOrder> sequence;
  std::function<void()> on_change;

  kube::Task<Report> run(Order order, Reliance reliance);
  void prepare(const Order& order) {
    if (!mirror || owner != order.owner) {
      Mirror::Options options;
      options.applyset_id = manifest::applyset_id(order.owner);
      options.now = seconds_now;
      mirror = std::make_unique<Mirror>(client, std::move(options));
      hold_watch = std::make_shared<HoldWatch>(client, order.owner);
      if (on_change) {
        mirror->follow(on_change);
        hold_watch->follow(on_change);
      }
      owner = order.owner;
      memory = {};
    }
    if (decision == order.decision) return;
    decision = order.decision;
    sequence = std::make_unique<decision::ApplyOrder>(decision->work.at(order.cluster));
  }
};

Member::Member(kube::Client& client) : state_(std::make_unique<State>(client)) {}
Member::~Member() = default;

kube::Task<Report> Member::State::run(Order order, Reliance reliance) {
  prepare(order);
  // A hold that comes during the pass ends it at its next object; the next pass is by then due.
  const std::shared_ptr<HoldWatch> watch = hold_watch;
  if (!watch->hold())
    order.superseded = [watch, before = std::move(order.superseded)] {
      return watch->hold().has_value() || before();
    };
  Pass pass(client, *mirror, memory, *sequence, *watch, order, reliance);
  co_return co_await pass.run();
}

kube::Task<Report> Member::pass(Order order) {
  return state_->run(std::move(order), state_->on_change ? Reliance::watches : Reliance::nothing);
}

kube::Task<Report> Member::go_on(Order order) {
  return state_->run(std::move(order), Reliance::all);
}

bool Member::waits_for_readiness() const { return !state_->memory.awaited.empty(); }

kube::Task<bool> Member::look_again() {
  const std::set<ObjectKey> awaited = state_->memory.awaited;
  Mirror& mirror = *state_->mirror;
  // The last pass found out that it is not as it was: the next one asks for it anew.
  if (!state_->memory.discovery) co_return true;
  const auto discovery = state_->memory.discovery;
  bool changed = !state_->memory.coming.empty();
  const auto readiness = [&](const ObjectKey& key) {
    const auto seen = mirror.objects().find(key);
    return seen == mirror.objects().end() ? std::nullopt
                                          : std::optional(seen->second.observed.readiness.state);
  };
  std::map<ObjectKey, std::optional<interpreter::Readiness>> before;
  for (const ObjectKey& key : awaited) before[key] = readiness(key);
  std::set<GroupKind> listed;
  if (awaited.size() >= list_from)
    for (const ObjectKey& key : awaited)
      if (mirror.reads(key.group_kind())) listed.insert(key.group_kind());
  if (!listed.empty()) co_await mirror.read_again(listed);
  for (const ObjectKey& key : awaited) {
    const kube::Resource* resource = discovery->find(key.group_kind());
    if (resource == nullptr || listed.contains(key.group_kind())) continue;
    auto live = co_await state_->client.get(*resource, key.namespace_, key.name);
    if (live) mirror.note(*live);
    if (!live && live.error().error.code == Code::not_found) mirror.forget(key);
    if (!live && live.error().status == 0) co_return true;  // the next pass says so
  }
  mirror.end_graces();
  for (const ObjectKey& key : awaited) changed = changed || readiness(key) != before[key];
  co_return changed;
}

void Member::follow(std::function<void()> on_change) {
  state_->on_change = std::move(on_change);
  if (!state_->mirror) return;
  state_->mirror->follow(state_->on_change);
  state_->hold_watch->follow(state_->on_change);
}

std::optional<std::chrono::steady_clock::time_point> Member::due() const {
  const Memory& memory = state_->memory;
  if (memory.paused) return std::nullopt;  // nothing is due before a watch or an order says so
  const auto now = std::chrono::steady_clock::now();
  std::optional<std::chrono::steady_clock::time_point> due = memory.fights.next(now);
  const auto also = [&](std::chrono::steady_clock::time_point other) {
    if (!due || other < *due) due = other;
  };
  if (const auto again = memory.refusals.next(now)) also(*again);
  // What is over and did not happen is tried again as anything that fails is.
  const auto discovery = memory.discovered + discovery_pause;
  if (!memory.unserved.empty() && discovery > now) also(discovery);
  return due;
}

std::shared_ptr<const kube::Discovery> Member::discovery() const {
  return state_->memory.discovery;
}

bool Member::is_live() const {
  if (!state_->mirror || !state_->mirror->is_live()) return false;
  return state_->hold_watch->is_live() || state_->memory.without_parent;
}

void Member::stop() {
  if (!state_->mirror) return;
  state_->mirror->stop();
  state_->hold_watch->stop();
}

kube::Task<Report> pass_with_patience(kube::Loop& loop, Member& member, Order order) {
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(order.decision->readiness_timeout);
  Report report = co_await member.pass(order);
  std::chrono::milliseconds poll = first_poll;
  while (member.waits_for_readiness() && report.complete() && !order.superseded() &&
         std::chrono::steady_clock::now() < deadline) {
    co_await loop.sleep(poll);
    poll = std::min<std::chrono::milliseconds>(poll * 2, last_poll);
    const bool changed = co_await member.look_again();
    if (!changed) continue;
    Report next = co_await member.go_on(order);
    // What waits for a kind to be served is looked at again and again, though nothing moves.
    if (!next.created.empty() || !next.configured.empty() || !next.pruned.empty())
      poll = first_poll;
    add_changes(next, report);
    report = std::move(next);
  }
  co_return report;
}

kube::Task<Report> run_pass(kube::Client& client, Order order) {
  Member member(client);
  Report report = co_await pass_with_patience(client.loop(), member, std::move(order));
  member.stop();
  co_return report;
}

}  // namespace flotilla::member
