#include "reconciler/placement/scheduling/rules.h"

#include <algorithm>

namespace flotilla::placement {

namespace {

using overrides::Cluster;
using overrides::ClusterAffinity;
using overrides::Taint;

// ---- signature: the typed content of a placement as bytes, different for different content

void put(std::string& out, std::int64_t number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}
void put(std::string& out, std::size_t number) { put(out, static_cast<std::int64_t>(number)); }
void put(std::string& out, const std::string& text) {
  put(out, text.size());
  out += text;
}
void put(std::string& out, const std::vector<std::string>& texts) {
  put(out, texts.size());
  for (const std::string& text : texts) put(out, text);
}

void put(std::string& out, const overrides::LabelSelector& selector) {
  put(out, selector.match_labels.size());
  for (const auto& [key, value] : selector.match_labels) {
    put(out, key);
    put(out, value);
  }
  put(out, selector.match_expressions.size());
  for (const overrides::LabelRequirement& requirement : selector.match_expressions) {
    put(out, requirement.key);
    put(out, requirement.op);
    put(out, requirement.values);
  }
}

void put(std::string& out, const ClusterAffinity& affinity) {
  out += affinity.label_selector ? '+' : '-';
  if (affinity.label_selector) put(out, *affinity.label_selector);
  put(out, affinity.field_requirements.size());
  for (const overrides::FieldRequirement& requirement : affinity.field_requirements) {
    put(out, requirement.key);
    put(out, requirement.op);
    put(out, requirement.values);
  }
  put(out, affinity.cluster_names);
  put(out, affinity.exclude);
}

void put(std::string& out, const std::vector<AffinityTerm>& terms) {
  put(out, terms.size());
  for (const AffinityTerm& term : terms) {
    put(out, term.affinity);
    put(out, term.overflow);
  }
}

void put(std::string& out, const ReplicaScheduling& scheduling) {
  put(out, static_cast<std::int64_t>(scheduling.division));
  out += scheduling.weights ? '+' : '-';
  if (!scheduling.weights) return;
  put(out, scheduling.weights->size());
  for (const StaticWeight& rule : *scheduling.weights) {
    put(out, rule.target);
    put(out, rule.weight);
  }
}

void write_signature(const Placement& placement, std::string& out) {
  out.clear();
  put(out, placement.terms);
  put(out, placement.tolerations.size());
  for (const Toleration& toleration : placement.tolerations)
    for (const std::string* text :
         {&toleration.key, &toleration.op, &toleration.value, &toleration.effect})
      put(out, *text);
  put(out, placement.spread.size());
  for (const SpreadConstraint& constraint : placement.spread) {
    put(out, static_cast<std::int64_t>(constraint.field));
    put(out, constraint.label);
    put(out, constraint.min);
    put(out, constraint.max);
  }
  if (placement.replicas) put(out, *placement.replicas);
}

// ---- filters

bool tolerates(const Toleration& toleration, const Taint& taint) {
  if (!toleration.effect.empty() && toleration.effect != taint.effect) return false;
  if (!toleration.key.empty() && toleration.key != taint.key) return false;
  if (toleration.op == "Exists") return true;
  return (toleration.op.empty() || toleration.op == "Equal") && toleration.value == taint.value;
}

const Taint* untolerated_taint(const Cluster& cluster, const std::vector<Toleration>& tolerations) {
  for (const Taint& taint : cluster.taints) {
    if (taint.effect != "NoSchedule" && taint.effect != "NoExecute") continue;
    const bool tolerated =
        std::any_of(tolerations.begin(), tolerations.end(),
                    [&](const Toleration& toleration) { return tolerates(toleration, taint); });
    if (!tolerated) return &taint;
  }
  return nullptr;
}

int tier_of(const AffinityTerm& term, const Cluster& cluster) {
  if (overrides::matches(term.affinity, cluster)) return 0;
  for (std::size_t i = 0; i < term.overflow.size(); ++i)
    if (overrides::matches(term.overflow[i].affinity, cluster)) return static_cast<int>(i) + 1;
  return -1;
}

// The groups of a cluster under a constraint, in any order; empty: it lacks the property.
std::vector<std::string> groups_of(const SpreadConstraint& constraint, const Cluster& cluster) {
  const auto one = [](const std::string& text) {
    return text.empty() ? std::vector<std::string>{} : std::vector<std::string>{text};
  };
  if (constraint.field == SpreadField::region) return one(cluster.region);
  if (constraint.field == SpreadField::provider) return one(cluster.provider);
  if (constraint.field == SpreadField::zone) return cluster.zones;
  if (constraint.field == SpreadField::cluster) return {cluster.name};
  const auto label = cluster.labels.find(constraint.label);
  if (label == cluster.labels.end()) return {};
  return {label->second};  // an empty value is a group as well
}

std::string lacking(const SpreadConstraint& constraint) {
  if (constraint.field == SpreadField::region) return "cluster(s) did not have region property";
  if (constraint.field == SpreadField::provider) return "cluster(s) did not have provider property";
  if (constraint.field == SpreadField::zone) return "cluster(s) did not have zones property";
  return "cluster(s) did not have " + constraint.label + " label";
}

// ---- spread

const SpreadConstraint* constraint_on(const Placement& placement, SpreadField field) {
  for (const SpreadConstraint& constraint : placement.spread)
    if (constraint.field == field) return &constraint;
  return nullptr;
}

// The constraint whose groups are chosen, if any.
const SpreadConstraint* group_constraint(const Placement& placement, bool karmada) {
  if (const SpreadConstraint* region = constraint_on(placement, SpreadField::region)) return region;
  if (karmada) return nullptr;
  for (const SpreadField field : {SpreadField::zone, SpreadField::provider, SpreadField::label})
    if (const SpreadConstraint* constraint = constraint_on(placement, field)) return constraint;
  return nullptr;
}

Bounds bounds_of(const SpreadConstraint& constraint, bool karmada) {
  Bounds bounds;
  bounds.min = std::max<std::int64_t>(constraint.min, 1);
  if (constraint.max > 0 || karmada) bounds.max = constraint.max;
  return bounds;
}

std::string field_name(SpreadField field) {
  if (field == SpreadField::region) return "region";
  if (field == SpreadField::zone) return "zone";
  return field == SpreadField::provider ? "provider" : "label";
}

void read_groups(const SpreadConstraint& constraint, const Fleet& fleet, Spread& spread) {
  spread.field = field_name(constraint.field);
  std::set<std::string> names;
  for (std::size_t i = 0; i < fleet.size(); ++i)
    for (std::string& name : groups_of(constraint, fleet[i])) names.insert(std::move(name));
  spread.names.assign(names.begin(), names.end());
  spread.of.resize(fleet.size());
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    std::vector<std::size_t>& of = spread.of[i];
    for (const std::string& name : groups_of(constraint, fleet[i]))
      of.push_back(static_cast<std::size_t>(
          std::lower_bound(spread.names.begin(), spread.names.end(), name) - spread.names.begin()));
    std::sort(of.begin(), of.end());
    of.erase(std::unique(of.begin(), of.end()), of.end());
  }
}

Spread read_spread(const Placement& placement, const Fleet& fleet, bool karmada) {
  Spread spread;
  const bool is_static =
      placement.replicas && placement.replicas->division == Division::static_weight;
  if (placement.spread.empty() || is_static) return spread;  // ignored for static weights (Q6)
  const SpreadConstraint* clusters = constraint_on(placement, SpreadField::cluster);
  const SpreadConstraint* groups = group_constraint(placement, karmada);
  if (clusters != nullptr) spread.clusters = bounds_of(*clusters, karmada);
  if (groups != nullptr) {
    spread.selection = Selection::by_group;
    spread.groups = bounds_of(*groups, karmada);
    if (clusters == nullptr) spread.clusters.min = spread.groups.min;
    read_groups(*groups, fleet, spread);
  } else {
    spread.selection = clusters == nullptr ? Selection::unsupported : Selection::by_cluster;
  }
  return spread;
}

std::vector<std::int64_t> read_weights(const ReplicaScheduling& scheduling, const Fleet& fleet) {
  std::vector<std::int64_t> weights(fleet.size(), scheduling.weights ? 0 : 1);
  if (!scheduling.weights) return weights;
  for (std::size_t i = 0; i < fleet.size(); ++i)
    for (const StaticWeight& rule : *scheduling.weights)
      if (rule.weight > weights[i] && overrides::matches(rule.target, fleet[i]))
        weights[i] = rule.weight;
  return weights;
}

}  // namespace

