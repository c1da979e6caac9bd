#pragma once

#include "reconciler/cluster_status/feed.h"
#include "reconciler/cluster_status/summary.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace flotilla::cluster_status {

// The Nodes and Pods of a cluster, added up.
class CapacityFeed {
 public:
  // `on_change` is called at every event that may change the summary; `on_nodes` when a node came,
  // went or became ready or not, or a kind can be read, or not any more.
  CapacityFeed(kube::Client& client, placement::Models models,
               std::chrono::milliseconds refused_pause, std::function<void()> on_change,
               std::function<void()> on_nodes);
  ~CapacityFeed();  // ends what is under way
  CapacityFeed(const CapacityFeed&) = delete;
  CapacityFeed& operator=(const CapacityFeed&) = delete;

  kube::Task<> read_once();
  void follow();

  Summary& summary() { return *summary_; }
  bool knows_nodes() const { return nodes_->known; }
  // Without the Pods nobody knows what is left.
  bool knows_all() const { return nodes_->known && pods_->known; }
  // "the credential may not list Node", sorted.
  std::vector<std::string> remarks() const;

 private:
  kube::Loop& loop_;
  std::shared_ptr<Summary> summary_;
  FeedPtr nodes_;
  FeedPtr pods_;
};

}  // namespace flotilla::cluster_status
