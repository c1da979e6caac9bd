#include "reconciler/placement/estimate/capacity_status.h"

#include "render/document/tree.h"

#include <algorithm>

namespace flotilla::placement {

namespace {

using Quantities = std::map<std::string, Quantity>;

constexpr std::int64_t gibi = std::int64_t{1} << 30;

Quantities quantities(const Json::Value& summary, std::string_view key) {
  Quantities read;
  const Json::Value* list = find(summary, key);
  if (list == nullptr || !list->isObject()) return read;
  for (auto entry = list->begin(); entry != list->end(); ++entry)
    if (const auto quantity = quantity_of(*entry)) read.emplace(entry.name(), *quantity);
  return read;
}

Amounts read_left(const Json::Value& summary) {
  const Quantities allocated = quantities(summary, "allocated");
  const Quantities allocating = quantities(summary, "allocating");
  Amounts left;
  for (auto [name, quantity] : quantities(summary, "allocatable")) {
    for (const Quantities* taken : {&allocated, &allocating})
      if (const auto found = taken->find(name); found != taken->end())
        quantity = quantity - found->second;
    left.emplace(name, counted(name, quantity));
  }
  return left;
}

// What Karmada writes into a Cluster without models.
Models default_models() {
  constexpr std::int64_t cores[] = {0, 1, 2, 4, 8, 16, 32, 64, 128};
  constexpr std::int64_t memory[] = {0, 4, 16, 32, 64, 128, 256, 512, 1024};
  Models models;
  for (int grade = 0; grade < 9; ++grade)
    models[grade] = {{"cpu", cores[grade] * 1000}, {"memory", memory[grade] * gibi}};
  return models;
}

Amounts read_least(const Json::Value& model) {
  Amounts least;
  const Json::Value* ranges = find(model, "ranges");
  if (ranges == nullptr || !ranges->isArray()) return least;
  for (const Json::Value& range : *ranges) {
    const std::string name = get_string(range, "name");
    if (name.empty()) continue;
    const Json::Value* min = find(range, "min");
    const auto quantity = min == nullptr ? Result<Quantity>(Quantity()) : quantity_of(*min);
    least[name] = quantity ? counted(name, *quantity) : 0;
  }
  return least;
}

std::optional<std::vector<Grade>> read_grades(const Json::Value& summary,
                                              const overrides::Cluster& cluster) {
  const Json::Value* list = find(summary, "allocatableModelings");
  if (list == nullptr || !list->isArray() || list->empty()) return std::nullopt;
  const Models models = models_of(cluster);
  std::map<std::int64_t, std::int64_t> nodes;
  for (const Json::Value& modeling : *list) {
    const std::int64_t grade = get_int(modeling, "grade").value_or(0);
    if (!models.contains(grade)) return std::nullopt;
    nodes[grade] = get_int(modeling, "count").value_or(0);
  }
  std::vector<Grade> grades;
  for (const auto& [grade, least] : models)
    grades.push_back({std::max<std::int64_t>(nodes[grade], 0), least});
  return grades;
}

}  // namespace

Models models_of(const overrides::Cluster& cluster) {
  const Json::Value* list = cluster.object == nullptr
                                ? nullptr
                                : find_path(cluster.object->tree, {"spec", "resourceModels"});
  if (list == nullptr || !list->isArray() || list->empty()) return default_models();
  Models models;
  for (const Json::Value& model : *list)
    models[get_int(model, "grade").value_or(0)] = read_least(model);
  // The first grade begins at nothing, whatever is written.
  for (auto& [name, amount] : models.begin()->second) amount = 0;
  return models;
}

std::int64_t counted(const std::string& name, const Quantity& quantity) {
  return name == "cpu" ? quantity.milli_value() : quantity.value();
}

ClusterRoom read_room(const overrides::Cluster& cluster) {
  ClusterRoom room;
  const Json::Value* summary = find(cluster.status, "resourceSummary");
  if (summary == nullptr || !summary->isObject()) return room;
  room.left = read_left(*summary);
  if (const auto pods = room.left.find("pods"); pods != room.left.end()) room.pods = pods->second;
  room.grades = read_grades(*summary, cluster);
  return room;
}

}  // namespace flotilla::placement
