#pragma once

#include "overrides/selector.h"
#include "render/catalog/catalog.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::overrides {

struct Taint {
  std::string key;
  std::string value;
  std::string effect;  // NoSchedule, NoExecute
};

struct SecretRef {
  std::string namespace_;
  std::string name;
};

// A member cluster as its file in the repository describes it (karmada-semantics 5).
struct Cluster {
  std::string name;
  std::map<std::string, std::string> labels;
  std::string provider;
  std::string region;
  std::vector<std::string> zones;  // spec.zone is moved in here
  std::vector<Taint> taints;
  std::string api_endpoint;  // empty: the kubeconfig context named like the cluster
  std::optional<SecretRef> secret_ref;
  bool insecure_skip_tls_verification = false;
  std::string proxy_url;
  catalog::ObjectPtr object;  // the whole file object, status included
  // What was observed of it: the status of the file, else that of the status branch; null if
  // neither has one.
  Json::Value status;
};

// Reads and validates; faults go to `problems`, and a Cluster with an error is not returned.
std::optional<Cluster> read_cluster(const catalog::ObjectPtr& object, Problems& problems);

struct FieldRequirement {
  std::string key;  // provider, region, zone
  std::string op;   // In, NotIn (Exists, DoesNotExist are evaluated too)
  std::vector<std::string> values;
};

// ClusterAffinity (karmada-semantics 8.2).
struct ClusterAffinity {
  std::optional<LabelSelector> label_selector;
  std::vector<FieldRequirement> field_requirements;
  std::vector<std::string> cluster_names;
  std::vector<std::string> exclude;
};
bool matches(const ClusterAffinity& affinity, const Cluster& cluster);
// `also_known` are fields that stand beside the affinity's own (clusterAffinities inline it).
// nullopt if it has an error.
std::optional<ClusterAffinity> read_cluster_affinity(
    const Json::Value& value, const Reading& reading,
    std::initializer_list<const char*> also_known = {});

}  // namespace flotilla::overrides
