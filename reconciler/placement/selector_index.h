#pragma once

#include "reconciler/placement/policy.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace flotilla::placement {

// The resource selectors of all policies, kept so that only those are looked at that may select an
// object. Private to PolicyIndex.
//
// Selectors lie in one group for each (namespace of the policy, apiVersion, kind, namespace of the
// selector). In a group, those with a name are found by it; those with labels by one label that
// the object must have, if there is such a one. Every list is in the order of the ranking (larger
// priority, then smaller name), so its first hit is its best one.
class SelectorIndex {
 public:
  struct Hit {
    std::size_t policy = 0;  // in the vector
    int implicit = 0;        // 8.1
  };

  // `policies`, sorted by namespace and name, must outlive the index and stay where they are.
  explicit SelectorIndex(const std::vector<PropagationPolicy>& policies);

  // Of the policies of `scope` (a namespace, or empty for the ClusterPropagationPolicies) that
  // select the object, the best by 9.2: by priority, implicit priority and name.
  std::optional<Hit> best(const std::string& scope, const Object& object) const;
  // All of them, the best first.
  std::vector<Hit> all(const std::string& scope, const Object& object) const;
  // The best of those that select it by name, have preemption Always and a larger priority than
  // `above` (nullopt: any).
  std::optional<Hit> best_preempting(const std::string& scope, const Object& object,
                                     std::optional<std::int64_t> above) const;
  bool selects(std::size_t policy, const Object& object) const;

 private:
  // A selector of a policy. The rank orders all policies by priority, then by their place.
  struct Entry {
    std::uint32_t rank = 0;
    std::uint32_t selector = 0;
    auto operator<=>(const Entry&) const = default;
  };
  using Entries = std::vector<Entry>;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  template <class Value>
  using ByText = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;
  struct Group {
    ByText<Entries> by_name;
    ByText<Entries> by_label;  // "key\0value"
    Entries other_labels;
    Entries all_of_kind;
  };
  // One list of a group in which the object may be found.
  struct List {
    const Entries* entries;
    int implicit;
    bool ask_labels;  // only those whose label selector holds
  };
  class Builder;

  const PropagationPolicy& policy_of(Entry entry) const {
    return (*policies_)[by_rank_[entry.rank]];
  }
  bool is_better(Hit a, const std::optional<Hit>& b) const;
  std::vector<const Group*> groups(const std::string& scope, const Object& object) const;
  std::vector<List> lists(const std::string& scope, const Object& object) const;
  bool holds(const List& list, Entry entry, const std::map<std::string, std::string>& labels) const;

  const std::vector<PropagationPolicy>* policies_;
  std::vector<std::uint32_t> by_rank_;  // place in the vector
  std::vector<std::uint32_t> rank_of_;
  ByText<Group> groups_;
};

}  // namespace flotilla::placement
