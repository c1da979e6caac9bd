#include "render/interpreter/native_rules.h"

namespace flotilla::interpreter::native {

namespace {

enum class Defaulted { nothing, workload, job, service };

Defaulted kind_of(const Json::Value& object) {
  const std::string api_version = get_string(object, "apiVersion");
  const std::string kind = get_string(object, "kind");
  if (api_version == "apps/v1" &&
      (kind == "Deployment" || kind == "ReplicaSet" || kind == "StatefulSet"))
    return Defaulted::workload;
  if (api_version == "batch/v1" && kind == "Job") return Defaulted::job;
  if (api_version == "v1" && kind == "Service") return Defaulted::service;
  return Defaulted::nothing;
}

bool omitted(const Json::Value& spec, std::string_view field) {
  const Json::Value* value = find(spec, field);
  return value == nullptr || value->isNull();
}

// The field whose absence tells that nobody has set defaults.
const char* field_of(Defaulted kind) {
  if (kind == Defaulted::workload) return "replicas";
  return kind == Defaulted::job ? "parallelism" : "type";
}

// completions alone may stay open: then one success is enough for any parallelism.
void default_job(Json::Value& spec) {
  if (omitted(spec, "completions")) spec["completions"] = 1;
  spec["parallelism"] = 1;
}

}  // namespace

bool lacks_defaults(const Json::Value& object) {
  const Defaulted kind = object.isObject() ? kind_of(object) : Defaulted::nothing;
  if (kind == Defaulted::nothing) return false;
  const Json::Value* spec = find(object, "spec");
  return spec == nullptr || omitted(*spec, field_of(kind));
}

void set_defaults(Json::Value& object) {
  if (!lacks_defaults(object)) return;
  const auto spec = map_at(object, {"spec"});
  if (!spec) return;  // the rules say what is wrong with it
  switch (kind_of(object)) {
    case Defaulted::workload:
      (**spec)["replicas"] = 1;
      return;
    case Defaulted::job:
      return default_job(**spec);
    case Defaulted::service:
      (**spec)["type"] = "ClusterIP";
      return;
    case Defaulted::nothing:
      return;
  }
}

}  // namespace flotilla::interpreter::native
