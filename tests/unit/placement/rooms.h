#pragma once

#include "reconciler/placement/capacity.h"
#include "tests/support/documents.h"

#include <memory>
#include <string>

namespace flotilla::placement {

// A cluster whose status has that resourceSummary, and that spec.
inline overrides::Cluster cluster_with(const std::string& summary, const std::string& spec = "{}") {
  overrides::Cluster cluster;
  cluster.name = "m";
  cluster.object = std::make_shared<const Object>(test::object(
      "{'apiVersion': 'cluster.karmada.io/v1alpha1', 'kind': 'Cluster', 'metadata': {'name': 'm'}, "
      "'spec': " +
      spec + "}"));
  cluster.status = test::tree("{'resourceSummary': " + summary + "}");
  return cluster;
}

inline Capacity capacity_of(const std::string& summary, const std::string& spec = "{}") {
  return Capacity({cluster_with(summary, spec)});
}

// Of a replica that requests this; "" is one without requirements.
inline Demand demand(const std::string& request, const std::string& namespace_ = "") {
  const Json::Value requirements =
      request.empty() ? Json::Value() : test::tree("{'resourceRequest': " + request + "}");
  const auto made = demand_of(requirements, namespace_);
  INFO(request);
  REQUIRE(made);
  return *made;
}

}  // namespace flotilla::placement
