#include "reconciler/cluster_status/cluster_status.h"

#include "reconciler/cluster_status/api_enablements.h"
#include "reconciler/cluster_status/capacity_feed.h"
#include "reconciler/kube/spread.h"
#include "render/document/json.h"
#include "render/document/tree.h"

#include <algorithm>
#include <utility>

namespace flotilla::cluster_status {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Several changes become one.
constexpr milliseconds gathering = 100ms;

constexpr const char* kReady = "/readyz";
constexpr const char* kHealthy = "/healthz";

// What is known of the cluster, shared with the tasks that find it out.
struct Observer {
  kube::Client* client;  // not touched once stopped
  kube::Loop& loop;
  const Options options;
  placement::Models models;
  Thresholds thresholds;
  std::unique_ptr<CapacityFeed> capacity;
  std::shared_ptr<const kube::Discovery> discovery;
  std::optional<ApiEnablements> enablements;

  std::string health_path = kReady;
  bool was_ready = false;  // at the last probe
  std::optional<Error> fault;
  std::string version;
  Clock::time_point version_read;
  bool reading_version = false;

  Json::Value summary;  // resourceSummary as published; null: none
  Clock::time_point summary_published;
  bool summary_due = false;  // a task will look at it

  std::shared_ptr<const Json::Value> status =
      std::make_shared<const Json::Value>(Json::objectValue);
  std::vector<std::string> remarks;
  std::function<void()> on_change;
  bool following = false;
  bool stopped = false;
  bool noted = false;  // a task will publish what changed
  std::shared_ptr<kube::Bell> probe_bell = std::make_shared<kube::Bell>();
  std::shared_ptr<kube::Bell> summary_bell = std::make_shared<kube::Bell>();

