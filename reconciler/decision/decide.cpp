#include "reconciler/decision/decide.h"

#include "reconciler/decision/settings.h"
#include "render/base/text.h"
#include "render/interpreter/interpreter.h"

#include <algorithm>
#include <optional>

namespace flotilla::decision {
namespace {

constexpr std::size_t first_override_source = 2;  // in Binding::sources
constexpr std::string_view preserve_annotation = "flotilla.dev/preserve";

// One pass over the templates; the parts of the decision that grow on the way.
class Pass {
 public:
  Pass(const Snapshot& snapshot, const Previous& previous)
      : catalog_(snapshot.catalog), previous_(previous) {
    decision_.revision = snapshot.revision;
    decision_.problems = catalog_.problems;
    settings_ = read_settings(catalog_, previous_, decision_.problems);
    decision_.owner = settings_.owner;
    decision_.owner_source = settings_.owner_source;
    decision_.faulty_clusters = settings_.faulty_clusters;
    marks_ = {settings_.owner, manifest::applyset_id(settings_.owner)};
    decision_.faulty_files = catalog_.faulty_files;
    decision_.faulty_files.insert(catalog_.doubtful_files.begin(), catalog_.doubtful_files.end());
    decision_.undecided = catalog_.faulty_objects;
    for (const std::string& file : catalog_.faulty_files)
      if (!settled(file)) decision_.unreadable = file;
    for (const placement::PropagationPolicy& policy : settings_.policies.policies())
      policy_names_.emplace(policy.namespace_, policy.name);
    for (const overrides::Cluster& cluster : settings_.clusters) decision_.work[cluster.name];
  }

  Decision run() {
    for (const catalog::ObjectPtr& object : catalog_.templates) decide_template(*object);
    keep_unreadable_templates();
    std::sort(decision_.bindings.begin(), decision_.bindings.end(),
              [](const Binding& a, const Binding& b) { return a.object < b.object; });
    name_bindings();
    for (auto& [name, work] : decision_.work)
      std::sort(work.manifests.begin(), work.manifests.end(),
                [](const manifest::Manifest& a, const manifest::Manifest& b) {
                  return manifest::applies_before(a.key, b.key);
                });
    decision_.clusters = std::move(settings_.clusters);
    decision_.problems = sorted(std::move(decision_.problems));
    return std::move(decision_);
  }

 private:
  const Binding* previous_binding(const ObjectKey& key) const {
    const auto found = previous_.bindings.find(key);
    return found == previous_.bindings.end() ? nullptr : &found->second;
  }

  void decide_template(const Object& object) {
    const Binding* previous = previous_binding(object.key);
    if (const auto reason = override_fault(object, previous)) {
      hold(object.key, object.source, previous, *reason);
      return;
    }
    const placement::PropagationPolicy* policy =
        placement::is_skipped(object.key) ? nullptr : settings_.policies.choose(object);
    if (const auto reason = policy_fault(object, previous, policy)) {
      if (previous == nullptr) {
        report(object.key, object.source, *reason + "; it goes nowhere until then");
        return;
      }
      report(object.key, object.source, *reason + "; it keeps its previous decision until then");
      Binding binding = *previous;
      binding.kept = true;
      binding.api_version = object.api_version;
      render(object, std::move(binding));
      return;
    }
    if (policy == nullptr) {
      decision_.unmatched.push_back(object.key);
      return;
    }
    render(object, bind(object, *policy, previous));
  }

  Binding bind(const Object& object, const placement::PropagationPolicy& policy,
               const Binding* previous) {
    Binding binding;
    binding.object = object.key;
    binding.api_version = object.api_version;
    binding.policy = {policy.namespace_, policy.name, policy.source.file};
    binding.replicas = interpreter::replicas_of(object.tree);
    binding.placement = policy.placement.tree;
    binding.conflict_resolution = policy.conflict_resolution;
    binding.preserve_on_deletion = policy.preserve_on_deletion;
    placement::ScheduleRequest request;
    request.object = &object;
    request.placement = &policy.placement;
    request.replicas = binding.replicas;
    request.clusters = &settings_.clusters;
    request.previous = previous != nullptr ? &previous->schedule : nullptr;
    binding.schedule = placement::schedule(request);
    if (!binding.schedule.scheduled)
      decision_.problems.push_back(warning_at("not-scheduled", policy.source,
                                              binding.schedule.message, to_string(object.key)));
    if (previous != nullptr) keep_faulty_clusters(binding.schedule, previous->schedule);
    return binding;
  }

