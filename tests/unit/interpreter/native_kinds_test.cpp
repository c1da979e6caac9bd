#include "tests/unit/interpreter/native_cases.h"

using namespace flotilla;
using interpreter::Operation;
namespace native = interpreter::native;

namespace {

const std::vector<std::pair<Operation, char>> operations = {
    {Operation::replicas, 'R'}, {Operation::components, 'C'},   {Operation::revise, 'V'},
    {Operation::retain, 'T'},   {Operation::reflect, 'S'},      {Operation::aggregate, 'A'},
    {Operation::health, 'H'},   {Operation::dependencies, 'D'},
};

// The letters of the operations that a kind has.
std::string letters(std::string_view api_version, std::string_view kind) {
  std::string found;
  for (const auto& [operation, letter] : operations)
    found += native::has(operation, api_version, kind) ? letter : '-';
  return found;
}

}  // namespace

TEST_CASE("the operations of every native kind") {
  // Replicas, Components, reVise, reTain, reflect Status, Aggregate, Health, Dependencies
  const auto [api_version, kind, wanted] = GENERATE(table<const char*, const char*, const char*>({
      {"apps/v1", "Deployment", "R-VTSAHD"},
      {"apps/v1", "ReplicaSet", "R-V-SAHD"},
      {"apps/v1", "StatefulSet", "R-V-SAHD"},
      {"apps/v1", "DaemonSet", "----SAHD"},
      {"batch/v1", "Job", "R-VTSA-D"},
      {"batch/v1", "CronJob", "-----A-D"},
      {"v1", "Pod", "R--T-AHD"},
      {"v1", "Service", "---TSAH-"},
      {"v1", "ServiceAccount", "---T----"},
      {"v1", "Secret", "---T----"},
      {"v1", "PersistentVolume", "---T-A--"},
      {"v1", "PersistentVolumeClaim", "---T-AH-"},
      {"networking.k8s.io/v1", "Ingress", "----SAHD"},
      {"policy/v1", "PodDisruptionBudget", "----SAH-"},
      {"autoscaling/v2", "HorizontalPodAutoscaler", "----SA--"},
      {"multicluster.x-k8s.io/v1alpha1", "ServiceImport", "-------D"},
      // Another version or group is another kind.
      {"apps/v1beta1", "Deployment", "--------"},
      {"extensions/v1beta1", "Ingress", "--------"},
      {"autoscaling/v1", "HorizontalPodAutoscaler", "--------"},
      {"policy/v1beta1", "PodDisruptionBudget", "--------"},
      {"batch/v1beta1", "CronJob", "--------"},
      {"batch.volcano.sh/v1alpha1", "Job", "--------"},
      {"serving.knative.dev/v1", "Service", "--------"},
      {"apps/v1", "deployment", "--------"},
      {"v1", "ConfigMap", "--------"},
      {"", "", "--------"},
  }));
  INFO(api_version << " " << kind);
  CHECK(letters(api_version, kind) == wanted);
}

TEST_CASE("operations as Karmada names them") {
  std::string names;
  for (const auto& [operation, letter] : operations)
    names.append(interpreter::to_string(operation)).append(" ");
  CHECK(names ==
        "InterpretReplica InterpretComponent ReviseReplica Retain InterpretStatus "
        "AggregateStatus InterpretHealth InterpretDependency ");
}

TEST_CASE("every operation says so if it is asked for a kind without a rule") {
  const Json::Value map = test::tree("{'apiVersion': 'v1', 'kind': 'ConfigMap'}");
  const auto message = [](const auto& result) {
    REQUIRE(!result);
    CHECK(result.error().code == Code::internal);
    return result.error().message;
  };
  const auto about = [](const std::string& operation) {
    return "no built-in rule for " + operation + " of v1 ConfigMap";
  };
  CHECK(message(native::replicas(map)) == about("InterpretReplica"));
  CHECK(message(native::revise(map, 1)) == about("ReviseReplica"));
  CHECK(message(native::retain(map, map)) == about("Retain"));
  CHECK(message(native::reflect(map)) == about("InterpretStatus"));
  CHECK(message(native::aggregate(map, {}, "")) == about("AggregateStatus"));
  CHECK(message(native::is_healthy(map)) == about("InterpretHealth"));
  CHECK(message(native::dependencies(map)) == about("InterpretDependency"));
}