  Observer(kube::Client& the_client, Options the_options, placement::Models the_models)
      : client(&the_client),
        loop(the_client.loop()),
        options(the_options),
        models(std::move(the_models)),
        thresholds(the_options.thresholds) {}
};
using ObserverPtr = std::shared_ptr<Observer>;

// ---- what is published

void renew_summary(Observer& observer) {
  if (!observer.capacity || !observer.capacity->knows_all()) {
    observer.summary = Json::Value();
    return;
  }
  const Clock::time_point now = Clock::now();
  const bool is_early = !observer.summary.isNull() &&
                        now < observer.summary_published + observer.options.summary_interval;
  if (is_early) return;
  Json::Value summary = observer.capacity->summary().resource_summary();
  if (summary == observer.summary) return;
  observer.summary = std::move(summary);
  observer.summary_published = now;
}

Json::Value status_of(const Observer& observer) {
  Json::Value status(Json::objectValue);
  std::vector<Condition> conditions;
  if (observer.thresholds.published()) conditions.push_back(*observer.thresholds.published());
  if (observer.enablements) conditions.push_back(observer.enablements->complete);
  if (!conditions.empty()) status["conditions"] = condition_list(conditions);
  if (!observer.version.empty()) status["kubernetesVersion"] = observer.version;
  if (observer.enablements) status["apiEnablements"] = observer.enablements->list;
  if (observer.capacity && observer.capacity->knows_nodes())
    status["nodeSummary"] = observer.capacity->summary().node_summary();
  if (!observer.summary.isNull()) status["resourceSummary"] = observer.summary;
  return status;
}

// True if that says something new.
bool publish(Observer& observer) {
  renew_summary(observer);
  Json::Value status = status_of(observer);
  std::vector<std::string> remarks;
  if (observer.capacity) remarks = observer.capacity->remarks();
  const bool same_status = status == *observer.status;
  const bool changed = !same_status || remarks != observer.remarks;
  if (!same_status) observer.status = std::make_shared<const Json::Value>(std::move(status));
  observer.remarks = std::move(remarks);
  return changed;
}

void publish_and_tell(Observer& observer) {
  if (observer.stopped || !publish(observer)) return;
  const std::function<void()> on_change = observer.on_change;
  if (on_change) on_change();
}

kube::Task<> publish_soon(ObserverPtr observer) {
  co_await observer->loop.sleep(gathering);
  observer->noted = false;
  publish_and_tell(*observer);
}

void note(const ObserverPtr& observer) {
  if (observer->noted || observer->stopped || !observer->following) return;
  observer->noted = true;
  observer->loop.spawn(publish_soon(observer));
}

kube::Task<> publish_summary(ObserverPtr observer) {
  const Clock::time_point due = observer->summary_published + observer->options.summary_interval;
  const auto left = std::chrono::ceil<milliseconds>(due - Clock::now());
  const milliseconds wait = std::max(left, gathering);
  co_await observer->loop.sleep(wait, observer->summary_bell);
  observer->summary_due = false;
  publish_and_tell(*observer);
}

void note_summary(const ObserverPtr& observer) {
  const bool is_known = observer->capacity && observer->capacity->knows_all();
  if (!is_known || observer->summary_due || observer->stopped || !observer->following) return;
  if (observer->summary.isNull()) return note(observer);
  observer->summary_due = true;
  observer->loop.spawn(publish_summary(observer));
}

// ---- health and version

kube::Task<> read_version(ObserverPtr observer) {
  if (observer->stopped) co_return;  // before it began: the client may be gone
  observer->reading_version = true;
  const auto answer = co_await observer->client->get_raw("/version");
  observer->reading_version = false;
  if (observer->stopped || !answer) co_return;  // the next probe asks again
  const auto document = parse_json_fast(*answer);
  if (!document) co_return;
  observer->version = get_string(*document, "gitVersion");
  observer->version_read = Clock::now();
  note(observer);
}

bool wants_version(const Observer& observer, bool came_back) {
  if (observer.reading_version) return false;
  return observer.version.empty() || came_back ||
         Clock::now() >= observer.version_read + observer.options.version_interval;
}

Health health_of(const kube::ApiResult<int>& answer) {
  if (answer) return *answer == 200 ? Health::ready : Health::not_ready;
  return answer.error().status != 0 ? Health::not_ready : Health::not_reachable;
}

// True if the version is to be read.
kube::Task<bool> probe(ObserverPtr observer) {
  const milliseconds timeout = observer->options.probe_timeout;
  auto answer = co_await observer->client->probe(observer->health_path, timeout);
  if (observer->stopped) co_return false;
  if (!answer && answer.error().status == 404 && observer->health_path == kReady) {
    observer->health_path = kHealthy;
    answer = co_await observer->client->probe(observer->health_path, timeout);
    if (observer->stopped) co_return false;
  }
  const Health health = health_of(answer);
  const bool is_ready = health == Health::ready;
  if (!is_ready) observer->health_path = kReady;  // it may be another server when it is back
  observer->fault.reset();
  if (!answer) observer->fault = answer.error().error;
  const std::optional<Condition> before = observer->thresholds.published();
  observer->thresholds.observe(ready_condition(health), Clock::now());
  if (before != observer->thresholds.published()) note(observer);
  const bool came_back = is_ready && !observer->was_ready;
  observer->was_ready = is_ready;
  co_return is_ready&& wants_version(*observer, came_back);
}

kube::Task<> keep_probing(ObserverPtr observer) {
  if (observer->stopped) co_return;  // before it began: the client may be gone
  // Not all clusters in the same moment.
  const milliseconds interval = std::max(observer->options.probe_interval, milliseconds(1));
  const std::uint64_t place = kube::mixed(observer->client->server(), 0);
  milliseconds wait(
      static_cast<std::int64_t>(place % static_cast<std::uint64_t>(interval.count())));
  bool is_first = true;
  while (!observer->stopped) {
    const bool ask_version = co_await probe(observer);
    if (observer->stopped) co_return;
    if (ask_version) observer->loop.spawn(read_version(observer));
    // Not before: lists of many clusters at the same time must not make them look unreachable.
    if (std::exchange(is_first, false) && observer->capacity) observer->capacity->follow();
    co_await observer->loop.sleep(wait, observer->probe_bell);
    wait = interval;
  }
}

void make_capacity(const ObserverPtr& observer) {
  if (observer->capacity) return;
  const std::weak_ptr<Observer> back = observer;
  observer->capacity = std::make_unique<CapacityFeed>(
      *observer->client, observer->models, observer->options.refused_pause,
      [back] {
        if (const ObserverPtr self = back.lock()) note_summary(self);
      },
      [back] {
        const ObserverPtr self = back.lock();
        if (!self) return;
        note(self);
        note_summary(self);
      });
}

}  // namespace

