#pragma once

#include "overrides/cluster.h"
#include "reconciler/cluster_status/thresholds.h"
#include "reconciler/kube/client.h"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// One member cluster observed: whether it is healthy, what it serves and what room it has
// (karmada-semantics 21.1).
namespace flotilla::cluster_status {

struct Options {
  std::chrono::milliseconds probe_interval{10'000};
  std::chrono::milliseconds probe_timeout{10'000};
  Thresholds::Limits thresholds;
  std::chrono::milliseconds version_interval{600'000};
  // resourceSummary is published at most so often.
  std::chrono::milliseconds summary_interval{60'000};
  // How soon a kind that the credential may not list is tried again.
  std::chrono::milliseconds refused_pause{600'000};
  bool capacity = true;        // Fleet.spec.capacity: follow() watches Nodes and Pods
  bool capacity_once = false;  // look_once() lists them too
};

// All functions are called on the loop's thread.
class ClusterStatus {
 public:
  // `client` must live until stop() or the end of this object. Of `cluster` only
  // spec.resourceModels count.
  ClusterStatus(kube::Client& client, Options options, const overrides::Cluster& cluster);
  ~ClusterStatus();  // stop()
  ClusterStatus(const ClusterStatus&) = delete;
  ClusterStatus& operator=(const ClusterStatus&) = delete;

  // One probe (a few where the connection breaks), and /version if the cluster is well and its
  // version is not known; Nodes and Pods only if so set.
  kube::Task<> look_once();
  // Before follow(): what is known of the cluster from before (Karmada's Cluster.status). If it was
  // ready, it is so until it was seen otherwise for as long as the thresholds say.
  void remember(const Json::Value& status);
  // From now on probes and watches, until stop(). Call once. `on_change` is called (soon, once for
  // many) when status() or remarks() say something else.
  void follow(std::function<void()> on_change);
  // What the cluster was found to serve.
  void use(std::shared_ptr<const kube::Discovery> discovery);
  // Its file has changed.
  void use(const overrides::Cluster& cluster);
  void stop();

  // Of Karmada's Cluster.status what is known: conditions Ready and CompleteAPIEnablements (without
  // lastTransitionTime), kubernetesVersion, apiEnablements, nodeSummary, resourceSummary. The same
  // pointer as long as nothing changes; an empty map before the first observation.
  std::shared_ptr<const Json::Value> status() const;
  // Why the last probe did not find the cluster ready, in the words of the server or the network.
  // Changes with each probe; nothing for the status branch.
  const std::optional<Error>& fault() const;
  // What cannot be observed, one sentence each: "the credential may not list Node". Sorted.
  std::vector<std::string> remarks() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with what is under way
};

// The status of a cluster that cannot even be asked, for want of a credential or an address. `why`
// must hold no secret.
Json::Value uncollected_status(const std::string& why);

}  // namespace flotilla::cluster_status
