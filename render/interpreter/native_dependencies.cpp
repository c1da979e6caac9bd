#include "render/document/json.h"
#include "render/interpreter/native_rules.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace flotilla::interpreter::native {

namespace {

void add(std::vector<Reference>& found, const char* kind, const std::string& namespace_,
         const std::string& name) {
  // A reference without a name means nothing; Karmada fails the whole operation on it (Q19).
  if (!name.empty()) found.push_back({"v1", kind, namespace_, name, {}});
}

// Collects what a pod specification names, as objects of one namespace.
struct PodReferences {
  std::vector<Reference>& found;
  const std::string& namespace_;

  void config_map(const Field& name) { add(found, "ConfigMap", namespace_, name.text()); }
  void secret(const Field& name) { add(found, "Secret", namespace_, name.text()); }

  void container(const Field& container) {
    for (const Field& variable : container.at("env").items()) {
      const Field source = variable.at("valueFrom");
      config_map(source.at("configMapKeyRef").at("name"));
      secret(source.at("secretKeyRef").at("name"));
    }
    for (const Field& source : container.at("envFrom").items()) {
      config_map(source.at("configMapRef").at("name"));
      secret(source.at("secretRef").at("name"));
    }
  }

  void volume(const Field& volume) {
    config_map(volume.at("configMap").at("name"));
    secret(volume.at("secret").at("secretName"));
    secret(volume.at("azureFile").at("secretName"));
    secret(volume.at("csi").at("nodePublishSecretRef").at("name"));
    for (const char* kind :
         {"cephfs", "cinder", "flexVolume", "rbd", "scaleIO", "iscsi", "storageos"})
      secret(volume.at(kind).at("secretRef").at("name"));
    for (const Field& source : volume.at("projected").at("sources").items()) {
      config_map(source.at("configMap").at("name"));
      secret(source.at("secret").at("name"));
    }
    add(found, "PersistentVolumeClaim", namespace_,
        volume.at("persistentVolumeClaim").at("claimName").text());
  }

  void pod(const Field& spec) {
    for (const char* list : {"containers", "initContainers", "ephemeralContainers"})
      for (const Field& entry : spec.at(list).items()) container(entry);
    for (const Field& entry : spec.at("imagePullSecrets").items()) secret(entry.at("name"));
    for (const Field& entry : spec.at("volumes").items()) volume(entry);
    // An API server fills serviceAccountName from the deprecated serviceAccount.
    std::string account = spec.at("serviceAccountName").text();
    if (account.empty()) account = spec.at("serviceAccount").text();
    if (account != "default") add(found, "ServiceAccount", namespace_, account);
  }
};

std::string namespace_of(const Field& object) {
  return object.at("metadata").at("namespace").text();
}

void of_template(const Field& object, const Field& pod_template, std::vector<Reference>& found) {
  const std::string space = namespace_of(object);
  PodReferences{found, space}.pod(pod_template.at("spec"));
}

void workload(const Field& object, std::vector<Reference>& found) {
  of_template(object, object.at("spec").at("template"), found);
}

// The claims of volumeClaimTemplates are made by the StatefulSet itself.
void stateful_set(const Field& object, std::vector<Reference>& found) {
  workload(object, found);
  std::set<std::string> own;
  for (const Field& claim : object.at("spec").at("volumeClaimTemplates").items())
    own.insert(claim.at("metadata").at("name").text());
  std::erase_if(found, [&](const Reference& reference) {
    return reference.kind == "PersistentVolumeClaim" && own.contains(reference.name);
  });
}

void cron_job(const Field& object, std::vector<Reference>& found) {
  of_template(object, object.at("spec").at("jobTemplate").at("spec").at("template"), found);
}

void pod(const Field& object, std::vector<Reference>& found) { of_template(object, object, found); }

void ingress(const Field& object, std::vector<Reference>& found) {
  const std::string space = namespace_of(object);
  for (const Field& entry : object.at("spec").at("tls").items())
    add(found, "Secret", space, entry.at("secretName").text());
}

// The Service that stands for the imported one, and the endpoints that are gathered for it.
void service_import(const Field& object, std::vector<Reference>& found) {
  const std::string space = namespace_of(object);
  const std::string derived = "derived-" + object.at("metadata").at("name").text();
  Json::Value selector(Json::objectValue);
  selector["matchLabels"]["kubernetes.io/service-name"] = derived;
  add(found, "Service", space, derived);
  found.push_back({"discovery.k8s.io/v1", "EndpointSlice", space, {}, selector});
}

bool before(const Reference& a, const Reference& b) {
  const auto names = [](const Reference& reference) {
    return std::tie(reference.api_version, reference.kind, reference.namespace_, reference.name);
  };
  if (names(a) != names(b)) return names(a) < names(b);
  return canonical_json(a.label_selector) < canonical_json(b.label_selector);
}

std::vector<Reference> sorted_once(std::vector<Reference> found) {
  std::ranges::sort(found, before);
  const auto repeated = [](const Reference& a, const Reference& b) { return !before(a, b); };
  const auto rest = std::ranges::unique(found, repeated);
  found.erase(rest.begin(), rest.end());
  return found;
}

}  // namespace

Rules<DependenciesRule> dependencies_rules() {
  static constexpr KindRule<DependenciesRule> rules[] = {
      {"apps/v1", "Deployment", workload},
      {"apps/v1", "ReplicaSet", workload},
      {"apps/v1", "StatefulSet", stateful_set},
      {"apps/v1", "DaemonSet", workload},
      {"batch/v1", "Job", workload},
      {"batch/v1", "CronJob", cron_job},
      {"v1", "Pod", pod},
      {"networking.k8s.io/v1", "Ingress", ingress},
      {"multicluster.x-k8s.io/v1alpha1", "ServiceImport", service_import},
  };
  return rules;
}

Result<std::vector<Reference>> dependencies(const Json::Value& object) {
  const DependenciesRule rule = rule_for(dependencies_rules(), object);
  if (rule == nullptr) return no_rule(Operation::dependencies, object);
  Reading reading(object);
  std::vector<Reference> found;
  check_parts(reading.root());
  rule(reading.root(), found);
  return reading.result(sorted_once(std::move(found)));
}

Result<std::vector<Reference>> pod_dependencies(const Json::Value& pod_template,
                                                std::string_view namespace_) {
  Reading reading(pod_template);
  std::vector<Reference> found;
  const std::string space(namespace_);
  PodReferences{found, space}.pod(reading.root().at("spec"));
  return reading.result(sorted_once(std::move(found)));
}

}  // namespace flotilla::interpreter::native
