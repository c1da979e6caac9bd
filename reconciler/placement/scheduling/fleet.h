#pragma once

#include "overrides/cluster.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

// What the scheduler looks at of the member clusters, prepared once for all bindings of a pass.
namespace flotilla::placement {

class Fleet {
 public:
  // Sorted by name; must outlive the fleet. A cluster is named by its index, so the order of
  // indices is the order of names.
  explicit Fleet(const std::vector<overrides::Cluster>& clusters);

  std::size_t size() const { return clusters_->size(); }
  const overrides::Cluster& operator[](std::size_t cluster) const { return (*clusters_)[cluster]; }
  std::optional<std::size_t> find(std::string_view name) const;

  // Its object has a deletionTimestamp.
  bool is_leaving(std::size_t cluster) const { return leaving_[cluster] != 0; }

  // For each cluster whether an object of that kind may newly go there: its status lists the API
  // (karmada-semantics 5), or nothing of its APIs has been observed yet.
  const std::vector<char>& having_api(const std::string& api_version,
                                      const std::string& kind) const;

 private:
  void read_apis(std::size_t cluster, const Json::Value& status);

  const std::vector<overrides::Cluster>* clusters_;
  std::unordered_map<std::string_view, std::size_t> by_name_;
  std::vector<char> leaving_;
  std::vector<char> unobserved_;
  std::unordered_map<std::string, std::vector<char>> apis_;  // "<apiVersion> <kind>"
};

}  // namespace flotilla::placement
