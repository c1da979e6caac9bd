#include "reconciler/status/documents.h"

#include "render/document/json.h"
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

namespace {

Json::Value json(const std::string& text) { return parse_json(text).value(); }

decision::Binding reread(const decision::Binding& binding) {
  const auto read = status::read_binding(status::binding_object(binding));
  REQUIRE(read);
  return *read;
}

}  // namespace

TEST_CASE("what the interpreter found reads back") {
  decision::Binding before = web();
  before.uid = "7c1f";
  before.requirements = json(R"({"resourceRequest":{"cpu":"500m"},"namespace":"shop"})");
  before.components = {{"driver", 1, json(R"({"resourceRequest":{"cpu":"1"}})")},
                       {"worker", 4, {}}};
  before.dependencies = {{"v1", "ConfigMap", "shop", "settings", {}},
                         {"v1", "Secret", "shop", "", json(R"({"matchLabels":{"app":"web"}})")}};
  const decision::Binding after = reread(before);
  CHECK(after.uid == "7c1f");
  CHECK(same(after.requirements, before.requirements));
  REQUIRE(after.components.size() == 2);
  CHECK(after.components[0].name == "driver");
  CHECK(after.components[0].replicas == 1);
  CHECK(same(after.components[0].requirements, before.components[0].requirements));
  CHECK(after.components[1].name == "worker");
  CHECK(after.components[1].replicas == 4);
  CHECK(after.components[1].requirements.isNull());
  REQUIRE(after.dependencies.size() == 2);
  CHECK(after.dependencies[0].api_version == "v1");
  CHECK(after.dependencies[0].kind == "ConfigMap");
  CHECK(after.dependencies[0].namespace_ == "shop");
  CHECK(after.dependencies[0].name == "settings");
  CHECK(after.dependencies[0].label_selector.isNull());
  CHECK(after.dependencies[1].name.empty());
  CHECK(same(after.dependencies[1].label_selector, before.dependencies[1].label_selector));
}

TEST_CASE("what the policy says reads back") {
  decision::Binding before = web();
  before.propagate_deps = true;
  before.priority = -5;
  before.affinity_group = "team=a";
  before.anti_affinity_group = "tier=front";
  before.failover = json(R"({"application":{"decisionConditions":{"tolerationSeconds":30}}})");
  before.template_digest = "sha";
  before.kept = true;
  const decision::Binding after = reread(before);
  CHECK(after.propagate_deps);
  CHECK(after.priority == -5);
  CHECK(after.affinity_group == "team=a");
  CHECK(after.anti_affinity_group == "tier=front");
  CHECK(same(after.failover, before.failover));
  CHECK(after.template_digest == "sha");
  CHECK(after.kept);
  CHECK_FALSE(reread(web()).propagate_deps);
  CHECK_FALSE(reread(web()).priority);
  CHECK_FALSE(reread(web()).kept);
}

TEST_CASE("suspension reads back, everywhere or on some clusters") {
  decision::Binding before = web();
  before.suspension.everywhere = true;
  before.suspension_tree = json(R"({"dispatching":true})");
  CHECK(reread(before).suspension.everywhere);
  CHECK(same(reread(before).suspension_tree, before.suspension_tree));

  before.suspension = {false, {"eu"}};
  before.suspension_tree = json(R"({"dispatchingOnClusters":{"clusterNames":["eu"]}})");
  CHECK_FALSE(reread(before).suspension.everywhere);
  CHECK(reread(before).suspension.holds("eu"));
  CHECK_FALSE(reread(before).suspension.holds("us"));
}

TEST_CASE("what others left on a binding reads back") {
  decision::Binding before = web();
  before.eviction_tasks = json(R"([{"fromCluster":"us","purgeMode":"Gracefully"}])");
  before.reschedule_triggered_at = "2026-11-21T10:00:00Z";
  before.required_by = {{"", "all-things", {{"eu", {}}}},
                        {"shop", "api-deployment", {{"ap", 2}, {"eu", 1}}}};
  const decision::Binding after = reread(before);
  CHECK(same(after.eviction_tasks, before.eviction_tasks));
  CHECK(after.reschedule_triggered_at == before.reschedule_triggered_at);
  CHECK(after.required_by == before.required_by);
}

TEST_CASE("a schedule reads back, and one that failed too") {
  decision::Binding before = web();
  before.schedule.applied_placement = before.placement;
  before.schedule.last_scheduled_time = "2026-11-21T10:00:00Z";
  before.schedule.clusters[0].components = {{"driver", 1}, {"worker", 4}};
  placement::Schedule after = reread(before).schedule;
  CHECK(after.clusters == before.schedule.clusters);
  CHECK(same(after.applied_placement, before.placement));
  CHECK(after.last_scheduled_time == "2026-11-21T10:00:00Z");
  CHECK(after.reason == "Success");
  CHECK(after.message == "done");

  before.schedule = {{}, "", false, "NoClusterFit", "0/2 clusters are available"};
  after = reread(before).schedule;
  CHECK(after.clusters.empty());
  CHECK_FALSE(after.scheduled);
  CHECK(after.reason == "NoClusterFit");
  CHECK(after.applied_placement.isNull());
  CHECK(after.last_scheduled_time.empty());
}

TEST_CASE("a binding that is there for others has no claim and no condition") {
  decision::Binding before = web();
  before.policy = {};
  before.schedule = {};
  before.required_by = {{"shop", "api-deployment", {{"eu", 1}}}};
  const Json::Value object = status::binding_object(before);
  CHECK(find_path(object, {"status", "conditions"})->empty());
  CHECK(annotation(object, "propagationpolicy.karmada.io/name").empty());
  const decision::Binding after = reread(before);
  CHECK(after.policy.name.empty());
  CHECK(after.required_by == before.required_by);
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

TEST_CASE("a file of a binding that was overwritten is not what it was made of") {
  const auto one = std::make_shared<const decision::Binding>(web());
  decision::Binding changed = web();
  changed.object.name = changed.name = "other";
  const std::string path = status::binding_path(*one);
  status::Memory memory;
  status::update_memory(memory, {{path, yaml::emit(status::binding_object(*one))}});
  SharedList<decision::Binding> bindings;
  bindings.pointers().push_back(one);
  status::note_made(memory, bindings);
  REQUIRE(memory.made_of.contains(one->object));
  SECTION("with another one") {
    status::update_memory(memory, {{path, yaml::emit(status::binding_object(changed))}});
  }
  SECTION("with nothing of ours") { status::update_memory(memory, {{path, "a: b\n"}}); }
  CHECK_FALSE(memory.made_of.contains(one->object));
}

TEST_CASE("what a file of a binding said goes with it, also if that was decided before") {
  const decision::Binding binding = web();
  const std::string path = status::binding_path(binding);
  const Json::Value object = status::binding_object(binding, {}, {{"eu", {}, true, "", "Healthy"}});
  status::Memory memory;
  status::update_memory(memory, {{path, yaml::emit(object)}});
  REQUIRE(memory.aggregated.contains(binding.object));
  memory.previous.bindings.clear();
  status::update_memory(memory, {{path, std::nullopt}});
  CHECK(memory.aggregated.empty());
  CHECK(memory.binding_conditions.empty());
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
