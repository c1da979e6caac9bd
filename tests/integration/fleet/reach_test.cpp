#include "tests/integration/fleet/hands.h"
#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

// A credential that RBAC limits to one namespace and a few kinds.
namespace flotilla::tests {
namespace {

const std::string member = "eu-prod";
const std::string everything = R"(["get","list","watch","create","update","patch","delete"])";

std::string role(const std::string& space, const std::string& rules) {
  return R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":)"
         R"("limited","namespace":")" +
         space + R"("},"rules":)" + rules + "}";
}

std::string binding(const std::string& space) {
  return R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":)"
         R"("limited","namespace":")" +
         space +
         R"("},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"limited"},)"
         R"("subjects":[{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"limited"}]})";
}

void allow(const Members& members, const std::string& space, const std::string& rules) {
  if (!is_live(members, member, "Namespace " + space))
    create(members, member, "{apiVersion: v1, kind: Namespace, metadata: {name: " + space + "}}");
  create(members, member, role(space, rules));
  create(members, member, binding(space));
}

std::string rule(const std::string& group, const std::string& resources) {
  return R"({"apiGroups":[")" + group + R"("],"resources":)" + resources + R"(,"verbs":)" +
         everything + "}";
}

// The user may work with ConfigMaps and Deployments of team; Secrets are beyond it, and so is the
// namespace other.
World limited_world(bool with_parent) {
  World world = small_world({member});
  allow(*world.members, "team",
        "[" + rule("", R"(["configmaps"])") + "," + rule("apps", R"(["deployments"])") + "]");
  create(*world.members, member, "{apiVersion: v1, kind: Namespace, metadata: {name: other}}");
  if (with_parent)
    allow(*world.members, "flotilla-system", "[" + rule("", R"(["configmaps"])") + "]");
  also_select(world, {"apps/v1 Deployment", "v1 Secret"});
  world.repo.remove("team.yaml");
  world.repo.write("web.yaml", deployment("web"));
  world.commit("for a limited credential");
  write_kubeconfig(*world.members, world.kubeconfig,
                   {.member = member, .token = world.members->limited_token(member)});
  return world;
}

bool knows_no_such_user() {
  if (!open_members({member})->limited_token(member).empty()) return false;
  WARN("these members know no such user");
  return true;
}

std::string secret(const std::string& name) {
  return "apiVersion: v1\nkind: Secret\nmetadata: {name: " + name +
         ", namespace: team}\nstringData: {password: hush-hush}\n";
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

}  // namespace

TEST_CASE("what a limited credential may do is done", "[reach]") {
  if (knows_no_such_user()) return;
  const bool with_parent = GENERATE(true, false);
  INFO((with_parent ? "with" : "without") << " a Role in flotilla-system");
  World world = limited_world(with_parent);
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(is_live(*world.members, member, "ConfigMap team/one"));
  CHECK(is_live(*world.members, member, "Deployment team/web"));
  CHECK(is_live(*world.members, member, "ConfigMap flotilla-system/small") == with_parent);

  // It is an inventory like any other: nothing is written twice, drift is corrected, removal too.
  world.members->forget_requests();
  CHECK(world.run_once().code == 0);
  CHECK(writes_on(*world.members, member).empty());
  edit(*world.members, member, "ConfigMap team/one", R"({"data":{"value":"by hand"}})");
  world.repo.remove("config/two.yaml");
  world.commit("two is gone");
  const Outcome again = world.run_once();
  INFO(again.text());
  CHECK(again.code == 0);
  CHECK(value_of(*world.members, member, "ConfigMap team/one") == "1");
  CHECK_FALSE(is_live(*world.members, member, "ConfigMap team/two"));
}

TEST_CASE("what a limited credential may not do is one error for each kind", "[reach]") {
  if (knows_no_such_user()) return;
  World world = limited_world(true);
  for (const std::string name : {"a", "b", "c"})
    world.repo.write("secrets/" + name + ".yaml", secret(name));
  world.repo.write("config/far.yaml", config_map("far", "1", "other"));
  world.commit("more than it may");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK(is_live(*world.members, member, "ConfigMap team/one"));
  CHECK(is_live(*world.members, member, "Deployment team/web"));
  CHECK_FALSE(is_live(*world.members, member, "Secret team/a"));
  CHECK_FALSE(is_live(*world.members, member, "ConfigMap other/far"));
  CHECK(contains(run.err, "may not list Secret"));
  CHECK(count_of(run.err, "may not list Secret") == 1);
  CHECK(contains(run.err, "other"));
  CHECK_FALSE(contains(run.text(), "hush-hush"));
  const std::string readme = world.status_file("README.md");
  INFO(readme);
  CHECK(contains(readme, "Secret"));
  CHECK_FALSE(contains(readme, "hush-hush"));

  world.repo.remove("secrets");
  world.repo.remove("config/far.yaml");
  world.commit("no more than it may");
  CHECK(world.run_once().code == 0);
}

TEST_CASE("a namespace that may not be written holds back nothing that is to be in it", "[reach]") {
  if (knows_no_such_user()) return;
  World world = limited_world(true);
  world.repo.write("team.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n");
  world.commit("its namespace too");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK(contains(run.err, "may not list Namespace"));
  CHECK(is_live(*world.members, member, "ConfigMap team/one"));
  CHECK(is_live(*world.members, member, "Deployment team/web"));
}

}  // namespace flotilla::tests
