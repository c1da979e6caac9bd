#include "reconciler/decision/render.h"

#include "overrides/resolve.h"
#include "reconciler/decision/bookkeeping.h"
#include "reconciler/decision/explain.h"
#include "reconciler/decision/suspension.h"
#include "reconciler/decision/terms.h"
#include "reconciler/placement/divide.h"
#include "render/interpreter/native.h"

#include <algorithm>
#include <optional>

namespace flotilla::decision {

namespace {

using placement::TargetCluster;

constexpr std::string_view preserve_annotation = "flotilla.dev/preserve";
constexpr std::string_view conflict_annotation = "work.karmada.io/conflict-resolution";

bool is_divided(const Binding& binding) {
  const Json::Value* scheduling = find(binding.placement, "replicaScheduling");
  return scheduling != nullptr && get_string(*scheduling, "replicaSchedulingType") == "Divided";
}

class Renderer {
 public:
  Renderer(Entry& entry, const Binding& binding, const std::vector<TargetCluster>& clusters,
           const Rendering& rendering)
      : entry_(entry),
        object_(*entry.object),
        binding_(binding),
        settings_(rendering.settings),
        rendering_(rendering),
        candidates_(settings_.overrides.candidates(object_)),
        revises_(revises()) {
    divide_completions(clusters);
    for (const IgnoreRule& rule : settings_.fleet.ignore)
      if (!rule.clusters.empty() && rule.concerns(object_.key)) local_rules_.push_back(&rule);
  }

  void run(const std::vector<TargetCluster>& clusters) {
    std::map<std::string, Built> alike;
    for (const TargetCluster& target : clusters) {
      const overrides::Cluster* cluster = find_cluster(settings_, target.name);
      if (cluster == nullptr) continue;
      if (const std::string why = suspension_on(target.name); !why.empty()) {
        entry_.held.push_back(target.name);
        entry_.suspended[target.name] = why;
        continue;
      }
      const auto [found, added] = alike.try_emplace(signature(target, *cluster));
      if (added) found->second = build(target, *cluster);
      const Built& built = found->second;
      if (built.manifest == nullptr || built.suspended) {
        entry_.held.push_back(target.name);
        if (built.suspended)
          entry_.suspended[target.name] =
              suspended_text(*built.suspended, std::string(suspend_annotation) + " on the object");
      } else {
        entry_.manifests.emplace_back(target.name, built.manifest);
      }
      if (rendering_.explanation != nullptr && !added) note_touches(target, *cluster);
    }
  }

 private:
  struct Built {
    manifest::ManifestPtr manifest;        // null: it failed, and that is said
    std::optional<std::string> suspended;  // by its own mark, with the reason
  };

  // By its policy. Of a Lazy one spec.suspension counts as it was when the policy acted last.
  std::string suspension_on(const std::string& cluster) const {
    if (binding_.suspension.holds(cluster)) return dispatching_text(binding_.policy);
    const PolicyRef& policy = binding_.policy;
    const auto found = settings_.policy_suspensions.find({policy.namespace_, policy.name});
    return found == settings_.policy_suspensions.end() ? "" : found->second.mark;
  }

  // Duplicated leaves the number as the template has it; a rule of the user's may do more than set
  // a number, so it is asked always.
  bool revises() const {
    const bool is_workload = binding_.replicas.value_or(0) > 0 || !binding_.requirements.isNull();
    if (!is_workload || !settings_.interpreter->has(interpreter::Operation::revise,
                                                    object_.api_version, object_.key.kind))
      return false;
    return is_divided(binding_) || !interpreter::native::has(interpreter::Operation::revise,
                                                             object_.api_version, object_.key.kind);
  }

  // Step 3: a Job whose parallelism is divided has its completions divided alike.
  void divide_completions(const std::vector<TargetCluster>& clusters) {
    if (object_.key.kind != "Job" || binding_.replicas.value_or(0) <= 0 || !is_divided(binding_))
      return;
    const Json::Value* completions = find_path(object_.tree, {"spec", "completions"});
    if (completions == nullptr || !completions->isInt()) return;  // it is an int32
    std::vector<placement::Share> weights;
    for (const TargetCluster& target : clusters)
      weights.push_back({target.name, target.replicas.value_or(0)});
    for (const placement::Share& share :
         placement::divide_by_weight(completions->asInt64(), weights, binding_.uid))
      completions_[share.name] = share.value;
  }

  std::optional<std::int64_t> replicas_of(const TargetCluster& target) const {
    return revises_ ? target.replicas : std::nullopt;
  }

