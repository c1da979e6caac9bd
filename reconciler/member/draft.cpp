#include "reconciler/member/draft.h"

#include "render/base/text.h"
#include "render/document/changed_paths.h"
#include "render/document/json.h"
#include "render/manifest/ownership.h"

#include <algorithm>

namespace flotilla::member {
namespace {

constexpr std::size_t most_named = 5;

// What the native Retain rules look at, as it stands in canonical JSON. A word that turns up
// elsewhere in the manifest costs a look at the live object and nothing else. Under server-side
// apply the other native rules (lists and maps that the cluster adds to) have nothing to keep.
struct Retained {
  std::string_view group;
  std::string_view kind;
  std::string_view words;
};
constexpr Retained retained_natively[] = {
    {"apps", "Deployment", "\"resourcetemplate.karmada.io/retain-replicas\":\"true\""},
    {"batch", "Job", "\"selector\":"},
    {"", "PersistentVolume", "\"claimRef\":"},
    {"", "PersistentVolumeClaim", "\"volumeName\":"},
    {"", "Pod", "\"nodeName\":"},
    {"", "Pod", "\"serviceAccountName\":"},
    {"", "Secret", "\"kubernetes.io/service-account-token\""},
    {"", "Service", "\"clusterIP\":"},
    {"", "Service", "\"healthCheckNodePort\":"},
};

bool retains(const manifest::Manifest& manifest, const interpreter::Interpreter& interpreter) {
  if (interpreter.has_script(interpreter::Operation::retain, manifest.api_version,
                             manifest.key.kind))
    return true;
  return std::ranges::any_of(retained_natively, [&](const Retained& rule) {
    return rule.group == manifest.key.group && rule.kind == manifest.key.kind &&
           manifest.json->find(rule.words) != std::string::npos;
  });
}

std::string left_text(const manifest::LostField& field) {
  std::string text = field.path.starts_with('.') ? field.path.substr(1) : field.path;
  text += " is left ";
  if (field.manager.empty()) return text + "as it is";
  if (manifest::is_autoscaled(field))
    return text + "to the autoscaler that scaled it (" + field.manager + ")";
  return text + "to " + field.manager;
}

std::string left_text(const std::vector<manifest::LostField>& fields) {
  std::vector<std::string> parts;
  for (const manifest::LostField& field : fields) {
    if (parts.size() == most_named) {
      parts.push_back("and " + std::to_string(fields.size() - most_named) + " more");
      break;
    }
    parts.push_back(left_text(field));
  }
  return join(parts, ", ");
}

}  // namespace

bool needs_live(const manifest::Manifest& manifest, const interpreter::Interpreter& interpreter) {
  return !manifest.terms.ignored.empty() || retains(manifest, interpreter);
}

Result<Draft> make_draft(const manifest::Manifest& manifest,
                         const interpreter::Interpreter& interpreter, const Standing& standing) {
  Draft draft;
  TRY_ASSIGN(draft.tree, parse_json_fast(*manifest.json));
  set_annotation(draft.tree, manifest::digest_annotation, manifest.digest);
  set_annotation(draft.tree, manifest::origin_annotation, standing.origin);
  const Json::Value* metadata = find(standing.live, "metadata");
  if (metadata == nullptr) return draft;

  std::vector<manifest::LostField> lost = manifest::lost_fields(draft.tree, *metadata);
  std::vector<std::string> yielded = manifest.terms.ignored;
  for (const manifest::LostField& field : lost)
    if (manifest::is_autoscaled(field)) yielded.push_back(field.pointer);
  if (standing.whole && retains(manifest, interpreter)) {
    TRY_ASSIGN(Json::Value kept, interpreter.retain(draft.tree, standing.live));
    for (std::string& pointer : changed_paths(draft.tree, kept)) yielded.push_back(pointer);
    draft.tree = std::move(kept);
  }
  draft.changes = !standing.whole ||
                  annotation(standing.live, manifest::digest_annotation) != manifest.digest ||
                  annotation(standing.live, manifest::origin_annotation) != standing.origin;
  std::erase_if(lost, [&](const manifest::LostField& field) {
    if (manifest::is_under(field.pointer, yielded)) return false;
    draft.changes = true;
    return true;
  });
  if (yielded.empty()) return draft;
  draft.left = left_text(lost);
  draft.tree = manifest::yielding(std::move(draft.tree), *metadata, yielded);
  return draft;
}

}  // namespace flotilla::member
