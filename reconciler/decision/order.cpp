#include "reconciler/decision/order.h"

#include "reconciler/decision/order_cycles.h"
#include "render/document/json.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace flotilla::decision {

namespace {

using manifest::Manifest;

bool is_definition(const ObjectKey& key) {
  return key.kind == "CustomResourceDefinition" && key.group == "apiextensions.k8s.io";
}
bool is_namespace(const ObjectKey& key) { return key.kind == "Namespace" && key.group.empty(); }

// Manifests of one unit, where it has several waves.
struct Unit {
  std::map<std::int64_t, std::vector<const Manifest*>> waves;
};

// Something that is waited for.
struct Need {
  ObjectKey key;
  bool ready = true;  // being there is not enough
  std::string note = {};
};

bool is_met(const Need& need, Progress progress) {
  return progress == Progress::ready || (!need.ready && progress == Progress::unready);
}

std::string reason_of(const Need& need, Progress progress) {
  std::string text = "waits for " + to_string(need.key) + need.note;
  text += need.ready ? " to be ready" : " to be there";
  return progress == Progress::failed ? text + ", which failed" : text;
}

}  // namespace

struct ApplyOrder::Graph {
  explicit Graph(const ClusterWork& work) : manifests(work.manifests) {
    survey();
    if (units.empty() && !has_dependants) return;
    number();
    check(work.held);
  }

  // What must be so before `manifest` may be applied, waves aside.
  template <class Visit>
  void each_need(const Manifest& manifest, Visit visit) const {
    const ObjectKey& key = manifest.key;
    if (!definitions.empty())
      if (const auto found = definitions.find(key.group_kind()); found != definitions.end())
        if (!visit(Need{found->second->key})) return;
    if (!key.namespace_.empty())
      if (const auto found = namespaces.find(key.namespace_); found != namespaces.end())
        if (!visit(Need{found->second->key, false})) return;
    for (const ObjectKey& on : manifest.terms.depends_on)
      if (!visit(Need{on})) return;
  }

  const Unit* unit_of(const Manifest& manifest) const {
    if (units.empty() || manifest.terms.unit.empty()) return nullptr;
    const auto found = units.find(manifest.terms.unit);
    return found == units.end() ? nullptr : &found->second;
  }

  SharedList<Manifest> manifests;  // keeps them alive
  std::unordered_map<std::string, const Manifest*> namespaces;
  std::map<GroupKind, const Manifest*> definitions;  // of kinds that are used here
  std::map<std::string, Unit> units;                 // those with more than one wave
  bool has_dependants = false;
  // Empty if nothing says more than what it is: then the apply order will do.
  std::vector<const Manifest*> sequence;
  std::map<ObjectKey, std::string> invalid;

 private:
  // Definitions and namespaces come first in apply order.
  void survey() {
    std::map<std::string, std::vector<const Manifest*>, std::less<>> by_group;
    std::set<const std::vector<const Manifest*>*> used;
    std::set<std::string> with_waves;
    for (const Manifest& manifest : manifests) {
      const ObjectKey& key = manifest.key;
      if (is_definition(key)) {
        const auto dot = key.name.find('.');
        if (dot != std::string::npos) by_group[key.name.substr(dot + 1)].push_back(&manifest);
      } else if (is_namespace(key)) {
        namespaces.emplace(key.name, &manifest);
      } else if (!by_group.empty() && !key.group.empty()) {
        const auto found = by_group.find(key.group);
        if (found != by_group.end()) used.insert(&found->second);
      }
      if (manifest.terms.wave != 0 && !manifest.terms.unit.empty())
        with_waves.insert(manifest.terms.unit);
      has_dependants = has_dependants || !manifest.terms.depends_on.empty();
    }
    for (const auto* list : used)
      for (const Manifest* definition : *list) define(*definition);
    if (with_waves.empty()) return;
    for (const Manifest& manifest : manifests)
      if (with_waves.contains(manifest.terms.unit))
        units[manifest.terms.unit].waves[manifest.terms.wave].push_back(&manifest);
    std::erase_if(units, [](const auto& unit) { return unit.second.waves.size() < 2; });
  }

  void define(const Manifest& definition) {
    const auto tree = parse_json_fast(*definition.json);
    if (!tree) return;
    definitions.emplace(GroupKind{get_string(*tree, {"spec", "group"}),
                                  get_string(*tree, {"spec", "names", "kind"})},
                        &definition);
  }

