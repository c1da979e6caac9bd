#include "render/interpreter/native_rules.h"

namespace flotilla::interpreter::native {

// A Pod is missing: it stands for one replica and cannot become more.
Rules<ReviseRule> revise_rules() {
  static constexpr KindRule<ReviseRule> rules[] = {
      {"apps/v1", "Deployment", "replicas"},
      {"apps/v1", "ReplicaSet", "replicas"},
      {"apps/v1", "StatefulSet", "replicas"},
      {"batch/v1", "Job", "parallelism"},
  };
  return rules;
}

// Karmada leaves an omitted field omitted and relies on its API server to have filled it in; a file
// has no such server (26.3).
Result<Json::Value> revise(Json::Value object, std::int64_t replicas) {
  const ReviseRule field = rule_for(revise_rules(), object);
  if (field == nullptr) return no_rule(Operation::revise, object);
  {
    Reading reading(object);
    reading.root().at("spec").at(field).number();
    TRY(reading.done());
  }
  TRY_ASSIGN(Json::Value * spec, map_at(object, {"spec"}));
  (*spec)[field] = static_cast<Json::Int64>(replicas);
  return object;
}

}  // namespace flotilla::interpreter::native
