#include "reconciler/placement/selector_index.h"

#include <algorithm>
#include <numeric>

namespace flotilla::placement {

namespace {

using overrides::LabelSelector;
using overrides::ResourceSelector;

using Labels = std::map<std::string, std::string>;

std::string group_key(const std::string& scope, const std::string& api_version,
                      const std::string& kind, const std::string& place) {
  std::string key;
  key.reserve(scope.size() + api_version.size() + kind.size() + place.size() + 3);
  key.append(scope).append(1, '\0').append(api_version).append(1, '\0').append(kind);
  return key.append(1, '\0').append(place);
}

std::string label_text(const std::string& key, const std::string& value) {
  std::string text;
  text.reserve(key.size() + value.size() + 1);
  return text.append(key).append(1, '\0').append(value);
}

// Sets of labels: of each set, an object that is selected has one.
std::vector<std::vector<std::string>> needed_labels(const LabelSelector& selector) {
  std::vector<std::vector<std::string>> needed;
  for (const auto& [key, value] : selector.match_labels) needed.push_back({label_text(key, value)});
  for (const overrides::LabelRequirement& requirement : selector.match_expressions) {
    if (requirement.op != "In" || requirement.values.empty()) continue;
    std::vector<std::string> one_of;
    for (const std::string& value : requirement.values)
      one_of.push_back(label_text(requirement.key, value));
    needed.push_back(std::move(one_of));
  }
  return needed;
}

Labels labels_in(const Object& object) { return overrides::label_map(labels_of(object.tree)); }

}  // namespace

class SelectorIndex::Builder {
 public:
  explicit Builder(SelectorIndex& index) : index_(index) {}

  void build() {
    each_selector([&](const ResourceSelector& selector, const std::string& key, Entry entry) {
      add(selector, key, entry);
    });
    for (const Labelled& labelled : labelled_) add_by_rarest_label(labelled);
    for (auto& [key, group] : index_.groups_) {
      for (auto& [name, entries] : group.by_name) settle(entries);
      for (auto& [label, entries] : group.by_label) settle(entries);
      settle(group.other_labels);
      settle(group.all_of_kind);
    }
  }

 private:
  struct Labelled {
    Group* group;
    Entry entry;
    std::vector<std::vector<std::string>> needed;
  };

  template <class Take>
  void each_selector(const Take& take) const {
    for (std::size_t i = 0; i < index_.policies_->size(); ++i) {
      const PropagationPolicy& policy = (*index_.policies_)[i];
      for (std::size_t j = 0; j < policy.selectors.size(); ++j) {
        const ResourceSelector& selector = policy.selectors[j];
        take(selector,
             group_key(policy.namespace_, selector.api_version, selector.kind, selector.namespace_),
             Entry{index_.rank_of_[i], static_cast<std::uint32_t>(j)});
      }
    }
  }

  void add(const ResourceSelector& selector, const std::string& key, Entry entry) {
    Group& group = index_.groups_[key];
    if (!selector.name.empty()) {
      group.by_name[selector.name].push_back(entry);
    } else if (!selector.label_selector) {
      group.all_of_kind.push_back(entry);
    } else {
      labelled_.push_back({&group, entry, needed_labels(*selector.label_selector)});
      for (const auto& one_of : labelled_.back().needed)
        for (const std::string& label : one_of) ++uses_[&group][label];
    }
  }

  // The label that few other selectors ask for is the one that tells most.
  void add_by_rarest_label(const Labelled& labelled) {
    const std::vector<std::string>* rarest = nullptr;
    std::size_t least = 0;
    for (const std::vector<std::string>& one_of : labelled.needed) {
      std::size_t uses = 0;
      for (const std::string& label : one_of) uses += uses_[labelled.group][label];
      if (rarest != nullptr && uses >= least) continue;
      rarest = &one_of;
      least = uses;
    }
    if (rarest == nullptr) {
      labelled.group->other_labels.push_back(labelled.entry);
      return;
    }
    for (const std::string& label : *rarest)
      labelled.group->by_label[label].push_back(labelled.entry);
  }

  static void settle(Entries& entries) {
    std::sort(entries.begin(), entries.end());
    entries.erase(std::unique(entries.begin(), entries.end()), entries.end());
    entries.shrink_to_fit();
  }