  // All edges, those of waves through a node between one wave and the next.
  void number() {
    std::map<ObjectKey, std::size_t> numbers;
    std::vector<const Manifest*> nodes;
    for (const Manifest& manifest : manifests) {
      numbers.emplace(manifest.key, nodes.size());
      nodes.push_back(&manifest);
    }
    Edges edges(nodes.size());
    for (std::size_t node = 0; node < nodes.size(); ++node)
      each_need(*nodes[node], [&](const Need& need) {
        if (const auto found = numbers.find(need.key); found != numbers.end())
          edges[node].push_back(found->second);
        return true;
      });
    for (const auto& [name, unit] : units) {
      std::vector<std::size_t> below;
      for (const auto& [wave, members] : unit.waves) {
        std::vector<std::size_t> next;
        if (!below.empty()) {
          edges.push_back(below);
          for (const Manifest* member : members)
            edges[numbers.at(member->key)].push_back(edges.size() - 1);
          next.push_back(edges.size() - 1);
        }
        for (const Manifest* member : members) next.push_back(numbers.at(member->key));
        below = std::move(next);
      }
    }
    const Sorting sorting = sort_by_edges(edges);
    for (const std::size_t node : sorting.sequence)
      if (node < nodes.size()) sequence.push_back(nodes[node]);
    for (const std::vector<std::size_t>& cycle : sorting.cycles) {
      std::vector<ObjectKey> keys;
      for (const std::size_t node : cycle)
        if (node < nodes.size()) keys.push_back(nodes[node]->key);
      const std::string text = cycle_text(keys);
      for (const ObjectKey& key : keys) invalid.emplace(key, text);
    }
  }

  void check(const std::set<ObjectKey>& held) {
    if (!has_dependants) return;
    std::set<ObjectKey> here;
    for (const Manifest& manifest : manifests) here.insert(manifest.key);
    for (const Manifest& manifest : manifests)
      for (const ObjectKey& on : manifest.terms.depends_on)
        if (!here.contains(on) && !held.contains(on))
          invalid.emplace(manifest.key,
                          "depends on " + to_string(on) + ", which does not go to this cluster");
  }
};

namespace {

// The first member of a wave that is not ready: what is of a higher wave waits for it.
struct Barrier {
  std::int64_t wave = 0;
  const Manifest* member = nullptr;  // nullptr: all are ready
};

Barrier barrier_of(const Unit& unit, const std::function<Progress(const ObjectKey&)>& progress) {
  for (const auto& [wave, members] : unit.waves)
    for (const Manifest* member : members)
      if (progress(member->key) != Progress::ready) return {wave, member};
  return {};
}

}  // namespace

ApplyOrder::ApplyOrder(const ClusterWork& work) : graph_(std::make_shared<const Graph>(work)) {}

ApplyOrder::Round ApplyOrder::next(
    const std::vector<const Manifest*>& wanted,
    const std::function<Progress(const ObjectKey&)>& progress) const {
  const Graph& graph = *graph_;
  Round round;
  std::map<const Unit*, Barrier> barriers;
  std::map<ObjectKey, Blocked> blocked;  // of this round: what they wait for holds others too

  const auto look = [&](const Manifest& manifest) {
    if (!graph.invalid.empty())
      if (const auto found = graph.invalid.find(manifest.key); found != graph.invalid.end()) {
        round.invalid.push_back({&manifest, manifest.key, progress(manifest.key), found->second});
        return;
      }
    std::optional<Blocked> by;
    const auto meet = [&](const Need& need) {
      const Progress now = progress(need.key);
      if (is_met(need, now)) return true;
      by = Blocked{&manifest, need.key, now, reason_of(need, now)};
      if (now != Progress::absent) return false;
      const auto root = blocked.find(need.key);
      if (root == blocked.end()) return false;
      by->on = root->second.on;
      by->progress = root->second.progress;
      by->reason = root->second.reason;
      return false;
    };
    graph.each_need(manifest, meet);
    if (const Unit* unit = by ? nullptr : graph.unit_of(manifest)) {
      const auto [found, added] = barriers.try_emplace(unit);
      if (added) found->second = barrier_of(*unit, progress);
      const Barrier& barrier = found->second;
      if (barrier.member != nullptr && barrier.wave < manifest.terms.wave)
        meet({barrier.member->key, true, " (wave " + std::to_string(barrier.wave) + ")"});
    }
    if (!by) {
      round.now.push_back(&manifest);
      return;
    }
    round.blocked.push_back(*by);
    // Without annotations nothing waits for what waits itself.
    if (!graph.sequence.empty()) blocked.emplace(manifest.key, std::move(*by));
  };

  const auto before = [](const Manifest* a, const Manifest* b) {
    return manifest::applies_before(a->key, b->key);
  };
  std::vector<const Manifest*> all = wanted;
  if (!std::is_sorted(all.begin(), all.end(), before)) std::sort(all.begin(), all.end(), before);
  if (graph.sequence.empty()) {
    for (const Manifest* manifest : all) look(*manifest);
    return round;
  }
  std::set<ObjectKey> asked;
  for (const Manifest* manifest : all) asked.insert(manifest->key);
  for (const Manifest* manifest : graph.sequence)
    if (asked.contains(manifest->key)) look(*manifest);
  std::sort(round.now.begin(), round.now.end(), before);
  for (std::vector<Blocked>* list : {&round.blocked, &round.invalid})
    std::sort(list->begin(), list->end(), [](const Blocked& a, const Blocked& b) {
      return manifest::applies_before(a.manifest->key, b.manifest->key);
    });
  return round;
}

}  // namespace flotilla::decision