  std::optional<std::int64_t> completions_of(const TargetCluster& target) const {
    const auto found = completions_.find(target.name);
    return found == completions_.end() ? std::nullopt : std::optional(found->second);
  }

  std::string signature(const TargetCluster& target, const overrides::Cluster& cluster) const {
    std::string text = overrides::signature(candidates_, cluster);
    if (const auto replicas = replicas_of(target)) text += "r" + std::to_string(*replicas);
    if (const auto completions = completions_of(target)) text += "c" + std::to_string(*completions);
    if (settings_.karmada) text += "@" + cluster.name;  // its Work has a namespace of its own
    for (const IgnoreRule* rule : local_rules_) text += rule->reaches(cluster.name) ? "i" : "-";
    return text;
  }

  std::vector<manifest::Transform> steps(const TargetCluster& target,
                                         const overrides::Cluster& cluster, manifest::Terms& terms,
                                         std::optional<std::string>& suspended) {
    std::vector<manifest::Transform> steps;
    if (const auto replicas = replicas_of(target)) {
      steps.emplace_back([this, replicas](Json::Value& tree) -> Result<void> {
        TRY_ASSIGN(tree, settings_.interpreter->revise(std::move(tree), *replicas));
        return {};
      });
    }
    if (const auto completions = completions_of(target)) {
      steps.emplace_back([completions](Json::Value& tree) -> Result<void> {
        if (Json::Value* spec = find_path(tree, {"spec"}); spec != nullptr && spec->isObject())
          (*spec)["completions"] = Json::Int64(*completions);
        return {};
      });
    }
    std::vector<overrides::Touch>* touches = rendering_.explanation == nullptr
                                                 ? nullptr
                                                 : &rendering_.explanation->touched[cluster.name];
    for (manifest::Transform& step : overrides::transforms(candidates_, cluster, touches))
      steps.push_back(std::move(step));
    steps.emplace_back([this, &cluster, &terms, &suspended](Json::Value& tree) -> Result<void> {
      suspended = suspend_mark(tree);
      TRY_ASSIGN(terms, read_terms(tree, object_, binding_, cluster.name, settings_));
      finish(tree, cluster, terms);
      return {};
    });
    return steps;
  }

  // Steps 5 to 9.
  void finish(Json::Value& tree, const overrides::Cluster& cluster, manifest::Terms& terms) const {
    // The object's own word counts, and an override may say it for one cluster.
    const std::string word = annotation(tree, conflict_annotation);
    terms.takes_over = word == "overwrite" ||
                       (word != "abort" &&
                        binding_.conflict_resolution == placement::ConflictResolution::overwrite);
    if (binding_.preserve_on_deletion) set_annotation(tree, preserve_annotation, "true");
    if (settings_.karmada) keep_books(tree, object_, binding_, cluster.name, terms.takes_over);
  }

  Built build(const TargetCluster& target, const overrides::Cluster& cluster) {
    Built built;
    manifest::Terms terms;
    auto manifest = manifest::build_manifest(
        object_, steps(target, cluster, terms, built.suspended), rendering_.marks);
    if (manifest) {
      manifest->terms = std::move(terms);
      built.manifest = std::make_shared<const manifest::Manifest>(std::move(*manifest));
      return built;
    }
    Error error =
        while_doing(std::move(manifest).error(), "rendering it for cluster " + cluster.name);
    const SourceRef where = error.where.file.empty() ? object_.source : error.where;
    error.where = {};
    entry_.problems.push_back(error_at("render", where, to_string(error), to_string(object_.key)));
    return built;
  }

  // A cluster that shares a manifest is touched like the one it was built for.
  void note_touches(const TargetCluster& target, const overrides::Cluster& cluster) {
    manifest::Terms ignored;
    std::optional<std::string> mark;
    (void)manifest::build_manifest(object_, steps(target, cluster, ignored, mark),
                                   rendering_.marks);
  }

  Entry& entry_;
  const Object& object_;
  const Binding& binding_;
  const Settings& settings_;
  const Rendering& rendering_;
  const overrides::OverrideIndex::Candidates candidates_;
  const bool revises_;
  std::vector<const IgnoreRule*> local_rules_;  // those that differ from cluster to cluster
  std::map<std::string, std::int64_t> completions_;
};

}  // namespace

void render(Entry& entry, const Binding& binding, const std::vector<TargetCluster>& clusters,
            const Rendering& rendering) {
  entry.manifests.clear();
  entry.held.clear();
  entry.suspended.clear();
  Renderer(entry, binding, clusters, rendering).run(clusters);
}

}  // namespace flotilla::decision