  // A cluster whose file cannot be read was chosen before: that stands.
  void keep_faulty_clusters(placement::Schedule& schedule,
                            const placement::Schedule& previous) const {
    for (const placement::TargetCluster& target : previous.clusters)
      if (settings_.faulty_clusters.contains(target.name)) schedule.clusters.push_back(target);
    std::sort(schedule.clusters.begin(), schedule.clusters.end(),
              [](const placement::TargetCluster& a, const placement::TargetCluster& b) {
                return a.name < b.name;
              });
  }

  // Builds the manifest of every target; clusters that the same override rules target share one.
  void render(const Object& object, Binding binding) {
    const overrides::OverrideIndex::Candidates candidates = settings_.overrides.candidates(object);
    binding.sources = sources(object, binding.policy, candidates);
    std::map<std::string, std::optional<manifest::Manifest>> rendered;
    for (const placement::TargetCluster& target : binding.schedule.clusters) {
      const overrides::Cluster* cluster = find_cluster(target.name);
      if (cluster == nullptr) continue;
      ClusterWork& work = decision_.work[target.name];
      if (binding.conflict_resolution == placement::ConflictResolution::overwrite)
        work.overwrite.insert(object.key);
      const std::string signature = overrides::signature(candidates, *cluster);
      auto found = rendered.find(signature);
      if (found == rendered.end())
        found =
            rendered
                .emplace(signature, build(object, binding,
                                          overrides::transforms(candidates, *cluster), target.name))
                .first;
      if (found->second) {
        work.manifests.push_back(*found->second);
      } else {
        work.held.insert(object.key);
      }
    }
    decision_.bindings.push_back(std::move(binding));
  }

  std::optional<manifest::Manifest> build(const Object& object, const Binding& binding,
                                          std::vector<manifest::Transform> transforms,
                                          const std::string& cluster) {
    if (binding.preserve_on_deletion) {
      transforms.emplace_back([](Json::Value& tree) -> Result<void> {
        set_annotation(tree, preserve_annotation, "true");
        return {};
      });
    }
    auto manifest = manifest::build_manifest(object, transforms, marks_);
    if (manifest) return std::move(*manifest);
    Error error = while_doing(std::move(manifest).error(), "rendering it for cluster " + cluster);
    const SourceRef where = error.where.file.empty() ? object.source : error.where;
    error.where = {};
    decision_.problems.push_back(
        error_at("render", where, to_string(error), to_string(object.key)));
    return std::nullopt;
  }

  std::vector<std::string> sources(const Object& object, const PolicyRef& policy,
                                   const overrides::OverrideIndex::Candidates& candidates) const {
    std::set<std::string> changers;
    for (const auto* list : {&candidates.cluster_scope, &candidates.namespace_scope})
      for (const overrides::OverridePolicy* candidate : *list)
        changers.insert(candidate->source.file);
    std::vector<std::string> files = {object.source.file, policy.source};
    files.insert(files.end(), changers.begin(), changers.end());
    return files;
  }

  const overrides::Cluster* find_cluster(const std::string& name) const {
    const auto found = std::lower_bound(
        settings_.clusters.begin(), settings_.clusters.end(), name,
        [](const overrides::Cluster& a, const std::string& b) { return a.name < b; });
    return found != settings_.clusters.end() && found->name == name ? &*found : nullptr;
  }

  // Why the object's override policies cannot be trusted now; nullopt if they can. A manifest
  // without one of its overrides is wrong, so the object then stays as it is.
  std::optional<std::string> override_fault(const Object& object, const Binding* previous) const {
    for (const FaultyPolicy& policy : settings_.faulty_overrides)
      if (may_select(policy, object)) return shown(policy) + ", which may change it, is in error";
    if (previous == nullptr) return std::nullopt;
    const std::vector<std::string>& before = previous->sources;
    std::vector<std::string> now;
    if (!decision_.faulty_files.empty())
      now = sources(object, previous->policy, settings_.overrides.candidates(object));
    for (std::size_t i = first_override_source; i < before.size(); ++i) {
      const bool gone = !now.empty() && std::find(now.begin() + first_override_source, now.end(),
                                                  before[i]) == now.end();
      const bool unread = catalog_.faulty_files.contains(before[i]) && !settled(before[i]);
      if (unread || (gone && decision_.faulty_files.contains(before[i])))
        return before[i] + ", which changed it before, is in error";
      if (gone && !decision_.unreadable.empty())
        return "an override policy of it left " + before[i] + " and may stand in " +
               decision_.unreadable + ", which cannot be read";
    }
    return std::nullopt;
  }

  // True if everything of a faulty file that steers was read after all: its fault lies in
  // templates, or in a policy that is listed as faulty by itself.
  bool settled(const std::string& file) const {
    for (const Problem& problem : catalog_.problems)
      if (problem.severity == Severity::error && problem.where.file == file &&
          problem.object.empty())
        return false;
    return true;
  }