const Rules& RuleBook::of(const Placement& placement) {
  write_signature(placement, signature_);
  const auto found = known_.find(signature_);
  if (found != known_.end()) return *found->second;
  return *known_.emplace(signature_, std::make_unique<const Rules>(read(placement))).first->second;
}

const std::string* RuleBook::reason(std::string text) {
  return &*reasons_.insert(std::move(text)).first;
}

Rules RuleBook::read(const Placement& placement) {
  Rules rules;
  read_terms(placement, rules);
  read_taints(placement, rules);
  read_properties(placement, rules);
  rules.spread = read_spread(placement, *fleet_, karmada_);
  if (placement.replicas && placement.replicas->division == Division::static_weight)
    rules.weights = read_weights(*placement.replicas, *fleet_);
  return rules;
}

void RuleBook::read_terms(const Placement& placement, Rules& rules) const {
  for (const AffinityTerm& term : placement.terms) {
    std::vector<int>& row = rules.tiers.emplace_back(fleet_->size());
    for (std::size_t i = 0; i < fleet_->size(); ++i) row[i] = tier_of(term, (*fleet_)[i]);
    rules.overflows.push_back(!term.overflow.empty());
  }
  if (!rules.tiers.empty()) return;
  rules.tiers.emplace_back(fleet_->size());
  rules.overflows.push_back(0);
}

void RuleBook::read_taints(const Placement& placement, Rules& rules) {
  rules.untolerated.resize(fleet_->size());
  for (std::size_t i = 0; i < fleet_->size(); ++i) {
    const Taint* taint = untolerated_taint((*fleet_)[i], placement.tolerations);
    if (taint == nullptr) continue;
    const std::string value = taint->value.empty() ? "" : "=" + taint->value;
    rules.untolerated[i] = reason("cluster(s) had untolerated taint {" + taint->key + value + ":" +
                                  taint->effect + "}");
  }
}

void RuleBook::read_properties(const Placement& placement, Rules& rules) {
  rules.unspread.resize(fleet_->size());
  for (std::size_t i = 0; i < fleet_->size(); ++i) {
    for (const SpreadConstraint& constraint : placement.spread) {
      if (karmada_ && constraint.field == SpreadField::label) continue;
      if (!groups_of(constraint, (*fleet_)[i]).empty()) continue;
      rules.unspread[i] = reason(lacking(constraint));
      break;
    }
  }
}

}  // namespace flotilla::placement
