#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace flotilla::placement {

// What one replica takes: the number of a resource and an amount above 0. A pod slot is not among
// them, every replica takes one.
using Needs = std::vector<std::pair<std::size_t, std::int64_t>>;

struct ComponentNeeds {
  std::int64_t replicas = 0;
  Needs each;
};

// The nodes that a cluster's resource models stand for (karmada-semantics 12.2), kept as runs of
// equal nodes: placing replicas splits a run, and the arithmetic is done once for each run.
class ModelNodes {
 public:
  // `modelled` tells for the number of each resource whether the models know it.
  explicit ModelNodes(std::vector<bool> modelled);
  // After the nodes that are there already. `free` has an amount for every resource.
  void append(std::int64_t nodes, const std::vector<std::int64_t>& free);

  // False: the models cannot answer for these needs.
  bool model(const Needs& needs) const;
  // Replicas that fit, at most `limit`.
  std::int64_t fit(const Needs& needs, std::int64_t limit) const;
  // Whole sets that fit one after another, at most `limit`.
  std::int64_t fit_sets(const std::vector<ComponentNeeds>& set, std::int64_t limit) const;
  // Takes room on the first nodes that have it; what fits nowhere is passed over, and needs that
  // the models do not know take none. Returns the number of replicas placed.
  std::int64_t place(const Needs& needs, std::int64_t replicas);

 private:
  // A run is a row of `width_` numbers: nodes, free pod slots, free amount of each resource.
  std::size_t runs() const { return rows_.size() / width_; }
  std::int64_t* row(std::size_t run) { return rows_.data() + run * width_; }
  const std::int64_t* row(std::size_t run) const { return rows_.data() + run * width_; }
  std::int64_t fit_on_node(std::size_t run, const Needs& needs) const;
  std::int64_t place_known(const Needs& needs, std::int64_t replicas);
  void split(std::size_t run, std::int64_t nodes);
  void take(std::size_t run, const Needs& needs, std::int64_t replicas);
  bool merge_with_previous(std::size_t run);

  std::size_t width_;
  std::vector<bool> modelled_;
  std::vector<std::int64_t> rows_;
};

}  // namespace flotilla::placement
