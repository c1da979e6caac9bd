#include "reconciler/decision/settings.h"

#include "overrides/fields.h"
#include "reconciler/decision/customization.h"
#include "reconciler/decision/fleet_health.h"
#include "reconciler/decision/idle_kinds.h"
#include "reconciler/decision/suspension.h"
#include "reconciler/decision/terms.h"
#include "render/base/text.h"

#include <algorithm>

namespace flotilla::decision {
namespace {

constexpr std::string_view policy_group = "policy.karmada.io";

bool is_customization(const ObjectKey& key) {
  return key.group == "config.karmada.io" && key.kind == "ResourceInterpreterCustomization";
}

// Selectors as far as they can be read, without labels. A selector without a kind could mean
// anything.
FaultyPolicy guess(const Object& object) {
  FaultyPolicy policy{object.key.kind, object.key.namespace_, object.key.name, object.source, {}};
  const Json::Value* selectors = find_path(object.tree, {"spec", "resourceSelectors"});
  if (selectors == nullptr || !selectors->isArray()) return policy;
  for (const Json::Value& item : *selectors) {
    overrides::ResourceSelector selector;
    selector.api_version = get_string(item, "apiVersion");
    selector.kind = get_string(item, "kind");
    selector.namespace_ = get_string(item, "namespace");
    selector.name = get_string(item, "name");
    if (selector.kind.empty() || selector.api_version.empty())
      return {policy.kind, policy.namespace_, policy.name, policy.source, {}};
    policy.selectors.push_back(std::move(selector));
  }
  return policy;
}

// A customization is for the objects of one kind.
FaultyPolicy guess_customization(const Object& object) {
  FaultyPolicy faulty{object.key.kind, "", object.key.name, object.source, {}};
  overrides::ResourceSelector target;
  target.api_version = get_string(object.tree, {"spec", "target", "apiVersion"});
  target.kind = get_string(object.tree, {"spec", "target", "kind"});
  if (!target.api_version.empty() && !target.kind.empty()) faulty.selectors.push_back(target);
  return faulty;
}

// An API server has no other version of these kinds; the fields of one to come are not known.
bool is_known_version(const Object& object, Problems& problems) {
  const std::string wanted = object.key.group + "/v1alpha1";
  if (object.api_version == wanted) return true;
  const Json::Value* written = find(object.tree, "apiVersion");
  problems.push_back(error_at(
      "unknown-version", written != nullptr ? at(*written, object.source.file) : object.source,
      "apiVersion is \"" + object.api_version + "\", want \"" + wanted + "\"",
      to_string(object.key)));
  return false;
}

void read_fleet(const Object& object, Settings& settings, Problems& problems) {
  settings.owner = object.key.name;
  settings.owner_source = object.source.file;
  const std::size_t errors = overrides::error_count(problems);
  const std::string file = object.source.file;
  overrides::Fields top(object.tree, {file, to_string(object.key), problems, ""});
  top.ignore({"apiVersion", "kind", "metadata", "spec", "status"});
  top.say_unknown();
  // It names a ConfigMap on every cluster.
  for (const std::string& label : split(object.key.name, '.')) {
    const std::string fault = overrides::dns_label_fault(label, 253);
    if (fault.empty()) continue;
    problems.push_back(error_at("invalid-value", object.source,
                                "metadata.name \"" + object.key.name + "\": " + fault,
                                to_string(object.key)));
    break;
  }
  is_known_version(object, problems);
  const bool sound = overrides::error_count(problems) == errors;
  if (!sound) settings.fleet_fault = "Fleet " + object.key.name + " (" + file + ") is in error";
  const Json::Value* spec = find(object.tree, "spec");
  if (spec == nullptr || spec->isNull()) return;
  overrides::Fields fields(*spec, {object.source.file, to_string(object.key), problems, "spec"});
  settings.karmada = fields.choice("compatibility", {"karmada"}, "none") == "karmada";
  // As Karmada has it, every namespace goes to every cluster.
  settings.namespaces_everywhere =
      fields.choice("namespaces", {"Needed", "Everywhere"},
                    settings.karmada ? "Everywhere" : "Needed") == "Everywhere";
  settings.readiness = read_health(fields);
  settings.readiness_timeout = read_readiness_timeout(fields);
  settings.fleet = read_fleet_settings(fields);
  settings.service = read_service_settings(fields);
  fields.say_unknown();
  if (overrides::error_count(problems) > errors)
    settings.fleet_fault = "Fleet " + object.key.name + " (" + object.source.file + ") is in error";
}

// Of several Fleets the one that was in charge before stays in charge, else the first: under
// another name every object would change hands.
void read_fleets(const std::vector<const Object*>& fleets, const std::string& previous,
                 Settings& settings, Problems& problems) {
  if (fleets.empty()) return;
  const Object* chosen = fleets.front();
  for (const Object* fleet : fleets)
    if (fleet->key.name == previous) chosen = fleet;
  read_fleet(*chosen, settings, problems);
  for (const Object* fleet : fleets) {
    if (fleet == chosen) continue;
    problems.push_back(
        error_at("second-fleet", fleet->source,
                 "a second Fleet, want one in a repository (the first is " + settings.owner + ")",
                 to_string(fleet->key)));
  }
}

void note_suspension(const Object& object, const placement::PropagationPolicy& policy,
                     Settings& settings) {
  Settings::PolicySuspension suspension;
  suspension.dispatching = policy.suspension;
  if (const auto reason = suspend_mark(object.tree))
    suspension.mark = suspended_text(*reason, std::string(suspend_annotation) + " on " +
                                                  unit_of({policy.namespace_, policy.name, ""}));
  if (suspension.mark.empty() && !suspension.dispatching.any()) return;
  settings.policy_suspensions[{policy.namespace_, policy.name}] = std::move(suspension);
}

// Policies that the catalog itself could not use.
void add_unusable(const catalog::Catalog& catalog, Settings& settings) {
  std::set<ObjectKey> guessed;
  const auto add = [&](FaultyPolicy policy) {
    const bool propagates = policy.kind.ends_with("PropagationPolicy");
    (propagates ? settings.faulty_policies : settings.faulty_overrides)
        .push_back(std::move(policy));
  };
  for (const catalog::ObjectPtr& object : catalog.doubles) {
    if (is_customization(object->key))
      settings.faulty_overrides.push_back(guess_customization(*object));
    if (object->key.group != policy_group) continue;
    guessed.insert(object->key);
    add(guess(*object));
  }
  for (const ObjectKey& key : catalog.faulty_objects)
    if (key.group == policy_group && !guessed.contains(key))
      add({key.kind, key.namespace_, key.name, {}, {}});
}

// A Fleet that left keeps its name until another one stands there: under another one every object
// would change hands.
void keep_owner_that_left(const Previous& previous, Settings& settings, Problems& problems) {
  if (!settings.owner_source.empty() || previous.owner.empty() || previous.owner == settings.owner)
    return;
  settings.owner = previous.owner;
  settings.owner_source = previous.owner_source;
  problems.push_back(warning_at(
      "fleet-left", {previous.owner_source},
      "Fleet " + previous.owner +
          " left the repository; what is on the clusters goes on belonging to it, since under "
          "another name all of it would change hands"));
}

// One whose file cannot be read any more does so too. What else it said is not known.
void keep_owner(const catalog::Catalog& catalog, const Previous& previous, Settings& settings) {
  if (!settings.owner_source.empty() || previous.owner.empty() || previous.owner_source.empty())
    return;
  std::string file;
  if (catalog.faulty_objects.contains({"flotilla.dev", "Fleet", "", previous.owner}) ||
      catalog.faulty_files.contains(previous.owner_source) ||
      catalog.doubtful_files.contains(previous.owner_source))
    file = previous.owner_source;
  for (const std::string& faulty : catalog.faulty_files)
    if (file.empty() && !is_read_whole(catalog, faulty)) file = faulty;  // it may have moved there
  if (file.empty()) return;
  settings.owner = previous.owner;
  settings.owner_source = previous.owner_source;
  settings.fleet_fault = "Fleet " + previous.owner + " cannot be read: " + file + " is in error";
}

}  // namespace

bool is_read_whole(const catalog::Catalog& catalog, const std::string& file) {
  return std::none_of(catalog.problems.begin(), catalog.problems.end(),
                      [&](const Problem& problem) {
                        return problem.severity == Severity::error && problem.where.file == file &&
                               problem.object.empty();
                      });
}

const overrides::Cluster* find_cluster(const Settings& settings, const std::string& name) {
  const auto found = std::lower_bound(
      settings.clusters.begin(), settings.clusters.end(), name,
      [](const overrides::Cluster& a, const std::string& b) { return a.name < b; });
  return found != settings.clusters.end() && found->name == name ? &*found : nullptr;
}

bool may_select(const FaultyPolicy& policy, const Object& object) {
  if (!policy.namespace_.empty() && policy.namespace_ != object.key.namespace_) return false;
  if (policy.selectors.empty()) return true;
  return overrides::best_match(policy.selectors, object.tree) > 0;
}

bool might_select(const Object& policy, const Object& object) {
  return may_select(guess(policy), object);
}

Settings read_settings(const catalog::Catalog& catalog, const Previous& previous, std::int64_t time,
                       Problems& problems) {
  Settings settings;
  std::vector<placement::PropagationPolicy> policies;
  std::vector<overrides::OverridePolicy> override_policies;
  std::vector<const Object*> fleets;
  for (const catalog::ObjectPtr& object : catalog.settings) {
    const ObjectKey& key = object->key;
    if (key.group == "cluster.karmada.io" && key.kind == "Cluster") {
      const std::size_t errors = overrides::error_count(problems);
      check_suspend_mark(*object, problems);
      if (auto cluster = overrides::read_cluster(object, problems);
          cluster && is_known_version(*object, problems) &&
          overrides::error_count(problems) == errors) {
        settings.clusters.push_back(std::move(*cluster));
      } else {
        settings.faulty_clusters.insert(key.name);
      }
    } else if (key.group == policy_group &&
               (key.kind == "PropagationPolicy" || key.kind == "ClusterPropagationPolicy")) {
      const std::size_t errors = overrides::error_count(problems);
      const auto drift = read_policy_drift(*object, problems);
      check_suspend_mark(*object, problems);
      if (auto policy = placement::read_propagation_policy(*object, problems);
          policy && is_known_version(*object, problems) &&
          overrides::error_count(problems) == errors) {
        if (drift) settings.policy_drift[{policy->namespace_, policy->name}] = *drift;
        note_suspension(*object, *policy, settings);
        policies.push_back(std::move(*policy));
      } else {
        settings.faulty_policies.push_back(guess(*object));
      }
    } else if (key.group == policy_group &&
               (key.kind == "OverridePolicy" || key.kind == "ClusterOverridePolicy")) {
      if (auto policy = overrides::read_override_policy(*object, problems);
          policy && is_known_version(*object, problems)) {
        override_policies.push_back(std::move(*policy));
      } else {
        settings.faulty_overrides.push_back(guess(*object));
      }
    } else if (key.group == "flotilla.dev" && key.kind == "Fleet") {
      fleets.push_back(object.get());
    } else if (is_customization(key)) {
      if (auto customization = read_customization(*object, problems);
          customization && is_known_version(*object, problems)) {
        settings.customizations.push_back(std::move(*customization));
      } else {
        settings.faulty_overrides.push_back(guess_customization(*object));
      }
    } else if (key.group == "config.karmada.io" &&
               key.kind == "ResourceInterpreterWebhookConfiguration") {
      check_webhook_configuration(*object, problems);
    } else {
      check_idle_kind(*object, problems);
      problems.push_back(warning_at("no-effect-yet", object->source,
                                    key.kind + " has no effect yet", to_string(key)));
    }
  }
  read_fleets(fleets, previous.owner, settings, problems);
  add_unusable(catalog, settings);
  keep_owner(catalog, previous, settings);
  keep_owner_that_left(previous, settings, problems);
  const bool all_read =
      std::all_of(catalog.faulty_files.begin(), catalog.faulty_files.end(),
                  [&](const std::string& file) { return is_read_whole(catalog, file); });
  // One that left its file may have moved to where nobody can read it.
  for (const auto& [name, file] : previous.cluster_sources)
    if (!all_read || catalog.faulty_files.contains(file) || catalog.doubtful_files.contains(file))
      settings.faulty_clusters.insert(name);
  for (const ObjectKey& key : catalog.faulty_objects)
    if (key.group == "cluster.karmada.io") settings.faulty_clusters.insert(key.name);
  std::sort(
      settings.clusters.begin(), settings.clusters.end(),
      [](const overrides::Cluster& a, const overrides::Cluster& b) { return a.name < b.name; });
  for (const overrides::Cluster& cluster : settings.clusters)
    settings.faulty_clusters.erase(cluster.name);
  for (const placement::PropagationPolicy& policy : policies)
    settings.policy_names.emplace(policy.namespace_, policy.name);
  for (const overrides::OverridePolicy& policy : override_policies)
    settings.override_names.emplace(policy.namespace_, policy.name);
  settings.customizations = without_conflicts(std::move(settings.customizations), problems);
  settings.interpreter = std::make_shared<const interpreter::Interpreter>(
      settings.customizations, [now = time] { return now; });
  settings.policies = placement::PolicyIndex(std::move(policies));
  settings.overrides = overrides::OverrideIndex(std::move(override_policies));
  return settings;
}

}  // namespace flotilla::decision
