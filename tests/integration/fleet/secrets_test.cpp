#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

// The value of a Secret is seen nowhere but in the repository and on the members.
namespace flotilla::tests {
namespace {

// In clear, in base64, and as a number.
const std::string canary = "canary-7f3a9c";
const std::string canary_base64 = "Y2FuYXJ5LTdmM2E5Yw";  // without its padding
const std::string canary_number = "918273645";

const std::string policy = R"(apiVersion: policy.karmada.io/v1alpha1
kind: PropagationPolicy
metadata: {name: secrets, namespace: team}
spec:
  resourceSelectors:
    - {apiVersion: v1, kind: Secret}
)";

std::string secret(const std::string& rest) {
  return "apiVersion: v1\nkind: Secret\nmetadata: {name: pass, namespace: team}\n" + rest;
}

void check_silent(const std::string& where, const std::string& text) {
  INFO(where << ": " << text);
  CHECK_FALSE(contains(text, canary));
  CHECK_FALSE(contains(text, canary_base64));
  CHECK_FALSE(contains(text, canary_number));
}

void check_nothing_leaks(const World& world, const Outcome& run) {
  const std::string repo = world.repo.path().string();
  check_silent("run", run.text());
  check_silent("status branch", world.repo.git({"log", "-p", status_branch}));
  check_silent("status", flotilla({"status", "--repo", repo}).text());
  check_silent("status -o json", flotilla({"status", "--repo", repo, "-o", "json"}).text());
  check_silent("vet", flotilla({"vet", "--repo", repo}).text());
  check_silent("vet -o json", flotilla({"vet", "--repo", repo, "-o", "json"}).text());
  const Outcome render = flotilla({"render", "--repo", repo, "-o", "json"});
  check_silent("complaints of render", render.err);
  for (const std::string output : {"table", "json", "yaml"})
    check_silent("explain -o " + output,
                 flotilla({"explain", "Secret/team/pass", "--repo", repo, "-o", output}).text());
}

}  // namespace

TEST_CASE("the value of a Secret that is applied is told nowhere") {
  World world = small_world({"eu-prod"});
  world.repo.write("policies/secrets.yaml", policy);
  world.repo.write("secret.yaml", secret("stringData: {password: " + canary +
                                         "}\ndata: {token: " + canary_base64 + "==}\n"));
  world.commit("a secret");
  const Outcome run = world.run_once({"-v", "-v"});
  INFO(run.text());
  REQUIRE(run.code == 0);
  const KubeReply live = world.members->call("eu-prod", {.path = path_of("Secret team/pass")});
  CHECK(contains(live.body, canary_base64));
  check_nothing_leaks(world, run);
}

TEST_CASE("the branch of rendered manifests leaves Secrets out and says so") {
  World world = small_world({"eu-prod"});
  world.repo.write("policies/secrets.yaml", policy);
  world.repo.write("secret.yaml", secret("stringData: {password: " + canary + "}\n"));
  world.commit("a secret");
  const Outcome run = world.run_once({"--rendered"});
  INFO(run.text());
  REQUIRE(run.code == 0);
  const std::string branch = "flotilla/rendered";
  check_silent(branch, world.repo.git({"log", "-p", branch}));
  CHECK(contains(world.repo.show(branch, "eu-prod/team/ConfigMap_one.yaml"), "value: \"1\""));
  CHECK(contains(world.repo.show(branch, "README.md"), "pass"));
}

TEST_CASE("the value of a Secret that is refused is told nowhere") {
  const std::string rest = GENERATE_COPY(
      std::string("stringData: {password: " + canary_number + "}\n"),  // no text
      std::string("data: {password: '%%" + canary + "%%'}\n"),         // no base64
      std::string("stringData: {'not a key!': " + canary + "}\n"),     // no key
      std::string("stringData: " + canary + "\n"),                     // no map
      std::string("stringdata: {password: " + canary + "}\n"),         // no such field
      std::string("type: kubernetes.io/dockerconfigjson\nstringData: {.dockerconfigjson: " +
                  canary + "}\n"));
  World world = small_world({"eu-prod"});
  world.repo.write("policies/secrets.yaml", policy);
  world.repo.write("secret.yaml", secret(rest));
  world.commit("a secret that no server takes");
  const Outcome run = world.run_once({"-v", "-v"});
  INFO(rest << run.text());
  CHECK(run.code == 2);
  CHECK(contains(run.err, "pass"));
  check_nothing_leaks(world, run);
}

TEST_CASE("the new value of an immutable Secret is told nowhere") {
  World world = small_world({"eu-prod"});
  world.repo.write("policies/secrets.yaml", policy);
  world.repo.write("secret.yaml", secret("immutable: true\nstringData: {password: first}\n"));
  world.commit("a secret for ever");
  REQUIRE(world.run_once().code == 0);
  world.repo.write("secret.yaml",
                   secret("immutable: true\nstringData: {password: " + canary + "}\n"));
  world.commit("a new value");
  const Outcome run = world.run_once({"-v", "-v"});
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK(contains(run.err, "data"));  // the field, if not the reason
  check_nothing_leaks(world, run);
}

