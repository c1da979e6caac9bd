#include "reconciler/decision/terms.h"

#include "reconciler/decision/order.h"
#include "render/base/text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace flotilla::decision {

namespace {

using manifest::Drift;

constexpr std::string_view mutation_annotation = "client.lifecycle.config.k8s.io/mutation";
constexpr std::string_view recreate_annotation = "flotilla.dev/recreate";
constexpr std::string_view force_annotation = "kustomize.toolkit.fluxcd.io/force";
constexpr std::string_view options_annotation = "argocd.argoproj.io/sync-options";
constexpr std::string_view ignore_annotation = "flotilla.dev/ignore-differences";
constexpr std::string_view wave_annotation = "flotilla.dev/wave";
constexpr std::string_view sync_wave_annotation = "argocd.argoproj.io/sync-wave";

std::optional<Drift> drift_named(std::string_view word) {
  if (word == "Correct") return Drift::correct;
  if (word == "Report") return Drift::report;
  if (word == "Ignore") return Drift::ignore;
  return std::nullopt;
}

std::string drift_fault(std::string_view word) {
  return "is \"" + std::string(word) + "\", want Correct, Report or Ignore";
}

// Deleting one of these deletes what is in it, or what it stores.
bool is_never_recreated(const GroupKind& kind) {
  if (kind.group == "apiextensions.k8s.io") return kind.kind == "CustomResourceDefinition";
  return kind.group.empty() && (kind.kind == "Namespace" || kind.kind == "PersistentVolume" ||
                                kind.kind == "PersistentVolumeClaim");
}

class Annotations {
 public:
  Annotations(const Json::Value& tree, const Object& object)
      : written_(annotations_of(tree)), template_(annotations_of(object.tree)), object_(object) {}

  // nullopt if there is none; what is no text is the builder's to refuse.
  std::optional<std::string> text(std::string_view key) const {
    const Json::Value* value = written_ == nullptr ? nullptr : flotilla::find(*written_, key);
    if (value == nullptr || !value->isString()) return std::nullopt;
    return std::string(trim(value->asString()));
  }

  void fault(std::string_view key, const std::string& message) {
    if (faults_.empty()) where_ = place_of(key);
    faults_.push_back("annotation " + std::string(key) + " " + message);
  }

  Result<void> outcome() const {
    if (faults_.empty()) return {};
    return fail(Code::invalid, join(faults_, "; "), where_);
  }

 private:
  // An override may have set it: then its place in the template says nothing.
  SourceRef place_of(std::string_view key) const {
    const Json::Value* there = template_ == nullptr ? nullptr : flotilla::find(*template_, key);
    if (there == nullptr || !same(*there, *flotilla::find(*written_, key))) return object_.source;
    return at(*there, object_.source.file);
  }

