#include "reconciler/placement/policy.h"
#include "reconciler/placement/reading/stored_placement.h"
#include "reconciler/placement/reading/typed_fields.h"

#include <algorithm>

// spec.placement: karmada-semantics 3.1.
namespace flotilla::placement {

namespace {

using overrides::Fields;
using overrides::Reading;

constexpr std::size_t longest_affinity_name = 32;
// In the order of SpreadField.
constexpr std::initializer_list<const char*> spread_fields = {"cluster", "region", "zone",
                                                              "provider"};

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

// ---- affinities

std::string read_affinity_name(Fields& fields, std::vector<std::string>& taken) {
  const std::string name = fields.required_text("affinityName");
  if (name.empty()) return name;
  const auto say = [&](const std::string& fault) {
    fields.at("affinityName")
        .error(*fields.any("affinityName"), "invalid-value", "is \"" + name + "\": " + fault);
  };
  if (name.size() > longest_affinity_name) say("it is longer than 32 characters");
  if (const std::string fault = overrides::label_key_fault(name); !fault.empty()) say(fault);
  if (contains(taken, name)) say("it is used twice, want another name for each term");
  taken.push_back(name);
  return name;
}

bool selects_something(const Json::Value& term) {
  const char* parts[] = {"labelSelector", "fieldSelector", "clusterNames", "exclude"};
  return std::any_of(std::begin(parts), std::end(parts), [&](const char* part) {
    const Json::Value* value = find(term, part);
    return value != nullptr && !value->isNull() && !(value->isArray() && value->empty());
  });
}

AffinityTerm read_overflow(const Json::Value& value, const Reading& reading,
                           std::vector<std::string>& names) {
  Fields fields(value, reading);
  AffinityTerm term;
  term.name = read_affinity_name(fields, names);
  if (auto affinity = overrides::read_cluster_affinity(value, reading, {"affinityName"}))
    term.affinity = std::move(*affinity);
  return term;
}

// `divides`: the replicas are divided by what the clusters have room for.
AffinityTerm read_term(const Json::Value& value, const Reading& reading,
                       std::vector<std::string>& names, bool divides) {
  Fields fields(value, reading);
  AffinityTerm term;
  term.name = read_affinity_name(fields, names);
  if (auto affinity =
          overrides::read_cluster_affinity(value, reading, {"affinityName", "overflowAffinities"}))
    term.affinity = std::move(*affinity);
  const Json::Value* overflow = fields.list("overflowAffinities");
  if (overflow == nullptr || overflow->empty()) return term;
  const Reading where = fields.at("overflowAffinities");
  if (!selects_something(value))
    where.error(*overflow, "invalid-value",
                "is set, want a labelSelector, fieldSelector, clusterNames or exclude in the term "
                "that overflows");
  if (!divides)
    where.error(*overflow, "invalid-value",
                "is set, want replicaScheduling Divided, with Aggregated or with "
                "weightPreference.dynamicWeight, for that");
  std::vector<std::string> own_names = {term.name};
  fields.each("overflowAffinities", [&](const Json::Value& entry, const Reading& below) {
    term.overflow.push_back(read_overflow(entry, below, own_names));
  });
  return term;
}

void read_affinities(Fields& fields, Placement& placement, bool divides) {
  const Json::Value* single = fields.any("clusterAffinity");
  const Json::Value* several = fields.list("clusterAffinities");
  if (single != nullptr && several != nullptr && !several->empty())
    fields.at("clusterAffinities")
        .error(*several, "invalid-value", "and clusterAffinity are both set, want one of them");
  if (single != nullptr) {
    auto affinity = overrides::read_cluster_affinity(*single, fields.at("clusterAffinity"));
    if (affinity) placement.terms.push_back({"", std::move(*affinity), {}});
  }
  std::vector<std::string> names;
  fields.each("clusterAffinities", [&](const Json::Value& entry, const Reading& below) {
    placement.terms.push_back(read_term(entry, below, names, divides));
  });
}

// ---- tolerations

void read_toleration(const Json::Value& value, const Reading& reading,
                     std::vector<Toleration>& tolerations) {
  using Limits = std::numeric_limits<std::int64_t>;
  Fields fields(value, reading);
  Toleration toleration{fields.text("key"), fields.text("operator"), fields.text("value"),
                        fields.text("effect")};
  fields.whole("tolerationSeconds", Limits::min(), Limits::max());
  fields.say_unknown();
  if (toleration.op == "Lt" || toleration.op == "Gt")
    fields.at("operator")
        .error(*fields.any("operator"), "invalid-value",
               "is \"" + toleration.op + "\", want Equal or Exists");
  tolerations.push_back(std::move(toleration));
}

// ---- spread constraints

SpreadField spread_field(const std::string& text) {
  const auto* at = std::find(spread_fields.begin(), spread_fields.end(), text);
  return static_cast<SpreadField>(at - spread_fields.begin());
}

const char* name_of(SpreadField field) {
  return *(spread_fields.begin() + static_cast<std::ptrdiff_t>(field));
}

void read_groups(Fields& fields, SpreadConstraint& constraint) {
  const std::optional<std::int64_t> most = at_least(fields, "maxGroups", 0);
  const std::optional<std::int64_t> least = at_least(fields, "minGroups", 0);
  constraint.max = most.value_or(0);
  constraint.min = std::max<std::int64_t>(least.value_or(0), 1);
  const Json::Value* written = fields.any("maxGroups");
  if (constraint.max > 0 && constraint.max < constraint.min)
    fields.at("maxGroups")
        .error(*written, "invalid-value",
               "is " + std::to_string(constraint.max) + " and minGroups is " +
                   std::to_string(constraint.min) + ", want at least minGroups");
  const bool has_none = written == nullptr || (most && *most == 0);
  if (has_none && fields.map_value().isObject())
    fields.at("maxGroups")
        .warning(written == nullptr ? fields.map_value() : *written, "spread-without-max",
                 std::string(written == nullptr ? "is missing" : "is 0") +
                     ", which is read as unlimited here (Karmada would select no cluster)");
}

void read_spread_constraint(const Json::Value& value, const Reading& reading,
                            std::vector<SpreadConstraint>& constraints) {
  Fields fields(value, reading);
  SpreadConstraint constraint;
  constraint.label = fields.text("spreadByLabel");
  constraint.field =
      spread_field(choice_or_empty(fields, "spreadByField", spread_fields, "cluster"));
  const bool by_field = !get_string(value, "spreadByField").empty();
  if (!constraint.label.empty()) {
    if (by_field)
      fields.at("spreadByLabel")
          .error(*fields.any("spreadByLabel"), "invalid-value",
                 "and spreadByField are both set, want one of them");
    constraint.field = SpreadField::label;
  }
  read_groups(fields, constraint);
  fields.say_unknown();
  constraints.push_back(std::move(constraint));
}

// What holds between the constraints; they must have been read without a fault.
void check_spread_constraints(const Json::Value& list, const Reading& reading,
                              const std::vector<SpreadConstraint>& constraints) {
  std::vector<SpreadField> seen;
  for (std::size_t i = 0; i < constraints.size(); ++i) {
    const SpreadField field = constraints[i].field;
    if (field == SpreadField::label) continue;
    if (std::find(seen.begin(), seen.end(), field) == seen.end()) {
      seen.push_back(field);
      continue;
    }
    reading.below("[" + std::to_string(i) + "]")
        .error(list[static_cast<Json::ArrayIndex>(i)], "invalid-value",
               std::string("spreads by ") + name_of(field) +
                   " as one before it does, want one constraint for each field");
  }
  if (!seen.empty() && std::find(seen.begin(), seen.end(), SpreadField::cluster) == seen.end())
    reading.error(
        list, "invalid-value",
        std::string("spreads by ") + name_of(seen.front()) +
            " without spreading by cluster, want a constraint with spreadByField cluster");
}

void read_spread(Fields& fields, Placement& placement) {
  const Json::Value* list = fields.list("spreadConstraints");
  if (list == nullptr || list->empty()) return;
  const Reading reading = fields.at("spreadConstraints");
  const std::size_t errors = overrides::error_count(reading.problems);
  fields.each("spreadConstraints", [&](const Json::Value& entry, const Reading& below) {
    read_spread_constraint(entry, below, placement.spread);
  });
  if (overrides::error_count(reading.problems) == errors)
    check_spread_constraints(*list, reading, placement.spread);
  const bool by_static_weight =
      placement.replicas && placement.replicas->division == Division::static_weight &&
      (!placement.replicas->weights || !placement.replicas->weights->empty());
  if (by_static_weight)
    reading.warning(*list, "spread-ignored",
                    "has no effect: replicas divided by static weights go to every cluster that "
                    "fits");
}

// ---- replicas

void read_static_weight(const Json::Value& value, const Reading& reading,
                        std::vector<StaticWeight>& weights) {
  Fields fields(value, reading);
  StaticWeight weight;
  if (const Json::Value* target = required_map(fields, "targetCluster"))
    if (auto affinity = overrides::read_cluster_affinity(*target, fields.at("targetCluster")))
      weight.target = std::move(*affinity);
  if (fields.any("weight") == nullptr && value.isObject())
    fields.at("weight").error(value, "missing-field", "is missing, want a whole number");
  weight.weight = at_least(fields, "weight", 1).value_or(1);
  fields.say_unknown();
  weights.push_back(std::move(weight));
}

// Division::dynamic_weight or Division::static_weight.
void read_weights(Fields& scheduling, ReplicaScheduling& replicas) {
  replicas.division = Division::static_weight;
  const Json::Value* value = scheduling.any("weightPreference");
  if (value == nullptr) return;
  Fields fields(*value, scheduling.at("weightPreference"));
  std::vector<StaticWeight> weights;
  fields.each("staticWeightList", [&](const Json::Value& entry, const Reading& below) {
    read_static_weight(entry, below, weights);
  });
  const std::string dynamic =
      choice_or_empty(fields, "dynamicWeight", {"AvailableReplicas"}, "none");
  fields.say_unknown();
  if (dynamic == "AvailableReplicas")
    replicas.division = Division::dynamic_weight;
  else
    replicas.weights = std::move(weights);
}

ReplicaScheduling read_replica_scheduling(const Json::Value& value, const Reading& reading) {
  Fields fields(value, reading);
  // The default of the schema holds as soon as the object is there.
  const std::string type =
      choice_or_empty(fields, "replicaSchedulingType", {"Duplicated", "Divided"}, "Divided");
  const std::string preference =
      choice_or_empty(fields, "replicaDivisionPreference", {"Aggregated", "Weighted"}, "Weighted");
  ReplicaScheduling replicas;
  read_weights(fields, replicas);
  fields.say_unknown();
  if (type == "Duplicated") return {};
  if (preference == "Aggregated") return {Division::aggregated, std::nullopt};
  return replicas;
}

// True if terms may overflow, or if that cannot be told.
bool read_replicas(Fields& fields, Placement& placement) {
  const Json::Value* value = fields.any("replicaScheduling");
  if (value == nullptr) return false;
  const Reading reading = fields.at("replicaScheduling");
  const std::size_t errors = overrides::error_count(reading.problems);
  placement.replicas = read_replica_scheduling(*value, reading);
  if (overrides::error_count(reading.problems) > errors) return true;
  const Division division = placement.replicas->division;
  return division == Division::aggregated || division == Division::dynamic_weight;
}

// ---- workload affinity

std::string read_group_label(Fields& fields, const char* name) {
  const Json::Value* value = fields.any(name);
  if (value == nullptr) return {};
  Fields inner(*value, fields.at(name));
  std::string key = value->isObject() ? required_label_key(inner, "groupByLabelKey") : "";
  inner.say_unknown();
  return key;
}

void read_workload_affinity(Fields& fields, Placement& placement) {
  const Json::Value* value = fields.any("workloadAffinity");
  if (value == nullptr) return;
  Fields inner(*value, fields.at("workloadAffinity"));
  placement.affinity_label = read_group_label(inner, "affinity");
  placement.anti_affinity_label = read_group_label(inner, "antiAffinity");
  inner.say_unknown();
  if (!placement.affinity_label.empty() &&
      placement.affinity_label == placement.anti_affinity_label)
    inner.at("antiAffinity")
        .below("groupByLabelKey")
        .error(*find_path(*value, {"antiAffinity", "groupByLabelKey"}), "invalid-value",
               "is \"" + placement.anti_affinity_label +
                   "\", which is the affinity's too, want another label key");
}

}  // namespace

std::optional<Placement> read_placement(const Json::Value& value, const Reading& reading) {
  const std::size_t errors = overrides::error_count(reading.problems);
  Placement placement;
  Fields fields(value, reading);
  const bool divides = read_replicas(fields, placement);
  read_affinities(fields, placement, divides);
  fields.each("clusterTolerations", [&](const Json::Value& entry, const Reading& below) {
    read_toleration(entry, below, placement.tolerations);
  });
  read_spread(fields, placement);
  read_workload_affinity(fields, placement);
  fields.say_unknown();
  if (overrides::error_count(reading.problems) > errors) return std::nullopt;
  placement.tree = stored_placement(value);
  return placement;
}

}  // namespace flotilla::placement