struct ClusterStatus::State : Observer {
  using Observer::Observer;
};

ClusterStatus::ClusterStatus(kube::Client& client, Options options,
                             const overrides::Cluster& cluster)
    : state_(std::make_shared<State>(client, options, placement::models_of(cluster))) {}

ClusterStatus::~ClusterStatus() { stop(); }

namespace {

// One look decides where a cluster's new objects go: a connection that breaks is no reason yet to
// take it for lost, as the thresholds have it for who goes on looking.
constexpr int most_looks = 4;
constexpr milliseconds between_looks = 200ms;

kube::Task<> look(ObserverPtr observer) {
  bool ask_version = co_await probe(observer);
  for (int made = 1; made < most_looks && !observer->stopped; ++made) {
    const bool broke = observer->fault && observer->fault->code == Code::unavailable;
    if (observer->was_ready || !broke) break;
    co_await observer->loop.sleep(between_looks);
    ask_version = co_await probe(observer);
  }
  if (ask_version) co_await read_version(observer);
  if (observer->options.capacity_once && observer->was_ready && !observer->stopped) {
    make_capacity(observer);
    co_await observer->capacity->read_once();
  }
  publish_and_tell(*observer);
}

}  // namespace

kube::Task<> ClusterStatus::look_once() { return look(state_); }

void ClusterStatus::remember(const Json::Value& status) {
  const Json::Value* conditions = find(status, "conditions");
  if (conditions == nullptr || !conditions->isArray()) return;
  for (const Json::Value& entry : *conditions)
    if (get_string(entry, "type") == "Ready" && get_string(entry, "status") == "True")
      state_->thresholds.was_ready(
          {"Ready", "True", get_string(entry, "reason"), get_string(entry, "message")});
}

void ClusterStatus::follow(std::function<void()> on_change) {
  state_->on_change = std::move(on_change);
  if (state_->following || state_->stopped) return;
  state_->following = true;
  if (state_->thresholds.published()) note(state_);
  if (state_->options.capacity) make_capacity(state_);
  state_->loop.spawn(keep_probing(state_));
}

void ClusterStatus::use(std::shared_ptr<const kube::Discovery> discovery) {
  if (discovery == state_->discovery || !discovery || state_->stopped) return;
  state_->discovery = std::move(discovery);
  state_->enablements = api_enablements(*state_->discovery);
  if (state_->following)
    note(state_);
  else
    publish(*state_);
}

void ClusterStatus::use(const overrides::Cluster& cluster) {
  state_->models = placement::models_of(cluster);
  if (!state_->capacity) return;
  state_->capacity->summary().set_models(state_->models);
  note_summary(state_);
}

void ClusterStatus::stop() {
  state_->stopped = true;
  state_->on_change = nullptr;
  state_->capacity.reset();
  state_->probe_bell->ring();
  state_->summary_bell->ring();
}

std::shared_ptr<const Json::Value> ClusterStatus::status() const { return state_->status; }
const std::optional<Error>& ClusterStatus::fault() const { return state_->fault; }
std::vector<std::string> ClusterStatus::remarks() const { return state_->remarks; }

Json::Value uncollected_status(const std::string& why) {
  Json::Value status(Json::objectValue);
  status["conditions"] = condition_list({collection_failed(why)});
  return status;
}

}  // namespace flotilla::cluster_status
