#include "render/interpreter/native_rules.h"

// Statuses that add up: workloads, disruption budgets, autoscalers.
namespace flotilla::interpreter::native {

namespace {

std::int64_t sum(const Aggregation& all, const char* counter) {
  std::int64_t total = 0;
  for (const Member& member : all.members)
    if (member.status) total += member.status->at(counter).count();
  return total;
}

void write_sum(Json::Value& status, const Aggregation& all, const char* counter) {
  status[counter] = static_cast<Json::Int64>(sum(all, counter));
}

// The member's controller has seen the newest object, and that came from the newest template.
bool caught_up(const Field& status, std::int64_t template_generation) {
  const std::int64_t observed = status.at("observedGeneration").number();
  const std::int64_t generation = status.at("generation").number();
  const std::int64_t of_template = status.at("resourceTemplateGeneration").number();
  return observed >= generation && of_template >= template_generation;
}

bool all_caught_up(const Aggregation& all, std::int64_t template_generation) {
  bool caught = true;
  for (const Member& member : all.members)
    if (!member.status || !caught_up(*member.status, template_generation)) caught = false;
  return caught;
}

}  // namespace

// Conditions and whatever else the template's status holds stay. Q11: Karmada compares a
// StatefulSet's generations wrongly; here it is a workload like the others.
std::optional<Json::Value> aggregate_workload(const Aggregation& all, const Counters& counters) {
  const Field old = all.object.at("status");
  const std::int64_t generation = all.object.at("metadata").at("generation").number();
  const Json::Value* before = old.map();
  Json::Value status = before == nullptr ? Json::Value(Json::objectValue) : *before;
  for (const auto& names : {counters.always, counters.some})
    for (const char* name : names) old.at(name).count();  // the template's types count as well
  for (const char* name : counters.always) write_sum(status, all, name);
  for (const char* name : counters.some) put(status, name, sum(all, name));
  const std::int64_t observed = old.at("observedGeneration").number();
  put(status, "observedGeneration", all_caught_up(all, generation) ? generation : observed);
  return status;
}

std::optional<Json::Value> aggregate_disruption_budget(const Aggregation& all) {
  Json::Value status(Json::objectValue);
  for (const char* name :
       {"disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"})
    write_sum(status, all, name);
  for (const Member& member : all.members) {
    if (!member.status) continue;
    for (const auto& [pod, time] : member.status->at("disruptedPods").members())
      status["disruptedPods"][member.cluster + "/" + pod] = time_or_null(time.time());
  }
  return status;
}

std::optional<Json::Value> aggregate_autoscaler(const Aggregation& all) {
  Json::Value status(Json::objectValue);
  put(status, "currentReplicas", sum(all, "currentReplicas"));
  write_sum(status, all, "desiredReplicas");
  status["currentMetrics"] = Json::Value();
  return status;
}

}  // namespace flotilla::interpreter::native
