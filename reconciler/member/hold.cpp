#include "reconciler/member/hold.h"

#include "reconciler/decision/suspension.h"
#include "reconciler/kube/spread.h"
#include "reconciler/member/inventory.h"
#include "render/document/json.h"

#include <algorithm>

namespace flotilla::member {

using namespace std::chrono_literals;

struct HoldWatch::State {
  kube::Client& client;
  kube::Loop& loop;
  std::string owner;
  std::function<void()> on_change = {};
  std::optional<Hold> hold = {};
  std::string resource_version = {};  // where the watch goes on; empty: it is listed first
  bool live = false;
  std::uint64_t generation = 0;  // a task of another one is over

  void set(std::optional<Hold> now) {
    if (hold == now) return;
    hold = std::move(now);
    if (on_change) on_change();
  }
};

namespace {

using StatePtr = std::shared_ptr<HoldWatch::State>;

constexpr std::chrono::milliseconds first_pause = 1s;
constexpr std::chrono::milliseconds longest_pause = 60s;
// A server that ends watches sooner than this is not asked for the next one at once.
constexpr std::chrono::milliseconds shortest_watch = 1s;

std::string selector_of(const StatePtr& state) { return "metadata.name=" + state->owner; }

bool is_over(const StatePtr& state, std::uint64_t generation) {
  return state->generation != generation;
}

// False once the watch has to end.
bool on_event(const StatePtr& state, std::uint64_t generation, const kube::WatchEvent& event) {
  if (is_over(state, generation) || event.type == "ERROR") return false;
  state->resource_version = get_string(event.object, {"metadata", "resourceVersion"});
  state->live = true;
  if (event.type == "DELETED") state->set(std::nullopt);
  if (event.type == "ADDED" || event.type == "MODIFIED") state->set(hold_of(event.object));
  return !is_over(state, generation);
}

kube::Task<kube::ApiResult<bool>> look(StatePtr state, std::uint64_t generation) {
  kube::ListOptions options;
  options.field_selector = selector_of(state);
  options.metadata_only = true;
  auto list = co_await state->client.list(config_maps(), std::string(system_namespace), options);
  if (!list) co_return tl::unexpected(std::move(list).error());
  if (is_over(state, generation)) co_return true;
  state->resource_version = list->resource_version;
  state->live = true;
  state->set(list->items.empty() ? std::nullopt : hold_of(list->items.front()));
  co_return true;
}

kube::Task<kube::ApiResult<bool>> watch_once(StatePtr state, std::uint64_t generation) {
  kube::WatchOptions options;
  options.field_selector = selector_of(state);
  options.resource_version = state->resource_version;
  options.metadata_only = true;
  const std::function<bool(kube::WatchEvent)> handler =
      [state, generation](const kube::WatchEvent& event) {
        return on_event(state, generation, event);
      };
  const auto began = std::chrono::steady_clock::now();
  auto ended =
      co_await state->client.watch(config_maps(), std::string(system_namespace), options, handler);
  if (ended && std::chrono::steady_clock::now() - began < shortest_watch) {
    kube::ApiError error;
    error.error = {Code::unavailable, "server ends a watch as soon as it has begun"};
    co_return tl::unexpected(std::move(error));
  }
  co_return ended;
}

kube::Task<> keep_watching(StatePtr state, std::uint64_t generation) {
  int failures = 0;
  while (!is_over(state, generation)) {
    if (state->resource_version.empty()) {
      auto looked = co_await look(state, generation);
      if (is_over(state, generation)) co_return;
      if (looked) continue;
      state->live = false;
      if (kube::fault_of(looked.error()) == kube::Fault::cancelled) co_return;
      ++failures;
    } else {
      auto ended = co_await watch_once(state, generation);
      if (is_over(state, generation)) co_return;
      if (ended) {  // it goes on where it was
        failures = 0;
        continue;
      }
      if (kube::fault_of(ended.error()) == kube::Fault::cancelled) co_return;
      // What happened meanwhile is told by a list.
      state->live = false;
      state->resource_version.clear();
      const bool expired = kube::fault_of(ended.error()) == kube::Fault::expired;
      if (++failures == 1 && expired) continue;
    }
    const auto step = std::min<std::chrono::milliseconds>(
        first_pause * (1 << std::min(failures, 6)), longest_pause);
    const std::string words = state->client.server() + " hold";
    const auto pause = kube::spread(step, words, failures);
    co_await state->loop.sleep(pause);
  }
}

bool owns_mark(const Json::Value& entry) {
  const std::string field = "f:" + std::string(hold_annotation);
  return find_path(entry, {"fieldsV1", "f:metadata", "f:annotations", field}) != nullptr;
}

}  // namespace

std::optional<Hold> hold_of(const Json::Value& config_map) {
  const Json::Value* annotations = annotations_of(config_map);
  const Json::Value* written =
      annotations == nullptr ? nullptr : find(*annotations, hold_annotation);
  if (written == nullptr || !written->isString()) return std::nullopt;
  const auto reason = decision::read_mark(written->asString());
  if (!reason) return std::nullopt;
  Hold hold;
  hold.reason = *reason;
  const Json::Value* managers = find_path(config_map, {"metadata", "managedFields"});
  if (managers == nullptr || !managers->isArray()) return hold;
  for (const Json::Value& entry : *managers) {
    if (!owns_mark(entry)) continue;
    hold.manager = get_string(entry, "manager");
    hold.since = get_string(entry, "time");
  }
  return hold;
}

std::string to_string(const Hold& hold) {
  std::string text = "held on the cluster";
  if (!hold.manager.empty()) text += " by " + hold.manager;
  if (!hold.since.empty()) text += " since " + hold.since;
  return hold.reason.empty() ? text : text + ": " + hold.reason;
}

HoldWatch::HoldWatch(kube::Client& client, std::string owner)
    : state_(std::make_shared<State>(State{client, client.loop(), std::move(owner)})) {}

HoldWatch::~HoldWatch() { stop(); }

void HoldWatch::follow(std::function<void()> on_change) {
  state_->on_change = std::move(on_change);
  ++state_->generation;
  state_->resource_version.clear();
  state_->loop.spawn(keep_watching(state_, state_->generation));
}

void HoldWatch::stop() {
  ++state_->generation;
  state_->live = false;
  state_->on_change = nullptr;
}

bool HoldWatch::is_live() const { return state_->live; }

const std::optional<Hold>& HoldWatch::hold() const { return state_->hold; }

}  // namespace flotilla::member
