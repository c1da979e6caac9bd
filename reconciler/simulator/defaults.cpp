#include "reconciler/simulator/defaults.h"

#include "reconciler/simulator/pod_defaults.h"
#include "reconciler/simulator/quantity.h"
#include "render/base/text.h"
#include "render/document/json.h"

#include <cstdint>
#include <map>

namespace flotilla::simulator {

namespace {

void deployment_defaults(Json::Value& spec) {
  otherwise(spec, "replicas", 1);
  otherwise(spec, "revisionHistoryLimit", 10);
  otherwise(spec, "progressDeadlineSeconds", 600);
  Json::Value& strategy = inner(spec, "strategy");
  otherwise(strategy, "type", "RollingUpdate");
  if (strategy["type"] == "RollingUpdate") {
    Json::Value& rolling = inner(strategy, "rollingUpdate");
    otherwise(rolling, "maxUnavailable", "25%");
    otherwise(rolling, "maxSurge", "25%");
  }
  template_defaults(spec);
}

void stateful_set_defaults(Json::Value& spec) {
  otherwise(spec, "replicas", 1);
  otherwise(spec, "revisionHistoryLimit", 10);
  otherwise(spec, "podManagementPolicy", "OrderedReady");
  Json::Value& retention = inner(spec, "persistentVolumeClaimRetentionPolicy");
  otherwise(retention, "whenDeleted", "Retain");
  otherwise(retention, "whenScaled", "Retain");
  Json::Value& strategy = inner(spec, "updateStrategy");
  otherwise(strategy, "type", "RollingUpdate");
  if (strategy["type"] == "RollingUpdate")
    otherwise(inner(strategy, "rollingUpdate"), "partition", 0);
  if (spec.isMember("volumeClaimTemplates") && spec["volumeClaimTemplates"].isArray())
    for (Json::Value& claim : spec["volumeClaimTemplates"]) {
      claim["apiVersion"] = "v1";
      claim["kind"] = "PersistentVolumeClaim";
      otherwise(inner(claim, "spec"), "volumeMode", "Filesystem");
      otherwise(inner(claim, "status"), "phase", "Pending");
    }
  template_defaults(spec);
}

void daemon_set_defaults(Json::Value& spec) {
  otherwise(spec, "revisionHistoryLimit", 10);
  Json::Value& strategy = inner(spec, "updateStrategy");
  otherwise(strategy, "type", "RollingUpdate");
  if (strategy["type"] == "RollingUpdate") {
    otherwise(inner(strategy, "rollingUpdate"), "maxUnavailable", 1);
    otherwise(inner(strategy, "rollingUpdate"), "maxSurge", 0);
  }
  template_defaults(spec);
}

void job_defaults(Json::Value& spec) {
  otherwise(spec, "parallelism", 1);
  otherwise(spec, "completions", 1);
  otherwise(spec, "backoffLimit", 6);
  otherwise(spec, "completionMode", "NonIndexed");
  otherwise(spec, "suspend", false);
  otherwise(spec, "manualSelector", false);
  otherwise(spec, "podReplacementPolicy", "TerminatingOrFailed");
  template_defaults(spec);
}

void cron_job_defaults(Json::Value& spec) {
  otherwise(spec, "concurrencyPolicy", "Allow");
  otherwise(spec, "suspend", false);
  otherwise(spec, "successfulJobsHistoryLimit", 3);
  otherwise(spec, "failedJobsHistoryLimit", 1);
  Json::Value& job = inner(spec, "jobTemplate");
  inner(job, "metadata");
  template_defaults(inner(job, "spec"));
}

void service_defaults(Json::Value& spec) {
  otherwise(spec, "type", "ClusterIP");
  otherwise(spec, "sessionAffinity", "None");
  const std::string type = spec["type"].asString();
  if (type != "ExternalName") {
    otherwise(spec, "internalTrafficPolicy", "Cluster");
    otherwise(spec, "ipFamilyPolicy", "SingleStack");
    if (!spec["ipFamilies"].isArray())
      spec["ipFamilies"] = Json::Value(Json::arrayValue), spec["ipFamilies"].append("IPv4");
  }
  if (type == "LoadBalancer" || type == "NodePort")
    otherwise(spec, "externalTrafficPolicy", "Cluster");
  if (type == "LoadBalancer") otherwise(spec, "allocateLoadBalancerNodePorts", true);
  if (!spec.isMember("ports") || !spec["ports"].isArray()) return;
  for (Json::Value& port : spec["ports"]) {
    if (!port.isObject()) continue;
    otherwise(port, "protocol", "TCP");
    if (type != "ExternalName") otherwise(port, "targetPort", port["port"]);
  }
}

void secret_defaults(Json::Value& object) {
  otherwise(object, "type", "Opaque");
  if (!object.isMember("stringData")) return;
  for (const std::string& key : object["stringData"].getMemberNames())
    object["data"][key] = base64_encode(object["stringData"][key].asString());
  object.removeMember("stringData");
}

void namespace_defaults(Json::Value& object) {
  inner(inner(object, "metadata"), "labels")["kubernetes.io/metadata.name"] =
      get_string(object, {"metadata", "name"});
}

void definition_defaults(Json::Value& object) {
  Json::Value& names = inner(inner(object, "spec"), "names");
  const std::string kind = get_string(names, "kind");
  otherwise(names, "singular", lower(kind));
  otherwise(names, "listKind", kind + "List");
  otherwise(inner(object["spec"], "conversion"), "strategy", "None");
  Json::Value& status = inner(object, "status");
  if (!status["storedVersions"].isArray()) {
    status["storedVersions"] = Json::Value(Json::arrayValue);
    if (object["spec"]["versions"].isArray())
      for (const Json::Value& version : object["spec"]["versions"])
        if (get_bool(version, "storage", false)) status["storedVersions"].append(version["name"]);
  }
}

void other_defaults(const std::string& id, Json::Value& object) {
  if (id == "persistentvolumeclaims") {
    otherwise(inner(object, "spec"), "volumeMode", "Filesystem");
    otherwise(inner(object, "status"), "phase", "Pending");
  } else if (id == "pods") {
    pod_defaults(inner(object, "spec"));
    otherwise(object["spec"], "enableServiceLinks", true);
    otherwise(object["spec"], "priority", 0);
    otherwise(object["spec"], "preemptionPolicy", "PreemptLowerPriority");
    otherwise(inner(object, "status"), "phase", "Pending");
    otherwise(object["status"], "qosClass", "BestEffort");
  } else if (id == "networkpolicies.networking.k8s.io") {
    Json::Value& types = inner(object, "spec")["policyTypes"];
    if (!types.isArray()) {
      types = Json::Value(Json::arrayValue);
      types.append("Ingress");
      if (object["spec"].isMember("egress")) types.append("Egress");
    }
  } else if (id == "horizontalpodautoscalers.autoscaling") {
    otherwise(inner(object, "spec"), "minReplicas", 1);
    Json::Value metric(Json::objectValue);
    metric["type"] = "Resource";
    metric["resource"]["name"] = "cpu";
    metric["resource"]["target"]["type"] = "Utilization";
    metric["resource"]["target"]["averageUtilization"] = 80;
    Json::Value metrics(Json::arrayValue);
    metrics.append(std::move(metric));
    otherwise(object["spec"], "metrics", std::move(metrics));
  } else if (id == "storageclasses.storage.k8s.io") {
    otherwise(object, "reclaimPolicy", "Delete");
    otherwise(object, "volumeBindingMode", "Immediate");
  } else if (id.ends_with("rolebindings.rbac.authorization.k8s.io") &&
             object.isMember("subjects")) {
    for (Json::Value& subject : object["subjects"])
      if (subject.isObject() && get_string(subject, "kind") != "ServiceAccount")
        otherwise(subject, "apiGroup", "rbac.authorization.k8s.io");
  } else if (id == "ingresses.networking.k8s.io" || id == "services") {
    inner(inner(object, "status"), "loadBalancer");
  }
}

void apply_schema_defaults(Json::Value& value, const Schema& schema) {
  if (value.isArray() && schema.kind == Schema::Kind::list)
    for (Json::Value& entry : value) apply_schema_defaults(entry, *schema.items);
  if (!value.isObject()) return;
  if (schema.kind == Schema::Kind::map)
    for (Json::Value& entry : value) apply_schema_defaults(entry, *schema.items);
  for (const auto& [name, field] : schema.fields) {
    if (!value.isMember(name) && !field.otherwise.isNull()) value[name] = field.otherwise;
    if (value.isMember(name)) apply_schema_defaults(value[name], *field.schema);
  }
}

void canonical_quantities(Json::Value& value, const Schema& schema) {
  if (schema.kind == Schema::Kind::quantity && (value.isString() || value.isNumeric()))
    value = canonical_quantity(value);
  if (value.isArray() && schema.items != nullptr)
    for (Json::Value& entry : value) canonical_quantities(entry, *schema.items);
  if (!value.isObject() || schema.kind == Schema::Kind::any) return;
  for (auto it = value.begin(); it != value.end(); ++it)
    if (const Schema* child = child_of(schema, it.name())) canonical_quantities(*it, *child);
}

// What the types of a new object's status print even when empty.
void status_defaults(const std::string& id, const Schema& schema, Json::Value& object) {
  if (!schema.fields.contains("status")) return;
  Json::Value& status = inner(object, "status");
  static const std::map<std::string, std::vector<const char*>> counted{
      {"statefulsets.apps", {"replicas", "availableReplicas"}},
      {"replicasets.apps", {"replicas"}},
      {"replicationcontrollers", {"replicas"}},
      {"daemonsets.apps",
       {"currentNumberScheduled", "desiredNumberScheduled", "numberMisscheduled", "numberReady"}},
      {"poddisruptionbudgets.policy",
       {"currentHealthy", "desiredHealthy", "disruptionsAllowed", "expectedPods"}},
      {"horizontalpodautoscalers.autoscaling", {"desiredReplicas"}}};
  if (const auto found = counted.find(id); found != counted.end())
    for (const char* name : found->second) otherwise(status, name, 0);
}

// Typed servers do not keep nulls.
void drop_nulls(Json::Value& value) {
  if (value.isArray())
    for (Json::Value& entry : value) drop_nulls(entry);
  if (!value.isObject()) return;
  for (const std::string& name : value.getMemberNames()) {
    if (value[name].isNull()) {
      value.removeMember(name);
    } else {
      drop_nulls(value[name]);
    }
  }
}

void prune(Json::Value& value, const Schema& schema, const std::string& path,
           std::vector<std::string>& dropped) {
  if (value.isArray() && schema.kind == Schema::Kind::list) {
    for (Json::ArrayIndex i = 0; i < value.size(); ++i)
      prune(value[i], *schema.items, path + "[" + std::to_string(i) + "]", dropped);
    return;
  }
  if (!value.isObject() || schema.kind == Schema::Kind::any) return;
  for (const std::string& name : value.getMemberNames()) {
    const std::string here = path.empty() ? name : path + "." + name;
    if (const Schema* child = child_of(schema, name)) {
      prune(value[name], *child, here, dropped);
    } else if (schema.kind == Schema::Kind::structure) {
      value.removeMember(name);
      dropped.push_back(here);
    }
  }
}

}  // namespace

void set_defaults(const Kind& kind, const Schema& schema, Json::Value& object) {
  if (kind.custom) return apply_schema_defaults(object, schema);
  drop_nulls(object);
  canonical_quantities(object, schema);
  const std::string id = kind.id();
  Json::Value& spec = object["spec"];
  if (!spec.isObject()) object.removeMember("spec");
  if (id == "deployments.apps")
    deployment_defaults(inner(object, "spec"));
  else if (id == "statefulsets.apps")
    stateful_set_defaults(inner(object, "spec"));
  else if (id == "daemonsets.apps")
    daemon_set_defaults(inner(object, "spec"));
  else if (id == "replicasets.apps")
    otherwise(inner(object, "spec"), "replicas", 1), template_defaults(object["spec"]);
  else if (id == "jobs.batch")
    job_defaults(inner(object, "spec"));
  else if (id == "cronjobs.batch")
    cron_job_defaults(inner(object, "spec"));
  else if (id == "services")
    service_defaults(inner(object, "spec"));
  else if (id == "secrets")
    secret_defaults(object);
  else if (id == "namespaces")
    namespace_defaults(object);
  else if (id == "customresourcedefinitions.apiextensions.k8s.io")
    definition_defaults(object);
  other_defaults(id, object);
  status_defaults(id, schema, object);
}

void set_creation_defaults(const Kind& kind, Json::Value& object, std::uint64_t serial) {
  const std::string id = kind.id();
  if (id == "services" && get_string(object, {"spec", "type"}) != "ExternalName") {
    Json::Value& spec = object["spec"];
    const std::string address = "10." + std::to_string(serial >> 16 & 127) + "." +
                                std::to_string(serial >> 8 & 255) + "." +
                                std::to_string(serial & 255);
    otherwise(spec, "clusterIP", address);
    if (spec["clusterIP"] == "") spec["clusterIP"] = address;
    spec["clusterIPs"] = Json::Value(Json::arrayValue);
    spec["clusterIPs"].append(spec["clusterIP"]);
    const std::string type = get_string(spec, "type");
    if ((type == "LoadBalancer" || type == "NodePort") && spec["ports"].isArray()) {
      std::uint64_t node_port = serial * 16;
      for (Json::Value& port : spec["ports"])
        otherwise(port, "nodePort", Json::UInt64{30000 + node_port++ % 2768});
    }
  }
  if (id == "namespaces") {
    Json::Value& finalizers = inner(object, "spec")["finalizers"];
    finalizers = Json::Value(Json::arrayValue);
    finalizers.append("kubernetes");
    inner(object, "status")["phase"] = "Active";
  }
  if (id == "jobs.batch" && !get_bool(object["spec"], "manualSelector", false)) {
    const std::string uid = get_string(object, {"metadata", "uid"});
    for (Json::Value* labels : {&inner(object["metadata"], "labels"),
                                &inner(object["spec"]["template"]["metadata"], "labels")}) {
      for (const char* key : {"batch.kubernetes.io/controller-uid", "controller-uid"})
        (*labels)[key] = uid;
      for (const char* key : {"batch.kubernetes.io/job-name", "job-name"})
        (*labels)[key] = object["metadata"]["name"];
    }
    inner(inner(object["spec"], "selector"), "matchLabels")["batch.kubernetes.io/controller-uid"] =
        uid;
  }
}

std::vector<std::string> prune_unknown(Json::Value& object, const Schema& schema) {
  std::vector<std::string> dropped;
  prune(object, schema, "", dropped);
  return dropped;
}

}  // namespace flotilla::simulator
