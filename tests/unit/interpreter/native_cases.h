#pragma once

#include "render/interpreter/native.h"
#include "tests/support/documents.h"

#include <map>
#include <string>

// Rows of the tests of the native rules: JSON in which ' stands for ", without the outer braces.
namespace flotilla::test {

inline std::string api_version_of(const std::string& kind) {
  static const std::map<std::string, std::string> groups = {
      {"Deployment", "apps/v1"},
      {"ReplicaSet", "apps/v1"},
      {"StatefulSet", "apps/v1"},
      {"DaemonSet", "apps/v1"},
      {"Job", "batch/v1"},
      {"CronJob", "batch/v1"},
      {"Ingress", "networking.k8s.io/v1"},
      {"PodDisruptionBudget", "policy/v1"},
      {"HorizontalPodAutoscaler", "autoscaling/v2"},
      {"ServiceImport", "multicluster.x-k8s.io/v1alpha1"},
  };
  const auto found = groups.find(kind);
  return found == groups.end() ? "v1" : found->second;
}

// An object of a native kind with these fields.
inline Json::Value native_object(const std::string& kind, const std::string& fields) {
  Json::Value object = tree("{" + fields + "}");
  object["apiVersion"] = api_version_of(kind);
  object["kind"] = kind;
  return object;
}

// What the rules gave, without apiVersion and kind, or "error: ...".
inline std::string shown(const Result<Json::Value>& result) {
  if (!result) return "error: " + result.error().message;
  Json::Value value = *result;
  if (value.isObject()) {
    value.removeMember("apiVersion");
    value.removeMember("kind");
  }
  return canonical_json(value);
}

// What a row expects, in the form of shown().
inline std::string wanted(const std::string& row) {
  if (row.starts_with("error: ")) return row;
  return canonical_json(tree(row == "null" ? row : "{" + row + "}"));
}

}  // namespace flotilla::test
