#include "reconciler/simulator/pod_defaults.h"

#include <initializer_list>
#include <string>

namespace flotilla::simulator {

void otherwise(Json::Value& map, const char* key, Json::Value value) {
  Json::Value& place = map[key];
  if (place.isNull()) place = std::move(value);
}

Json::Value& inner(Json::Value& map, const char* key) {
  Json::Value& place = map[key];
  if (!place.isObject()) place = Json::Value(Json::objectValue);
  return place;
}

namespace {

bool latest(const std::string& image) {
  const auto name = image.substr(image.rfind('/') == std::string::npos ? 0 : image.rfind('/'));
  if (name.find('@') != std::string::npos) return false;
  return name.find(':') == std::string::npos || name.ends_with(":latest");
}

void probe_defaults(Json::Value& container, const char* name) {
  if (!container.isMember(name) || !container[name].isObject()) return;
  Json::Value& probe = container[name];
  otherwise(probe, "timeoutSeconds", 1);
  otherwise(probe, "periodSeconds", 10);
  otherwise(probe, "successThreshold", 1);
  otherwise(probe, "failureThreshold", 3);
  if (!probe.isMember("httpGet") || !probe["httpGet"].isObject()) return;
  otherwise(probe["httpGet"], "scheme", "HTTP");
  otherwise(probe["httpGet"], "path", "/");
}

void each(Json::Value& map, const char* key, void (*of)(Json::Value&)) {
  if (!map.isMember(key) || !map[key].isArray()) return;
  for (Json::Value& item : map[key])
    if (item.isObject()) of(item);
}

// Typed objects are stored without empty lists, empty texts and false.
void drop_empty(Json::Value& map, std::initializer_list<const char*> lists) {
  for (const char* name : lists)
    if (map.isMember(name) && map[name].isArray() && map[name].empty()) map.removeMember(name);
}

void variable_defaults(Json::Value& variable) {
  if (variable.get("value", Json::Value()) == "") variable.removeMember("value");
  if (Json::Value* field = find_path(variable, {"valueFrom", "fieldRef"});
      field != nullptr && field->isObject())
    otherwise(*field, "apiVersion", "v1");
}

void mount_defaults(Json::Value& mount) {
  if (mount.get("readOnly", Json::Value()) == false) mount.removeMember("readOnly");
}

void container_defaults(Json::Value& container) {
  if (!container.isObject()) return;
  otherwise(container, "imagePullPolicy",
            latest(get_string(container, "image")) ? "Always" : "IfNotPresent");
  otherwise(container, "resources", Json::Value(Json::objectValue));
  otherwise(container, "terminationMessagePath", "/dev/termination-log");
  otherwise(container, "terminationMessagePolicy", "File");
  for (const char* probe : {"livenessProbe", "readinessProbe", "startupProbe"})
    probe_defaults(container, probe);
  drop_empty(container, {"args", "command", "env", "envFrom", "volumeMounts"});
  each(container, "env", variable_defaults);
  each(container, "volumeMounts", mount_defaults);
  if (!container["ports"].isArray()) {
    container.removeMember("ports");
    return;
  }
  for (Json::Value& port : container["ports"])
    if (port.isObject()) otherwise(port, "protocol", "TCP");
}

void volume_defaults(Json::Value& volume) {
  if (!volume.isObject()) return;
  for (const char* source : {"configMap", "secret", "projected", "downwardAPI"})
    if (volume.isMember(source) && volume[source].isObject())
      otherwise(volume[source], "defaultMode", 420);
}

}  // namespace

void pod_defaults(Json::Value& spec) {
  otherwise(spec, "restartPolicy", "Always");
  otherwise(spec, "terminationGracePeriodSeconds", 30);
  otherwise(spec, "dnsPolicy", "ClusterFirst");
  otherwise(spec, "securityContext", Json::Value(Json::objectValue));
  otherwise(spec, "schedulerName", "default-scheduler");
  for (const char* list : {"containers", "initContainers"}) {
    if (!spec.isMember(list) || !spec[list].isArray()) continue;
    for (Json::Value& container : spec[list]) container_defaults(container);
  }
  if (spec.isMember("volumes") && spec["volumes"].isArray())
    for (Json::Value& volume : spec["volumes"]) volume_defaults(volume);
  const std::string account = get_string(spec, "serviceAccountName");
  if (!account.empty()) spec["serviceAccount"] = account;
}

void template_defaults(Json::Value& spec) {
  Json::Value& pod = inner(spec, "template");
  inner(pod, "metadata");
  pod_defaults(inner(pod, "spec"));
}

}  // namespace flotilla::simulator
