#pragma once

#include "reconciler/kube/client.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace flotilla::cluster_status {

// All objects of one kind of a cluster, by a list and then watches that go on where the last one
// ended, listed again after a 410. Hands each object over and keeps none.
struct Feed {
  kube::Client* client = nullptr;  // not touched once `ended`
  kube::Resource resource;
  std::string field_selector;
  // While the credential may not list the kind, or it is not served.
  std::chrono::milliseconds refused_pause{600'000};

  // A list begins (once more, if a page expired), and what was not put since then is gone when it
  // has ended.
  std::function<void()> on_begin;
  std::function<void()> on_end;
  std::function<void(const Json::Value&)> on_put;
  std::function<void(const Json::Value&)> on_remove;
  // The kind cannot be read, or can be again.
  std::function<void()> on_fault;

  bool known = false;    // it was listed
  bool refused = false;  // the credential may not list it
  bool ended = false;
  std::shared_ptr<kube::Bell> bell = std::make_shared<kube::Bell>();

  // Of the feed itself.
  std::string resource_version;
  bool listed = false;  // and nothing has happened since that a watch could not tell
  bool heard = false;
};
using FeedPtr = std::shared_ptr<Feed>;

// One list.
kube::Task<> read_once(FeedPtr feed);
// Until end().
kube::Task<> keep_reading(FeedPtr feed);
void end(Feed& feed);

}  // namespace flotilla::cluster_status
