#include "reconciler/controller/connection.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace flotilla::controller {
namespace {

using namespace std::chrono_literals;

std::string way_to(const overrides::Cluster& cluster) {
  std::string text = cluster.api_endpoint + "\n" + cluster.proxy_url + "\n" +
                     (cluster.insecure_skip_tls_verification ? "insecure" : "");
  if (cluster.secret_ref)
    text += "\n" + cluster.secret_ref->namespace_ + "/" + cluster.secret_ref->name;
  return text;
}

kube::ClientOptions client_options(const Options& options) {
  kube::ClientOptions client;
  client.concurrency = options.concurrency;
  client.timeout = options.request_timeout;
  client.patience =
      std::min<std::chrono::milliseconds>(client.patience, options.request_timeout + 15s);
  return client;
}

}  // namespace

Connection::Connection(kube::Loop& loop, const overrides::Cluster& cluster, kube::Access access,
                       const Options& options, Watching watching)
    : watching_(std::move(watching)),
      way_(way_to(cluster)),
      client_(loop, std::move(access), client_options(options)),
      member_(client_) {
  observe(cluster);
  if (watching_.continuous) member_.follow(watching_.on_change);
}

Connection::~Connection() { stop(); }

bool Connection::reaches(const overrides::Cluster& cluster) const {
  return way_ == way_to(cluster);
}

void Connection::use(const overrides::Cluster& cluster, bool capacity) {
  if (watching_.capacity != capacity) {
    watching_.capacity = capacity;
    observe(cluster);
  }
  if (file_ == cluster.object) return;
  file_ = cluster.object;
  observer_->use(cluster);
}

void Connection::observe(const overrides::Cluster& cluster) {
  cluster_status::Options options;
  options.capacity = watching_.capacity;
  if (!watching_.continuous) options.thresholds.success = 0ms;  // it does not look for so long
  observer_ = std::make_unique<cluster_status::ClusterStatus>(client_, options, cluster);
  file_ = cluster.object;
  if (!watching_.continuous) return;
  observer_->remember(cluster.status);
  observer_->follow(watching_.on_observed);
}

void Connection::stop() {
  observer_->stop();
  member_.stop();
}

}  // namespace flotilla::controller
