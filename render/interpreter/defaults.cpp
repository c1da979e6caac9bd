#include "render/interpreter/native_rules.h"

namespace flotilla::interpreter::native {

namespace {

bool omitted(const Json::Value& spec, std::string_view field) {
  const Json::Value* value = find(spec, field);
  return value == nullptr || value->isNull();
}

// completions alone may stay open: then one success is enough for any parallelism.
void default_job(Json::Value& spec) {
  if (omitted(spec, "completions") && omitted(spec, "parallelism")) {
    spec["completions"] = 1;
    spec["parallelism"] = 1;
  }
  if (omitted(spec, "parallelism")) spec["parallelism"] = 1;
}

}  // namespace

void set_defaults(Json::Value& object) {
  if (!object.isObject()) return;
  const std::string api_version = get_string(object, "apiVersion");
  const std::string kind = get_string(object, "kind");
  const bool workload = api_version == "apps/v1" &&
                        (kind == "Deployment" || kind == "ReplicaSet" || kind == "StatefulSet");
  const bool job = api_version == "batch/v1" && kind == "Job";
  const bool service = api_version == "v1" && kind == "Service";
  if (!workload && !job && !service) return;

  const auto spec = map_at(object, {"spec"});
  if (!spec) return;  // the rules say what is wrong with it
  if (workload && omitted(**spec, "replicas")) (**spec)["replicas"] = 1;
  if (job) default_job(**spec);
  if (service && omitted(**spec, "type")) (**spec)["type"] = "ClusterIP";
}

}  // namespace flotilla::interpreter::native