  std::optional<std::string> policy_fault(const Object& object, const Binding* previous,
                                          const placement::PropagationPolicy* chosen) const {
    const auto same = [&](const placement::PropagationPolicy* policy) {
      return policy != nullptr && previous != nullptr &&
             policy->namespace_ == previous->policy.namespace_ &&
             policy->name == previous->policy.name;
    };
    if (same(chosen)) return std::nullopt;
    if (previous != nullptr && previous_policy_unreadable(*previous))
      return "its policy " + previous->policy.name + " (" + previous->policy.source +
             ") is in error";
    if (previous != nullptr && !decision_.unreadable.empty() &&
        !policy_names_.contains({previous->policy.namespace_, previous->policy.name}))
      return "its policy " + previous->policy.name + " may stand in " + decision_.unreadable +
             ", which cannot be read";
    for (const FaultyPolicy& policy : settings_.faulty_policies)
      if (may_select(policy, object)) return shown(policy) + ", which may select it, is in error";
    return std::nullopt;
  }

  bool previous_policy_unreadable(const Binding& previous) const {
    if (is_faulty_policy(previous.policy)) return true;
    const bool is_there =
        policy_names_.contains({previous.policy.namespace_, previous.policy.name});
    return !is_there && decision_.faulty_files.contains(previous.policy.source);
  }

  static std::string shown(const FaultyPolicy& policy) {
    const std::string& file = policy.source.file;
    return policy.kind + " " + policy.name + (file.empty() ? "" : " (" + file + ")");
  }

  bool is_faulty_policy(const PolicyRef& ref) const {
    for (const FaultyPolicy& policy : settings_.faulty_policies)
      if (policy.namespace_ == ref.namespace_ && policy.name == ref.name) return true;
    return false;
  }

  // Templates that were bound before and are not in the catalog because their file, or they
  // themselves, are in error.
  void keep_unreadable_templates() {
    std::set<ObjectKey> seen;
    for (const catalog::ObjectPtr& object : catalog_.templates) seen.insert(object->key);
    for (const auto& [key, binding] : previous_.bindings) {
      if (seen.contains(key)) continue;
      const std::string file = binding.sources.empty() ? std::string() : binding.sources.front();
      if (catalog_.faulty_objects.contains(key)) {
        hold(key, {file, 0, 0}, &binding, "it stands in the repository with an error");
      } else if (catalog_.faulty_files.contains(file)) {
        hold(key, {file, 0, 0}, &binding, "its file has an error");
      } else if (catalog_.doubtful_files.contains(file)) {
        hold(key, {file, 0, 0}, &binding, "its file holds a document that does not say what it is");
      } else if (!decision_.unreadable.empty()) {
        // It may have moved there: a deletion can wait until that is known.
        hold(
            key, {file, 0, 0}, &binding,
            "it left its file and may stand in " + decision_.unreadable + ", which cannot be read");
      }
    }
  }

  // The object is left on its clusters as it is.
  void hold(const ObjectKey& key, const SourceRef& where, const Binding* previous,
            const std::string& reason) {
    if (previous == nullptr) {
      report(key, where, reason + "; it goes nowhere until then");
      return;
    }
    report(key, where, reason + "; it stays as it was applied last");
    Binding binding = *previous;
    binding.kept = true;
    for (const placement::TargetCluster& target : binding.schedule.clusters) {
      const auto work = decision_.work.find(target.name);
      if (work != decision_.work.end()) work->second.held.insert(key);
    }
    decision_.bindings.push_back(std::move(binding));
  }

  void report(const ObjectKey& key, const SourceRef& where, std::string message) {
    decision_.undecided.insert(key);
    decision_.problems.push_back(error_at("kept", where, std::move(message), to_string(key)));
  }

  // Karmada's name leaves the group out, so two kinds may ask for one name (quirk Q1): all but the
  // first get the group added.
  void name_bindings() {
    std::set<std::pair<std::string, std::string>> taken;
    for (Binding& binding : decision_.bindings) {
      binding.name = binding_name(binding.object);
      while (!taken.emplace(binding.object.namespace_, binding.name).second)
        binding.name += "." + (binding.object.group.empty() ? "core" : binding.object.group);
    }
  }

  const catalog::Catalog& catalog_;
  const Previous& previous_;
  Settings settings_;
  std::set<std::pair<std::string, std::string>> policy_names_;
  manifest::Marks marks_;
  Decision decision_;
};

}  // namespace

std::string binding_name(const ObjectKey& object) {
  return lower(replace_all(object.name, ":", ".") + "-" + object.kind);
}

Decision decide(const Snapshot& snapshot, const Previous& previous) {
  return Pass(snapshot, previous).run();
}

}  // namespace flotilla::decision
