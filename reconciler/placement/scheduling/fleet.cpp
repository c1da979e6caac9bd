#include "reconciler/placement/scheduling/fleet.h"

#include "render/document/tree.h"

namespace flotilla::placement {

namespace {

std::string api_key(const std::string& api_version, const std::string& kind) {
  return api_version + ' ' + kind;
}

bool is_being_deleted(const overrides::Cluster& cluster) {
  if (cluster.object == nullptr) return false;
  const Json::Value* when = find_path(cluster.object->tree, {"metadata", "deletionTimestamp"});
  return when != nullptr && when->isString();
}

bool has_condition(const Json::Value& status, std::string_view type) {
  const Json::Value* conditions = find(status, "conditions");
  if (conditions == nullptr || !conditions->isArray()) return false;
  for (const Json::Value& condition : *conditions)
    if (get_string(condition, "type") == type) return true;
  return false;
}

}  // namespace

Fleet::Fleet(const std::vector<overrides::Cluster>& clusters)
    : clusters_(&clusters), leaving_(clusters.size()), unobserved_(clusters.size()) {
  by_name_.reserve(clusters.size());
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    by_name_.emplace(clusters[i].name, i);
    leaving_[i] = is_being_deleted(clusters[i]);
    const Json::Value& status = clusters[i].status;
    const Json::Value* apis = flotilla::find(status, "apiEnablements");
    const bool lists_any = apis != nullptr && apis->isArray() && !apis->empty();
    unobserved_[i] = !lists_any && !has_condition(status, "CompleteAPIEnablements");
  }
  // Only now, for the APIs that a cluster does not list begin with `unobserved_` of all clusters.
  for (std::size_t i = 0; i < clusters.size(); ++i) read_apis(i, clusters[i].status);
}

void Fleet::read_apis(std::size_t cluster, const Json::Value& status) {
  const Json::Value* enablements = flotilla::find(status, "apiEnablements");
  if (enablements == nullptr || !enablements->isArray()) return;
  for (const Json::Value& enablement : *enablements) {
    const std::string group_version = get_string(enablement, "groupVersion");
    const Json::Value* resources = flotilla::find(enablement, "resources");
    if (resources == nullptr || !resources->isArray()) continue;
    for (const Json::Value& resource : *resources) {
      const std::string key = api_key(group_version, get_string(resource, "kind"));
      apis_.try_emplace(key, unobserved_).first->second[cluster] = 1;
    }
  }
}

std::optional<std::size_t> Fleet::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

const std::vector<char>& Fleet::having_api(const std::string& api_version,
                                           const std::string& kind) const {
  const auto found = apis_.find(api_key(api_version, kind));
  return found == apis_.end() ? unobserved_ : found->second;
}

}  // namespace flotilla::placement
