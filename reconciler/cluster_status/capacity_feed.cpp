#include "reconciler/cluster_status/capacity_feed.h"

namespace flotilla::cluster_status {
namespace {

// Those that are over take nothing: the server need not send them.
constexpr const char* kRunningPods = "status.phase!=Succeeded,status.phase!=Failed";

kube::Resource core(const std::string& kind, const std::string& plural, bool namespaced) {
  kube::Resource resource;
  resource.version = "v1";
  resource.kind = kind;
  resource.plural = plural;
  resource.namespaced = namespaced;
  return resource;
}

FeedPtr feed_of(kube::Client& client, kube::Resource resource,
                std::chrono::milliseconds refused_pause) {
  auto feed = std::make_shared<Feed>();
  feed->client = &client;
  feed->resource = std::move(resource);
  feed->refused_pause = refused_pause;
  return feed;
}

}  // namespace

CapacityFeed::CapacityFeed(kube::Client& client, placement::Models models,
                           std::chrono::milliseconds refused_pause, std::function<void()> on_change,
                           std::function<void()> on_nodes)
    : loop_(client.loop()),
      summary_(std::make_shared<Summary>(std::move(models))),
      nodes_(feed_of(client, core("Node", "nodes", false), refused_pause)),
      pods_(feed_of(client, core("Pod", "pods", true), refused_pause)) {
  pods_->field_selector = kRunningPods;
  const std::shared_ptr<Summary> summary = summary_;
  nodes_->on_begin = [summary] { summary->begin_nodes(); };
  nodes_->on_end = [summary, on_nodes] {
    summary->end_nodes();
    on_nodes();
  };
  nodes_->on_put = [summary, on_change, on_nodes](const Json::Value& node) {
    const bool counted = summary->put_node(key_of(node), read_node(node));
    counted ? on_nodes() : on_change();
  };
  nodes_->on_remove = [summary, on_nodes](const Json::Value& node) {
    if (summary->remove_node(key_of(node))) on_nodes();
  };
  pods_->on_begin = [summary] { summary->begin_pods(); };
  pods_->on_end = [summary, on_change] {
    summary->end_pods();
    on_change();
  };
  pods_->on_put = [summary, on_change](const Json::Value& pod) {
    summary->put_pod(key_of(pod), read_pod(pod));
    on_change();
  };
  pods_->on_remove = [summary, on_change](const Json::Value& pod) {
    summary->remove_pod(key_of(pod));
    on_change();
  };
  nodes_->on_fault = on_nodes;
  pods_->on_fault = on_nodes;
}

CapacityFeed::~CapacityFeed() {
  end(*nodes_);
  end(*pods_);
}

kube::Task<> CapacityFeed::read_once() {
  std::vector<kube::Task<>> readings;
  readings.push_back(cluster_status::read_once(nodes_));
  readings.push_back(cluster_status::read_once(pods_));
  return kube::all(std::move(readings));
}

void CapacityFeed::follow() {
  loop_.spawn(keep_reading(nodes_));
  loop_.spawn(keep_reading(pods_));
}

std::vector<std::string> CapacityFeed::remarks() const {
  std::vector<std::string> remarks;
  if (nodes_->refused) remarks.emplace_back("the credential may not list Node");
  if (pods_->refused) remarks.emplace_back("the credential may not list Pod");
  return remarks;
}

}  // namespace flotilla::cluster_status