TEST_CASE("an overrider that fails on a Secret tells no value") {
  const std::string overrider = GENERATE(
      "plaintext: [{path: /stringData/password/0, operator: replace, value: other}]",
      "plaintext: [{path: /stringData/none, operator: remove}]",
      "fieldOverrider: [{fieldPath: /stringData/password, json: [{subPath: /a, operator: "
      "remove}]}]",
      "fieldOverrider: [{fieldPath: /stringData/password, yaml: [{subPath: /a, operator: "
      "remove}]}]",
      "fieldOverrider: [{fieldPath: /stringData/map, yaml: [{subPath: /a/b, operator: remove}]}]",
      "imageOverrider: [{component: Tag, operator: remove, predicate: {path: "
      "/stringData/password}}]");
  World world = small_world({"eu-prod"});
  world.repo.write("policies/secrets.yaml", policy);
  world.repo.write("secret.yaml",
                   secret("stringData: {password: '" + canary + " ', map: 'a: " + canary + "'}\n"));
  world.repo.write("policies/override.yaml",
                   "apiVersion: policy.karmada.io/v1alpha1\nkind: OverridePolicy\n"
                   "metadata: {name: change, namespace: team}\n"
                   "spec: {resourceSelectors: [{apiVersion: v1, kind: Secret}], overrideRules: "
                   "[{overriders: {" +
                       overrider + "}}]}\n");
  world.commit("an override that cannot be");
  const Outcome run = world.run_once({"-v", "-v"});
  INFO(overrider << run.text());
  CHECK(run.code == 2);
  CHECK(contains(run.err, "override.yaml"));
  check_nothing_leaks(world, run);
}

TEST_CASE("an override that changes a Secret is explained without its values") {
  World world = small_world({"eu-prod"});
  world.repo.write("policies/secrets.yaml", policy);
  world.repo.write("secret.yaml", secret("stringData: {password: " + canary + "}\n"));
  world.repo.write("policies/override.yaml",
                   "apiVersion: policy.karmada.io/v1alpha1\nkind: OverridePolicy\n"
                   "metadata: {name: change, namespace: team}\n"
                   "spec: {resourceSelectors: [{apiVersion: v1, kind: Secret}], overrideRules: "
                   "[{overriders: {plaintext: [{path: /stringData/password, operator: replace, "
                   "value: " +
                       canary_number + "x}]}}]}\n");
  world.commit("another value in one place");
  const Outcome run = world.run_once({"-v", "-v"});
  INFO(run.text());
  CHECK(run.code == 0);
  const Outcome explained =
      flotilla({"explain", "Secret/team/pass", "--repo", world.repo.path().string()});
  CHECK(contains(explained.out, "/stringData/password"));
  check_nothing_leaks(world, run);
}

TEST_CASE("a script that raises what a Secret holds is told without it") {
  const std::string body = GENERATE(
      "error(o.stringData.password)", "error({o.stringData.password})",
      "require(o.stringData.password)",
      "return require('kube').resourceAdd(o.stringData.password, '1')",
      "return {{apiVersion = 'v1', kind = 'Secret', labelSelector = {matchExpressions = {{key = "
      "'a', operator = o.stringData.password}}}}}",
      "return {[o.stringData.password] = {1, a = 2}}");
  World world = small_world({"eu-prod"});
  const auto [operation, function] = GENERATE(table<std::string, std::string>(
      {{"replicaResource", "GetReplicas"}, {"dependencyInterpretation", "GetDependencies"}}));
  world.repo.write("policies/secrets.yaml", policy + "  propagateDeps: true\n");
  world.repo.write("secret.yaml", secret("stringData: {password: " + canary + "}\n"));
  world.repo.write("policies/script.yaml",
                   "apiVersion: config.karmada.io/v1alpha1\n"
                   "kind: ResourceInterpreterCustomization\nmetadata: {name: loud}\n"
                   "spec:\n  target: {apiVersion: v1, kind: Secret}\n  customizations:\n    " +
                       operation + ":\n      luaScript: |\n        function " + function + "(o) " +
                       body + " end\n");
  world.commit("a script that tells all");
  const Outcome run = world.run_once({"-v", "-v"});
  INFO(operation << ": " << body << run.text());
  CHECK(run.code == 2);
  CHECK(contains(run.err, "a script of loud failed on a Secret"));
  check_nothing_leaks(world, run);
}

TEST_CASE("a YAML fault inside a Secret is told without its value") {
  World world = small_world({"eu-prod"});
  world.repo.write("policies/secrets.yaml", policy);
  world.repo.write("secret.yaml", secret("stringData:\n  password: " + canary + "\n  password: " +
                                         canary + "\n  other: [" + canary + ", " + canary + "\n"));
  world.commit("a broken secret");
  const Outcome run = world.run_once({"-v", "-v"});
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK(contains(run.err, "secret.yaml:"));
  check_nothing_leaks(world, run);
}

}  // namespace flotilla::tests