  const Json::Value* written_;
  const Json::Value* template_;
  const Object& object_;
  std::vector<std::string> faults_;
  SourceRef where_;
};

Drift read_drift(Annotations& annotations, const Binding& binding, const Settings& settings) {
  if (const auto word = annotations.text(drift_annotation)) {
    if (const auto drift = drift_named(*word)) return *drift;
    annotations.fault(drift_annotation, drift_fault(*word));
  }
  if (annotations.text(mutation_annotation) == "ignore") return Drift::ignore;
  const std::pair policy{binding.policy.namespace_, binding.policy.name};
  if (const auto said = settings.policy_drift.find(policy); said != settings.policy_drift.end())
    return said->second;
  // What a policy in error says about it is not known: nothing is corrected against its word.
  if (!policy.second.empty() && !settings.policy_names.contains(policy)) return Drift::report;
  return settings.fleet.drift;
}

bool read_recreate(Annotations& annotations, const GroupKind& kind) {
  if (is_never_recreated(kind)) return false;
  if (const auto word = annotations.text(recreate_annotation)) {
    if (*word == "true" || *word == "false") return *word == "true";
    annotations.fault(recreate_annotation, "is \"" + *word + "\", want \"true\" or \"false\"");
  }
  if (lower(annotations.text(force_annotation).value_or("")) == "enabled") return true;
  for (const std::string& option : split(annotations.text(options_annotation).value_or(""), ','))
    if (trim(option) == "Force=true") return true;
  return false;
}

std::vector<std::string> read_ignored(Annotations& annotations, const ObjectKey& key,
                                      const std::string& cluster, const Settings& settings) {
  std::vector<std::string> pointers;
  for (const IgnoreRule& rule : settings.fleet.ignore)
    if (rule.concerns(key) && rule.reaches(cluster))
      pointers.insert(pointers.end(), rule.pointers.begin(), rule.pointers.end());
  std::string text = annotations.text(ignore_annotation).value_or("");
  for (char& c : text)
    if (c == ',' || c == '\n' || c == '\t' || c == '\r') c = ' ';
  for (const std::string& pointer : split(text, ' ')) {
    if (pointer.empty()) continue;
    if (const std::string fault = pointer_fault(pointer); !fault.empty())
      annotations.fault(ignore_annotation, fault);
    else
      pointers.push_back(pointer);
  }
  std::sort(pointers.begin(), pointers.end());
  pointers.erase(std::unique(pointers.begin(), pointers.end()), pointers.end());
  return pointers;
}

std::int64_t read_wave(Annotations& annotations) {
  for (const std::string_view key : {wave_annotation, sync_wave_annotation}) {
    const auto text = annotations.text(key);
    if (!text) continue;
    std::int64_t wave = 0;
    const char* end = text->data() + text->size();
    const auto [rest, fault] = std::from_chars(text->data(), end, wave);
    if (fault == std::errc() && rest == end) return wave;
    annotations.fault(key, "is \"" + *text + "\", want a whole number");
    return 0;
  }
  return 0;
}

std::vector<ObjectKey> read_depends_on(Annotations& annotations) {
  std::vector<ObjectKey> all;
  for (const std::string_view key : depends_on_annotations) {
    const auto text = annotations.text(key);
    if (!text) continue;
    const auto keys = parse_depends_on(*text);
    if (keys)
      all.insert(all.end(), keys->begin(), keys->end());
    else
      annotations.fault(key, keys.error().message);
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace

std::string unit_of(const PolicyRef& policy) {
  if (policy.name.empty()) return "";
  if (policy.namespace_.empty()) return "ClusterPropagationPolicy " + policy.name;
  return "PropagationPolicy " + policy.namespace_ + "/" + policy.name;
}

std::optional<Drift> read_policy_drift(const Object& policy, Problems& problems) {
  const Json::Value* annotations = annotations_of(policy.tree);
  const Json::Value* written =
      annotations == nullptr ? nullptr : find(*annotations, drift_annotation);
  if (written == nullptr || written->isNull()) return std::nullopt;
  const auto drift = written->isString() ? drift_named(written->asString()) : std::nullopt;
  const std::string fault = written->isString() ? drift_fault(written->asString())
                                                : "is " + std::string(type_name(*written)) +
                                                      ", want Correct, Report or Ignore";
  if (!drift)
    problems.push_back(error_at("invalid-value", at(*written, policy.source.file),
                                "annotation " + std::string(drift_annotation) + " " + fault,
                                to_string(policy.key)));
  return drift;
}

Result<manifest::Terms> read_terms(const Json::Value& tree, const Object& object,
                                   const Binding& binding, const std::string& cluster,
                                   const Settings& settings) {
  Annotations annotations(tree, object);
  manifest::Terms terms;
  terms.drift = read_drift(annotations, binding, settings);
  terms.recreate = read_recreate(annotations, object.key.group_kind());
  terms.ignored = read_ignored(annotations, object.key, cluster, settings);
  terms.unit = unit_of(binding.policy);
  terms.wave = read_wave(annotations);
  terms.depends_on = read_depends_on(annotations);
  TRY(annotations.outcome());
  return terms;
}

}  // namespace flotilla::decision
