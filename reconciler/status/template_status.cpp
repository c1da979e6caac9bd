#include "reconciler/status/parts.h"
#include "render/document/json.h"

#include <algorithm>
#include <set>

// AggregateStatus of the interpreter: karmada-semantics 18, last step.
namespace flotilla::status {
namespace {

bool is_secret(const ObjectKey& key) { return key.group_kind() == GroupKind{"", "Secret"}; }

bool same_items(const std::vector<AggregatedItem>& items,
                const std::map<std::string, AggregatedItem>& before) {
  return items.size() == before.size() &&
         std::all_of(items.begin(), items.end(), [&](const AggregatedItem& item) {
           const AggregatedItem* old = lookup(before, item.cluster);
           return old != nullptr && old->applied == item.applied && old->health == item.health &&
                  same(old->status, item.status);
         });
}

// The manifest of its first cluster stands in for the template, which a decision does not hold: the
// rules look at little besides the status that they wrote before.
using Manifests = std::map<ObjectKey, const manifest::Manifest*>;

Manifests find_manifests(const decision::Decision& decision,
                         const std::vector<const decision::Binding*>& bindings,
                         const Items& items) {
  std::map<std::string, std::set<ObjectKey>> wanted;
  for (const decision::Binding* binding : bindings)
    wanted[items.at(binding->object).front().cluster].insert(binding->object);
  Manifests found;
  for (const auto& [cluster, keys] : wanted) {
    const auto* work = lookup(decision.work, cluster);
    if (work == nullptr) continue;
    for (const manifest::Manifest& manifest : work->manifests)
      if (keys.contains(manifest.key)) found[manifest.key] = &manifest;
  }
  return found;
}

Json::Value template_of(const decision::Binding& binding, const Manifests& manifests) {
  Json::Value tree(Json::objectValue);
  if (const auto* manifest = lookup(manifests, binding.object); manifest != nullptr)
    if (auto parsed = parse_json(*(*manifest)->json)) tree = std::move(*parsed);
  tree["apiVersion"] = binding.api_version;
  tree["kind"] = binding.object.kind;
  tree["metadata"]["name"] = binding.object.name;
  if (!binding.object.namespace_.empty()) tree["metadata"]["namespace"] = binding.object.namespace_;
  // The manifest has its cluster's share.
  Json::Value* share = find_path(tree, {"spec", "replicas"});
  if (share != nullptr && binding.replicas) *share = Json::Int64(*binding.replicas);
  return tree;
}

Json::Value aggregate(const interpreter::Interpreter& interpreter, Json::Value tree,
                      const std::vector<AggregatedItem>& items, const Json::Value& before) {
  tree.removeMember("status");
  if (!before.isNull()) tree["status"] = before;
  auto result = interpreter.aggregate(std::move(tree), items);
  if (!result) return before;
  const Json::Value* status = find(*result, "status");
  return status == nullptr || !status->isObject() || status->empty() ? Json::Value() : *status;
}

}  // namespace

std::map<ObjectKey, Json::Value> template_statuses(const Input& input, const Memory& memory,
                                                   const Items& items) {
  std::map<ObjectKey, Json::Value> statuses;
  const decision::Decision& decision = *input.decision;
  if (!decision.interpreter) return statuses;
  const bool same_rules = decision.settings_digest == memory.previous.settings_digest;
  std::vector<const decision::Binding*> changed;
  for (const decision::Binding& binding : decision.bindings) {
    const std::vector<AggregatedItem>& list = items.at(binding.object);
    if (list.empty() || is_secret(binding.object)) continue;
    if (!decision.interpreter->has(interpreter::Operation::aggregate, binding.api_version,
                                   binding.object.kind))
      continue;
    const auto* known = lookup(memory.aggregated, binding.object);
    if (!same_rules || known == nullptr || !same_items(list, *known)) {
      changed.push_back(&binding);
    } else if (const auto* before = lookup(memory.template_status, binding.object)) {
      statuses[binding.object] = *before;
    }
  }
  const Manifests manifests = find_manifests(decision, changed, items);
  for (const decision::Binding* binding : changed) {
    const auto* before = lookup(memory.template_status, binding->object);
    Json::Value status =
        aggregate(*decision.interpreter, template_of(*binding, manifests),
                  items.at(binding->object), before != nullptr ? *before : Json::Value());
    if (!status.isNull()) statuses[binding->object] = std::move(status);
  }
  return statuses;
}

}  // namespace flotilla::status
