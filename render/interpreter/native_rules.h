#pragma once

#include "render/interpreter/native.h"
#include "render/interpreter/typed.h"

#include <deque>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

// The tables of the native rules, one per operation: the lists of kinds are what stands in them.
// Shared by the native_*.cpp files.
namespace flotilla::interpreter::native {

// A pointer: nullptr means that there is no rule.
template <class Rule>
struct KindRule {
  std::string_view api_version;
  std::string_view kind;
  Rule rule;
};
template <class Rule>
using Rules = std::span<const KindRule<Rule>>;

template <class Rule>
Rule rule_for(Rules<Rule> rules, std::string_view api_version, std::string_view kind) {
  for (const KindRule<Rule>& row : rules)
    if (row.kind == kind && row.api_version == api_version) return row.rule;
  return nullptr;
}
template <class Rule>
Rule rule_for(Rules<Rule> rules, const Json::Value& object) {
  return rule_for(rules, get_string(object, "apiVersion"), get_string(object, "kind"));
}
// The answer where rule_for() finds none.
tl::unexpected<Error> no_rule(Operation operation, const Json::Value& object);

// Karmada turns the whole object into a typed struct first, so a part of a wrong type is a fault
// even for a rule that does not look at it.
void check_parts(const Field& object);

// How many replicas, and where their pod template stands.
struct ReplicaSpec {
  std::int64_t count = 0;
  Field pod_template;
};
using ReplicasRule = ReplicaSpec (*)(const Field& object);
Rules<ReplicasRule> replicas_rules();

using ReviseRule = const char*;  // the field of spec that holds the number
Rules<ReviseRule> revise_rules();

using RetainRule = Result<void> (*)(Json::Value& desired, const Field& observed);
Rules<RetainRule> retain_rules();

using ReflectRule = Json::Value (*)(const Field& live);  // `status` is present
Rules<ReflectRule> reflect_rules();

// The counters of a workload's status that Karmada reflects and sums up.
struct Counters {
  std::vector<const char*> always;  // written even if zero
  std::vector<const char*> some;    // written unless zero
};
const Counters& deployment_counters();
const Counters& replica_set_counters();
const Counters& daemon_set_counters();
const Counters& stateful_set_counters();

struct Member {
  std::string cluster;
  std::optional<Field> status;  // nullopt: not collected yet
};
struct Aggregation {
  Field object;
  std::vector<Member> members;
  std::string now;
};
using AggregateRule =
    std::optional<Json::Value> (*)(const Aggregation&);  // nullopt: the status stays as it is
Rules<AggregateRule> aggregate_rules();

std::optional<Json::Value> aggregate_workload(const Aggregation&, const Counters&);
std::optional<Json::Value> aggregate_disruption_budget(const Aggregation&);
std::optional<Json::Value> aggregate_autoscaler(const Aggregation&);
std::optional<Json::Value> aggregate_job(const Aggregation&);
std::optional<Json::Value> aggregate_cron_job(const Aggregation&);
std::optional<Json::Value> aggregate_pod(const Aggregation&);
std::optional<Json::Value> aggregate_service(const Aggregation&);
std::optional<Json::Value> aggregate_ingress(const Aggregation&);
std::optional<Json::Value> aggregate_volume(const Aggregation&);
std::optional<Json::Value> aggregate_claim(const Aggregation&);

using HealthRule = bool (*)(const Field& live);
Rules<HealthRule> health_rules();

using DependenciesRule = void (*)(const Field& object, std::vector<Reference>& found);
Rules<DependenciesRule> dependencies_rules();

constexpr std::string_view generation_annotation = "resourcetemplate.karmada.io/generation";

}  // namespace flotilla::interpreter::native
