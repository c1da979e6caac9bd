#pragma once

#include "reconciler/kube/client.h"
#include "tests/unit/kube/http_fixture.h"

// What tests of a client have in common: kinds, a credential, and an API server's refusal.
namespace flotilla::test {

inline const kube::Resource kConfigMaps{"", "v1", "ConfigMap", "configmaps", true, {}};
inline const kube::Resource kDeployments{"apps", "v1", "Deployment", "deployments", true, {}};
inline const kube::Resource kNodes{"", "v1", "Node", "nodes", false, {}};
inline const kube::Resource kSecrets{"", "v1", "Secret", "secrets", true, {}};

inline kube::Access access_to(const std::string& server) {
  kube::Access access;
  access.server = server;
  access.token = "s3cret";
  return access;
}

inline Reply status(int code, const std::string& reason, const std::string& message,
                    const std::string& details = "{}") {
  return Reply{code, R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":")" +
                         message + R"(","reason":")" + reason + R"(","details":)" + details +
                         R"(,"code":)" + std::to_string(code) + "}"};
}

}  // namespace flotilla::test
