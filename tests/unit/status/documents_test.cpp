#include "reconciler/status/documents.h"

#include "render/yaml/emitter.h"

#include <catch2/catch.hpp>

#include <limits>

using namespace flotilla;

namespace {

decision::Binding web() {
  decision::Binding binding;
  binding.object = {"apps", "Deployment", "shop", "web"};
  binding.api_version = "apps/v1";
  binding.name = "web-deployment";
  binding.policy = {"shop", "everywhere", "policies/a,b.yaml"};
  binding.replicas = 3;
  binding.placement["clusterAffinity"]["clusterNames"].append("eu");
  binding.conflict_resolution = placement::ConflictResolution::overwrite;
  binding.preserve_on_deletion = true;
  binding.schedule = {{{"eu", 3}, {"us", 3}}, "first", true, "Success", "done"};
  binding.sources = {"apps/web.yaml", "policies/a,b.yaml"};
  return binding;
}

}  // namespace

TEST_CASE("a binding that was written reads back as it was") {
  const decision::Binding before = web();
  const auto after = status::read_binding(status::binding_object(before));
  REQUIRE(after);
  CHECK(after->object == before.object);
  CHECK(after->api_version == before.api_version);
  CHECK(after->name == before.name);
  CHECK(after->policy.same_policy(before.policy));
  CHECK(after->policy.source == before.policy.source);
  CHECK(after->replicas == before.replicas);
  CHECK(same(after->placement, before.placement));
  CHECK(after->conflict_resolution == before.conflict_resolution);
  CHECK(after->preserve_on_deletion);
  CHECK(after->schedule.clusters == before.schedule.clusters);
  CHECK(after->schedule.affinity_name == "first");
  CHECK(after->schedule.scheduled);
  CHECK(after->sources == before.sources);
}

TEST_CASE("bindings stand where Karmada's names put them") {
  decision::Binding binding = web();
  CHECK(status::binding_path(binding) == "bindings/shop/web-deployment.yaml");
  CHECK(get_string(status::binding_object(binding), "kind") == "ResourceBinding");
  binding.object.namespace_.clear();
  CHECK(status::binding_path(binding) == "bindings/_cluster/web-deployment.yaml");
  CHECK(get_string(status::binding_object(binding), "kind") == "ClusterResourceBinding");
  CHECK(decision::binding_name({"rbac.authorization.k8s.io", "ClusterRole", "", "system:Node"}) ==
        "system.node-clusterrole");
}

TEST_CASE("what is no binding of ours is passed over") {
  CHECK_FALSE(status::read_binding(Json::Value("text")));
  Json::Value object(Json::objectValue);
  object["kind"] = "ResourceBinding";
  CHECK_FALSE(status::read_binding(object));
  object["spec"]["resource"]["kind"] = "Deployment";
  CHECK_FALSE(status::read_binding(object));
}

TEST_CASE("the memory follows a commit of our own without reading the branch again") {
  const decision::Binding binding = web();
  const std::string path = status::binding_path(binding);
  status::Memory memory;
  status::update_memory(memory, {{path, yaml::emit(status::binding_object(binding))}});
  CHECK(memory.previous.bindings.contains(binding.object));
  CHECK(memory.files.contains(path));

  status::update_memory(memory, {{path, std::nullopt}});
  CHECK(memory.previous.bindings.empty());
  CHECK(memory.files.empty());
}

TEST_CASE("a revision is short for people") {
  CHECK(status::short_revision("main@sha1:0123456789abcdef0123456789abcdef01234567") ==
        "main@0123456");
  CHECK(status::short_revision("") == "an uncommitted folder");
}

TEST_CASE("replicas beyond 32 bits in a binding are none") {
  Json::Value object = status::binding_object(web());
  object["spec"]["replicas"] = Json::Int64(4'000'000'000);
  object["spec"]["clusters"][0]["replicas"] = std::numeric_limits<Json::Int64>::max();
  object["spec"]["clusters"][1]["replicas"] = "3";
  const auto binding = status::read_binding(object);
  REQUIRE(binding);
  CHECK_FALSE(binding->replicas);
  CHECK_FALSE(binding->schedule.clusters.at(0).replicas);
  CHECK_FALSE(binding->schedule.clusters.at(1).replicas);
}
