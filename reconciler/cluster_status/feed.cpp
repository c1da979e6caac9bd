#include "reconciler/cluster_status/feed.h"

#include "reconciler/kube/spread.h"
#include "render/document/tree.h"

#include <algorithm>

namespace flotilla::cluster_status {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds first_pause = 800ms;
constexpr milliseconds longest_pause = 30s;
// A server that ends watches sooner than this is not asked for the next one at once.
constexpr milliseconds shortest_watch = 1s;

bool is_expired(const kube::ApiError& error) {
  return kube::fault_of(error) == kube::Fault::expired ||
         std::ranges::any_of(error.causes, [](const kube::ApiError::Cause& cause) {
           return cause.reason == "ResourceVersionTooLarge";  // the server was set back
         });
}

// Neither passes by itself soon.
bool is_refusal(const kube::ApiError& error) {
  return error.status == 404 || kube::fault_of(error) == kube::Fault::forbidden;
}

bool is_older(const std::string& version, const std::string& than) {
  return version.size() != than.size() ? version.size() < than.size() : version < than;
}

void note_fault(Feed& feed, const kube::ApiError* error) {
  const bool refused = error != nullptr && is_refusal(*error);
  const bool known = error == nullptr || (feed.known && !refused);
  if (feed.refused == refused && feed.known == known) return;
  feed.refused = refused;
  feed.known = known;
  if (feed.on_fault) feed.on_fault();
}

bool on_event(Feed& feed, const kube::WatchEvent& event) {
  if (feed.ended || event.type == "ERROR") return false;
  feed.heard = true;
  const std::string version = get_string(event.object, {"metadata", "resourceVersion"});
  if (event.type == "BOOKMARK" && !version.empty() && is_older(version, feed.resource_version)) {
    // A restored server would leave out what happens until it has caught up.
    feed.listed = false;
    return false;
  }
  if (!version.empty()) feed.resource_version = version;
  if (event.type == "DELETED") {
    feed.on_remove(event.object);
  } else if (event.type != "BOOKMARK") {
    feed.on_put(event.object);
  }
  return !feed.ended;
}

// nullopt: it went well.
kube::Task<std::optional<kube::ApiError>> list(FeedPtr feed) {
  kube::ListOptions options;
  options.field_selector = feed->field_selector;
  options.begin = [feed] {
    if (!feed->ended) feed->on_begin();
  };
  options.each = [feed](Json::Value object) {
    if (!feed->ended) feed->on_put(object);
  };
  auto answer = co_await feed->client->list(feed->resource, std::string(), options);
  if (feed->ended) co_return std::nullopt;
  if (!answer) {
    note_fault(*feed, &answer.error());
    co_return std::move(answer).error();
  }
  feed->resource_version = answer->resource_version;
  feed->listed = true;
  feed->on_end();
  note_fault(*feed, nullptr);
  co_return std::nullopt;
}

kube::Task<std::optional<kube::ApiError>> watch(FeedPtr feed) {
  kube::WatchOptions options;
  options.field_selector = feed->field_selector;
  options.resource_version = feed->resource_version;
  const std::function<bool(kube::WatchEvent)> reader = [feed](kube::WatchEvent event) {
    return on_event(*feed, event);
  };
  const Clock::time_point began = Clock::now();
  feed->heard = false;
  auto ended = co_await feed->client->watch(feed->resource, std::string(), options, reader);
  if (feed->ended) co_return std::nullopt;
  if (!ended && is_expired(ended.error())) feed->listed = false;
  if (!ended) co_return std::move(ended).error();
  if (!feed->listed || feed->heard || Clock::now() - began >= shortest_watch)
    co_return std::nullopt;
  kube::ApiError error;
  error.error = {Code::unavailable, "server ends a watch as soon as it has begun"};
  co_return error;
}

}  // namespace

kube::Task<> read_once(FeedPtr feed) {
  if (!feed->ended) co_await list(feed);
}

kube::Task<> keep_reading(FeedPtr feed) {
  // A task begins later than it is spawned: the client may be gone by then.
  if (feed->ended) co_return;
  kube::Loop& loop = feed->client->loop();
  const std::string words = feed->client->server() + " " + feed->resource.plural;
  int failures = 0;
  while (!feed->ended) {
    const bool listing = !feed->listed;
    kube::Task<std::optional<kube::ApiError>> step = listing ? list(feed) : watch(feed);
    const std::optional<kube::ApiError> error = co_await std::move(step);
    if (feed->ended) co_return;
    if (!listing && feed->heard) failures = 0;
    if (!error) {
      if (!listing) failures = 0;
      continue;
    }
    if (kube::fault_of(*error) == kube::Fault::cancelled) co_return;  // the loop ends
    ++failures;
    // A watch that expired is followed by a list at once, unless that happens again and again.
    if (!listing && !feed->listed && failures < 3) continue;
    if (!listing && is_refusal(*error)) feed->listed = false;
    const milliseconds step_pause =
        std::min(first_pause * (1 << std::min(failures - 1, 10)), longest_pause);
    const milliseconds base = is_refusal(*error) && listing ? feed->refused_pause : step_pause;
    const milliseconds pause = kube::spread(base, words, failures);
    co_await loop.sleep(pause, feed->bell);
  }
}

void end(Feed& feed) {
  feed.ended = true;
  feed.bell->ring();
}

}  // namespace flotilla::cluster_status