  SelectorIndex& index_;
  std::vector<Labelled> labelled_;
  std::unordered_map<const Group*, ByText<std::size_t>> uses_;
};

SelectorIndex::SelectorIndex(const std::vector<PropagationPolicy>& policies)
    : policies_(&policies), by_rank_(policies.size()), rank_of_(policies.size()) {
  std::iota(by_rank_.begin(), by_rank_.end(), 0U);
  std::sort(by_rank_.begin(), by_rank_.end(), [&](std::uint32_t a, std::uint32_t b) {
    return policies[a].priority != policies[b].priority
               ? policies[a].priority > policies[b].priority
               : a < b;
  });
  for (std::uint32_t rank = 0; rank < by_rank_.size(); ++rank) rank_of_[by_rank_[rank]] = rank;
  Builder(*this).build();
}

bool SelectorIndex::is_better(Hit a, const std::optional<Hit>& b) const {
  if (!b) return true;
  const std::int64_t priority_a = (*policies_)[a.policy].priority;
  const std::int64_t priority_b = (*policies_)[b->policy].priority;
  if (priority_a != priority_b) return priority_a > priority_b;
  if (a.implicit != b->implicit) return a.implicit > b->implicit;
  return a.policy < b->policy;
}

std::vector<const SelectorIndex::Group*> SelectorIndex::groups(const std::string& scope,
                                                               const Object& object) const {
  std::vector<const Group*> found;
  const auto look = [&](const std::string& place) {
    const auto at = groups_.find(group_key(scope, object.api_version, object.key.kind, place));
    if (at != groups_.end()) found.push_back(&at->second);
  };
  look(object.key.namespace_);
  if (!object.key.namespace_.empty()) look("");
  return found;
}

std::vector<SelectorIndex::List> SelectorIndex::lists(const std::string& scope,
                                                      const Object& object) const {
  std::vector<List> found;
  for (const Group* group : groups(scope, object)) {
    if (const auto at = group->by_name.find(object.key.name); at != group->by_name.end())
      found.push_back({&at->second, 3, false});
    if (!group->by_label.empty())
      for (const auto& [key, value] : labels_in(object))
        if (const auto at = group->by_label.find(label_text(key, value));
            at != group->by_label.end())
          found.push_back({&at->second, 2, true});
    if (!group->other_labels.empty()) found.push_back({&group->other_labels, 2, true});
    if (!group->all_of_kind.empty()) found.push_back({&group->all_of_kind, 1, false});
  }
  return found;
}

bool SelectorIndex::holds(const List& list, Entry entry, const Labels& labels) const {
  if (!list.ask_labels) return true;
  const ResourceSelector& selector = policy_of(entry).selectors[entry.selector];
  return overrides::matches(*selector.label_selector, labels);
}

std::optional<SelectorIndex::Hit> SelectorIndex::best(const std::string& scope,
                                                      const Object& object) const {
  std::optional<Hit> best;
  const std::vector<List> places = lists(scope, object);
  const Labels labels = places.empty() ? Labels() : labels_in(object);
  for (const List& list : places) {
    for (const Entry entry : *list.entries) {
      const Hit hit{by_rank_[entry.rank], list.implicit};
      if (!is_better(hit, best)) break;  // nor is one that comes after it
      if (!holds(list, entry, labels)) continue;
      best = hit;
      break;
    }
  }
  return best;
}

std::vector<SelectorIndex::Hit> SelectorIndex::all(const std::string& scope,
                                                   const Object& object) const {
  std::map<std::size_t, int> implicit;  // by policy
  const Labels labels = labels_in(object);
  for (const List& list : lists(scope, object)) {
    for (const Entry entry : *list.entries) {
      if (!holds(list, entry, labels)) continue;
      int& known = implicit[by_rank_[entry.rank]];
      known = std::max(known, list.implicit);
    }
  }
  std::vector<Hit> hits;
  for (const auto& [policy, priority] : implicit) hits.push_back({policy, priority});
  std::sort(hits.begin(), hits.end(), [&](Hit a, Hit b) { return is_better(a, b); });
  return hits;
}

std::optional<SelectorIndex::Hit> SelectorIndex::best_preempting(
    const std::string& scope, const Object& object, std::optional<std::int64_t> above) const {
  std::optional<Hit> best;
  for (const Group* group : groups(scope, object)) {
    const auto at = group->by_name.find(object.key.name);
    if (at == group->by_name.end()) continue;
    for (const Entry entry : at->second) {
      const PropagationPolicy& policy = policy_of(entry);
      if (above && policy.priority <= *above) break;
      if (!policy.preempts) continue;
      const Hit hit{by_rank_[entry.rank], 3};
      if (is_better(hit, best)) best = hit;
      break;
    }
  }
  return best;
}

bool SelectorIndex::selects(std::size_t policy, const Object& object) const {
  const std::uint32_t rank = rank_of_[policy];
  const Labels labels = labels_in(object);
  for (const List& list : lists((*policies_)[policy].namespace_, object)) {
    auto at = std::lower_bound(list.entries->begin(), list.entries->end(), Entry{rank, 0});
    for (; at != list.entries->end() && at->rank == rank; ++at)
      if (holds(list, *at, labels)) return true;
  }
  return false;
}

}  // namespace flotilla::placement
