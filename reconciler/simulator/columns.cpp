#include "reconciler/simulator/columns.h"

#include "reconciler/simulator/table.h"
#include "render/base/text.h"

#include <map>

namespace flotilla::simulator {

namespace {

using Value = Json::Value;

Value age(const Value& object) {
  return age_of(get_string(object, {"metadata", "creationTimestamp"}));
}

std::int64_t number_at(const Value& object, const char* part, const char* key) {
  const Value* map = find(object, part);
  return map != nullptr ? get_int(*map, key).value_or(0) : 0;
}

template <const char* const& part, const char* const& key>
Value count(const Value& object) {
  return static_cast<Json::Int64>(number_at(object, part, key));
}

const char* const spec = "spec";
const char* const status = "status";
const char* const replicas = "replicas";
const char* const updated = "updatedReplicas";
const char* const available = "availableReplicas";
const char* const ready_replicas = "readyReplicas";
const char* const desired = "desiredNumberScheduled";
const char* const current = "currentNumberScheduled";
const char* const number_ready = "numberReady";
const char* const up_to_date = "updatedNumberScheduled";
const char* const number_available = "numberAvailable";

Value ready(const Value& object) {
  return std::to_string(number_at(object, status, ready_replicas)) + "/" +
         std::to_string(number_at(object, spec, replicas));
}

Value completions(const Value& object) {
  return std::to_string(number_at(object, status, "succeeded")) + "/" +
         std::to_string(number_at(object, spec, "completions"));
}

Value job_state(const Value& object) {
  return object["status"].isMember("completionTime") ? "Complete" : "Running";
}
Value duration(const Value& object) {
  return object["status"].isMember("startTime")
             ? Value(age_of(get_string(object, {"status", "startTime"})))
             : Value("");
}

template <class... Keys>
Value text(const Value& object, const char* otherwise, Keys... keys) {
  const std::string found = get_string(object, {keys...});
  return found.empty() ? std::string(otherwise) : found;
}

Value phase(const Value& object) { return text(object, "", "status", "phase"); }

Value data_size(const Value& object) {
  Json::UInt64 size = 0;
  for (const char* part : {"data", "binaryData"})
    if (const Value* data = find(object, part)) size += data->size();
  return size;
}

Value service_ports(const Value& object) {
  std::vector<std::string> texts;
  if (const Value* ports = find_path(object, {"spec", "ports"});
      ports != nullptr && ports->isArray())
    for (const Value& port : *ports)
      texts.push_back(std::to_string(get_int(port, "port").value_or(0)) + "/" +
                      get_string(port, "protocol"));
  return texts.empty() ? "<none>" : join(texts, ",");
}

Value external_ip(const Value& object) {
  return get_string(object, {"spec", "type"}) == "LoadBalancer" ? "<pending>" : "<none>";
}

Value hosts(const Value& object) {
  std::vector<std::string> names;
  if (const Value* rules = find_path(object, {"spec", "rules"});
      rules != nullptr && rules->isArray())
    for (const Value& rule : *rules)
      if (const std::string host = get_string(rule, "host"); !host.empty()) names.push_back(host);
  return names.empty() ? "*" : join(names, ",");
}

Value images(const Value& object) {
  std::vector<std::string> names;
  if (const Value* containers = find_path(object, {"spec", "template", "spec", "containers"}))
    for (const Value& container : *containers) names.push_back(get_string(container, "image"));
  return join(names, ",");
}

Value any_text(const Value& object, const char* key) {
  const Value* value = find_path(object, {"spec", key});
  return value == nullptr    ? Value("N/A")
         : value->isString() ? *value
                             : Value(std::to_string(value->asInt64()));
}

const BuiltinColumn age_column{"Age", "string", 0, &age};

std::map<std::string, std::vector<BuiltinColumn>> make_columns() {
  const auto role = [](const Value& object) -> Value {
    return get_string(object, {"roleRef", "kind"}) + "/" + get_string(object, {"roleRef", "name"});
  };
  std::map<std::string, std::vector<BuiltinColumn>> columns{
      {"deployments.apps",
       {{"Ready", "string", 0, &ready},
        {"Up-to-date", "string", 0, &count<status, updated>},
        {"Available", "string", 0, &count<status, available>},
        age_column,
        {"Images", "string", 1, &images}}},
      {"statefulsets.apps",
       {{"Ready", "string", 0, &ready}, age_column, {"Images", "string", 1, &images}}},
      {"daemonsets.apps",
       {{"Desired", "integer", 0, &count<status, desired>},
        {"Current", "integer", 0, &count<status, current>},
        {"Ready", "integer", 0, &count<status, number_ready>},
        {"Up-to-date", "integer", 0, &count<status, up_to_date>},
        {"Available", "integer", 0, &count<status, number_available>},
        {"Node Selector", "string", 0, [](const Value&) -> Value { return "<none>"; }},
        age_column}},
      {"replicasets.apps",
       {{"Desired", "integer", 0, &count<spec, replicas>},
        {"Current", "integer", 0, &count<status, replicas>},
        {"Ready", "integer", 0, &count<status, ready_replicas>},
        age_column}},
      {"jobs.batch",
       {{"Status", "string", 0, &job_state},
        {"Completions", "string", 0, &completions},
        {"Duration", "string", 0, &duration},
        age_column}},
      {"configmaps", {{"Data", "string", 0, &data_size}, age_column}},
      {"secrets",
       {{"Type", "string", 0, [](const Value& o) { return text(o, "", "type"); }},
        {"Data", "string", 0, &data_size},
        age_column}},
      {"services",
       {{"Type", "string", 0, [](const Value& o) { return text(o, "", "spec", "type"); }},
        {"Cluster-IP", "string", 0,
         [](const Value& o) { return text(o, "<none>", "spec", "clusterIP"); }},
        {"External-IP", "string", 0, &external_ip},
        {"Port(s)", "string", 0, &service_ports},
        age_column}},
      {"serviceaccounts",
       {{"Secrets", "string", 0,
         [](const Value& o) -> Value { return Json::UInt64{o.get("secrets", Value()).size()}; }},
        age_column}},
      {"namespaces", {{"Status", "string", 0, &phase}, age_column}},
      {"rolebindings.rbac.authorization.k8s.io", {{"Role", "string", 0, role}, age_column}},
      {"clusterrolebindings.rbac.authorization.k8s.io", {{"Role", "string", 0, role}, age_column}}};
  columns["clusterroles.rbac.authorization.k8s.io"] = columns["roles.rbac.authorization.k8s.io"] =
      columns["customresourcedefinitions.apiextensions.k8s.io"] = {
          {"Created At", "date", 0,
           [](const Value& o) { return text(o, "", "metadata", "creationTimestamp"); }}};
  columns["ingresses.networking.k8s.io"] = {
      {"Class", "string", 0,
       [](const Value& o) { return text(o, "<none>", "spec", "ingressClassName"); }},
      {"Hosts", "string", 0, &hosts},
      {"Address", "string", 0, [](const Value&) -> Value { return ""; }},
      {"Ports", "string", 0,
       [](const Value& o) -> Value { return o["spec"].isMember("tls") ? "80, 443" : "80"; }},
      age_column};
  columns["poddisruptionbudgets.policy"] = {
      {"Min Available", "string", 0, [](const Value& o) { return any_text(o, "minAvailable"); }},
      {"Max Unavailable", "string", 0,
       [](const Value& o) { return any_text(o, "maxUnavailable"); }},
      {"Allowed Disruptions", "integer", 0,
       [](const Value& o) -> Value {
         return Json::Int64{number_at(o, status, "disruptionsAllowed")};
       }},
      age_column};
  columns["persistentvolumeclaims"] = {
      {"Status", "string", 0, &phase},
      {"Volume", "string", 0, [](const Value& o) { return text(o, "", "spec", "volumeName"); }},
      {"Capacity", "string", 0,
       [](const Value& o) { return text(o, "", "status", "capacity", "storage"); }},
      {"Access Modes", "string", 0,
       [](const Value& o) -> Value { return join(get_strings(o["spec"], "accessModes"), ","); }},
      {"StorageClass", "string", 0,
       [](const Value& o) { return text(o, "", "spec", "storageClassName"); }},
      age_column};
  columns["cronjobs.batch"] = {
      {"Schedule", "string", 0, [](const Value& o) { return text(o, "", "spec", "schedule"); }},
      {"Timezone", "string", 0,
       [](const Value& o) { return text(o, "<none>", "spec", "timeZone"); }},
      {"Suspend", "boolean", 0,
       [](const Value& o) -> Value {
         return get_bool(o["spec"], "suspend", false) ? "True" : "False";
       }},
      {"Active", "integer", 0, [](const Value&) -> Value { return 0; }},
      {"Last Schedule", "string", 0, [](const Value&) -> Value { return "<none>"; }},
      age_column};
  return columns;
}

}  // namespace

const std::vector<BuiltinColumn>* columns_of(const std::string& kind_id) {
  static const std::map<std::string, std::vector<BuiltinColumn>> columns = make_columns();
  const auto found = columns.find(kind_id);
  return found == columns.end() ? nullptr : &found->second;
}

}  // namespace flotilla::simulator
