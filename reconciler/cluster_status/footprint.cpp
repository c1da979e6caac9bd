#include "reconciler/cluster_status/footprint.h"

#include "reconciler/placement/estimate/capacity_status.h"
#include "render/document/quantity.h"
#include "render/document/tree.h"

#include <algorithm>

namespace flotilla::cluster_status {
namespace {

// A quantity that cannot be read counts as absent.
Amounts amounts_of(const Json::Value* list) {
  Amounts amounts;
  if (list == nullptr || !list->isObject()) return amounts;
  for (auto entry = list->begin(); entry != list->end(); ++entry)
    if (const auto quantity = quantity_of(*entry))
      amounts[entry.name()] = placement::counted(entry.name(), *quantity);
  return amounts;
}

void add(Amounts& sum, const Amounts& more) {
  for (const auto& [name, amount] : more)
    if (__builtin_add_overflow(sum[name], amount, &sum[name])) sum[name] = INT64_MAX;
}

void raise_to(Amounts& highest, const Amounts& other) {
  for (const auto& [name, amount] : other) {
    std::int64_t& known = highest[name];
    known = std::max(known, amount);
  }
}

const Json::Value& entries(const Json::Value& map, std::string_view key) {
  static const Json::Value none(Json::arrayValue);
  const Json::Value* list = find(map, key);
  return list != nullptr && list->isArray() ? *list : none;
}

Amounts requests_of(const Json::Value& container) {
  return amounts_of(find_path(container, {"resources", "requests"}));
}

Amounts requests_of_pod(const Json::Value& spec) {
  Amounts sidecars;
  Amounts highest;  // while init containers run
  for (const Json::Value& container : entries(spec, "initContainers")) {
    Amounts now = requests_of(container);
    if (get_string(container, "restartPolicy") == "Always") {
      add(sidecars, now);
      raise_to(highest, sidecars);
    } else {
      add(now, sidecars);
      raise_to(highest, now);
    }
  }
  Amounts requests = std::move(sidecars);
  for (const Json::Value& container : entries(spec, "containers"))
    add(requests, requests_of(container));
  raise_to(requests, highest);
  add(requests, amounts_of(find(spec, "overhead")));
  return requests;
}

}  // namespace

NodeFacts read_node(const Json::Value& node) {
  NodeFacts facts;
  facts.allocatable = amounts_of(find_path(node, {"status", "allocatable"}));
  const Json::Value* status = find(node, "status");
  if (status != nullptr)
    for (const Json::Value& condition : entries(*status, "conditions"))
      if (get_string(condition, "type") == "Ready")
        facts.ready = get_string(condition, "status") == "True";
  const Json::Value* cordoned = find_path(node, {"spec", "unschedulable"});
  const bool is_cordoned = cordoned != nullptr && cordoned->isBool() && cordoned->asBool();
  facts.schedulable = !is_cordoned && get_string(node, {"metadata", "deletionTimestamp"}).empty();
  return facts;
}

PodFacts read_pod(const Json::Value& pod) {
  PodFacts facts;
  facts.node = get_string(pod, {"spec", "nodeName"});
  const std::string phase = get_string(pod, {"status", "phase"});
  facts.over = phase == "Succeeded" || phase == "Failed";
  if (facts.over) return facts;
  if (const Json::Value* spec = find(pod, "spec")) facts.requests = requests_of_pod(*spec);
  return facts;
}

std::string key_of(const Json::Value& object) {
  const std::string name = get_string(object, {"metadata", "name"});
  const std::string namespace_ = get_string(object, {"metadata", "namespace"});
  return namespace_.empty() ? name : namespace_ + "/" + name;
}

}  // namespace flotilla::cluster_status
