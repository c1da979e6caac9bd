#include "reconciler/decision/order_cycles.h"

#include "reconciler/decision/order.h"
#include "reconciler/decision/terms.h"

#include <algorithm>
#include <deque>

namespace flotilla::decision {

namespace {

constexpr std::size_t nothing = static_cast<std::size_t>(-1);

// Tarjan's strongly connected parts, without recursion: chains may be as long as a repository.
class Parts {
 public:
  explicit Parts(const Edges& edges)
      : edges_(edges),
        part(edges.size(), nothing),
        index_(edges.size(), nothing),
        low_(edges.size(), 0),
        on_stack_(edges.size(), false) {
    for (std::size_t node = 0; node < edges.size(); ++node)
      if (index_[node] == nothing) visit(node);
  }

 private:
  struct Step {
    std::size_t node;
    std::size_t next_edge;
  };

  void enter(std::size_t node) {
    index_[node] = low_[node] = count_++;
    stack_.push_back(node);
    on_stack_[node] = true;
    steps_.push_back({node, 0});
  }

  void visit(std::size_t root) {
    enter(root);
    while (!steps_.empty()) {
      const std::size_t node = steps_.back().node;
      if (steps_.back().next_edge < edges_[node].size()) {
        const std::size_t to = edges_[node][steps_.back().next_edge++];
        if (index_[to] == nothing)
          enter(to);
        else if (on_stack_[to])
          low_[node] = std::min(low_[node], index_[to]);
        continue;
      }
      steps_.pop_back();
      if (!steps_.empty())
        low_[steps_.back().node] = std::min(low_[steps_.back().node], low_[node]);
      if (low_[node] == index_[node]) close(node);
    }
  }

  void close(std::size_t root) {
    std::vector<std::size_t>& members = all.emplace_back();
    std::size_t node = nothing;
    do {
      node = stack_.back();
      stack_.pop_back();
      on_stack_[node] = false;
      part[node] = all.size() - 1;
      members.push_back(node);
    } while (node != root);
    std::sort(members.begin(), members.end());
  }

  const Edges& edges_;

 public:
  std::vector<std::size_t> part;              // by node
  std::vector<std::vector<std::size_t>> all;  // each after those it waits for

 private:
  std::vector<std::size_t> index_;
  std::vector<std::size_t> low_;
  std::vector<bool> on_stack_;
  std::vector<std::size_t> stack_;
  std::vector<Step> steps_;
  std::size_t count_ = 0;
};

// A shortest way from `node` back to itself within its part, the smallest node first.
std::vector<std::size_t> cycle_through(std::size_t node, const Edges& edges, const Parts& parts) {
  std::map<std::size_t, std::size_t> from;
  std::deque<std::size_t> open = {node};
  while (!open.empty()) {
    const std::size_t at = open.front();
    open.pop_front();
    for (const std::size_t to : edges[at]) {
      if (parts.part[to] != parts.part[node]) continue;
      if (to != node) {
        if (from.try_emplace(to, at).second) open.push_back(to);
        continue;
      }
      std::vector<std::size_t> cycle;
      for (std::size_t back = at; back != node; back = from.at(back)) cycle.push_back(back);
      cycle.push_back(node);
      std::reverse(cycle.begin(), cycle.end());
      std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
      return cycle;
    }
  }
  return {};
}

}  // namespace

Sorting sort_by_edges(const Edges& edges) {
  const Parts parts(edges);
  Sorting sorting;
  std::vector<bool> told(edges.size(), false);
  for (const std::vector<std::size_t>& members : parts.all) {
    sorting.sequence.insert(sorting.sequence.end(), members.begin(), members.end());
    for (const std::size_t node : members) {
      if (told[node]) continue;
      std::vector<std::size_t> cycle = cycle_through(node, edges, parts);
      if (cycle.empty()) continue;
      for (const std::size_t member : cycle) told[member] = true;
      sorting.cycles.push_back(std::move(cycle));
    }
  }
  std::sort(sorting.cycles.begin(), sorting.cycles.end());
  return sorting;
}

std::vector<ObjectKey> depends_on_of(const Object& object) {
  std::vector<ObjectKey> all;
  for (const std::string_view name : depends_on_annotations) {
    const std::string text = annotation(object.tree, name);
    if (text.empty()) continue;
    if (const auto keys = parse_depends_on(text)) all.insert(all.end(), keys->begin(), keys->end());
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

SourceRef place_of_depends_on(const Object& object) {
  for (const std::string_view name : depends_on_annotations)
    if (const Json::Value* written = find_path(object.tree, {"metadata", "annotations", name}))
      return at(*written, object.source.file);
  return object.source;
}

std::vector<std::vector<ObjectKey>> cycles_among(const Dependants& dependants) {
  std::map<ObjectKey, std::size_t> numbers;
  std::vector<const ObjectKey*> keys;
  for (const auto& [key, on] : dependants) {
    numbers.emplace(key, keys.size());
    keys.push_back(&key);
  }
  Edges edges;  // to others that depend on something; no cycle goes through the rest
  for (const auto& [key, on] : dependants) {
    std::vector<std::size_t>& to = edges.emplace_back();
    for (const ObjectKey& one : on)
      if (const auto found = numbers.find(one); found != numbers.end()) to.push_back(found->second);
  }
  std::vector<std::vector<ObjectKey>> cycles;
  for (const std::vector<std::size_t>& cycle : sort_by_edges(edges).cycles) {
    std::vector<ObjectKey>& named = cycles.emplace_back();
    for (const std::size_t node : cycle) named.push_back(*keys[node]);
  }
  return cycles;
}

std::vector<std::vector<ObjectKey>> dependency_cycles(const catalog::Catalog& catalog) {
  Dependants dependants;
  for (const catalog::ObjectPtr& object : catalog.templates)
    if (std::vector<ObjectKey> on = depends_on_of(*object); !on.empty())
      dependants.emplace(object->key, std::move(on));
  return cycles_among(dependants);
}

std::string cycle_text(std::vector<ObjectKey> cycle) {
  std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
  std::string text = "dependency cycle: ";
  for (const ObjectKey& key : cycle) text += to_string(key) + " → ";
  return text + to_string(cycle.front());
}

}  // namespace flotilla::decision
