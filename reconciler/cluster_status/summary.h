#pragma once

#include "reconciler/cluster_status/footprint.h"
#include "reconciler/placement/estimate/capacity_status.h"

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace flotilla::cluster_status {

// nodeSummary and resourceSummary of a cluster (karmada-semantics 21.1, 12.3), kept up with each
// Node and Pod that comes, changes or goes, at the cost of that one.
class Summary {
 public:
  explicit Summary(placement::Models models);

  void set_models(placement::Models models);

  // True if a count of nodeSummary changed.
  bool put_node(const std::string& name, const NodeFacts& facts);
  bool remove_node(const std::string& name);
  void put_pod(const std::string& key, const PodFacts& facts);
  void remove_pod(const std::string& key);

  // A list: what is not put between begin and end is gone.
  void begin_nodes() { ++node_round_; }
  void end_nodes();
  void begin_pods() { ++pod_round_; }
  void end_pods();

  Json::Value node_summary() const;
  Json::Value resource_summary() const;

 private:
  __extension__ typedef __int128 Sum;  // exact, so that what was added can be taken away again
  using Sums = std::map<std::string, Sum>;
  struct Node {
    bool known = false;  // else a name that Pods refer to
    NodeFacts facts;
    Sums used;
    std::int64_t pods = 0;
    std::size_t grade = no_grade;  // in grades_
    std::uint64_t round = 0;
  };
  using Nodes = std::map<std::string, Node>;
  struct Pod {
    Node* node = nullptr;                                          // nullptr: not scheduled yet
    std::vector<std::pair<std::uint32_t, std::int64_t>> requests;  // numbers of names_
    std::uint64_t round = 0;
  };
  static constexpr std::size_t no_grade = static_cast<std::size_t>(-1);

  void count(const Node& node, int times);
  void count(const Pod& pod, int times);
  void forget_unused(const Node* node);
  std::size_t grade_of(const Node& node) const;
  void grade(Node& node);
  std::uint32_t number_of(const std::string& name);

  placement::Models models_;
  std::vector<std::int64_t> grades_;  // nodes of each of models_
  Nodes nodes_;
  std::unordered_map<std::string, Pod> pods_;
  std::vector<std::string> names_;
  std::int64_t total_ = 0;
  std::int64_t ready_ = 0;
  Sums allocatable_;
  Sums allocated_;
  Sums allocating_;
  std::uint64_t node_round_ = 0;
  std::uint64_t pod_round_ = 0;
};

}  // namespace flotilla::cluster_status
