#include "render/interpreter/bundled.h"

#include "render/base/text.h"
#include "render/interpreter/interpreter.h"
#include "render/lua/script.h"
#include "tests/support/documents.h"

#include <sstream>

using namespace flotilla;
using interpreter::Customization;
using interpreter::Operation;

namespace {

// The letters of karmada-semantics 14.5.
constexpr std::string_view letters = "RCVTSAHD";

std::string operations_of(const Customization& kind) {
  std::string shown;
  for (std::size_t i = 0; i < letters.size(); ++i)
    if (kind.scripts.contains(interpreter::operation_names()[i].operation)) shown += letters[i];
  return shown;
}

std::string all_kinds() {
  std::ostringstream shown;
  for (const Customization& kind : interpreter::bundled_customizations())
    shown << kind.name << " " << operations_of(kind) << "\n";
  return shown.str();
}

}  // namespace

TEST_CASE("every bundled kind has exactly its operations") {
  CHECK(all_kinds() ==
        "apps.kruise.io/v1alpha1 AdvancedCronJob AD\n"
        "apps.kruise.io/v1alpha1 BroadcastJob RVTSAHD\n"
        "apps.kruise.io/v1alpha1 CloneSet RVSAHD\n"
        "apps.kruise.io/v1alpha1 DaemonSet SAHD\n"
        "apps.kruise.io/v1alpha1 SidecarSet RTSAHD\n"
        "apps.kruise.io/v1alpha1 UnitedDeployment RVSAHD\n"
        "apps.kruise.io/v1beta1 StatefulSet RVSAHD\n"
        "argoproj.io/v1alpha1 Workflow RVTHD\n"
        "batch.volcano.sh/v1alpha1 Job CSAH\n"
        "flink.apache.org/v1beta1 FlinkDeployment RCSAH\n"
        "helm.toolkit.fluxcd.io/v2beta1 HelmRelease TSAHD\n"
        "kubeflow.org/v1 Notebook RSAH\n"
        "kubeflow.org/v1 PyTorchJob CAHD\n"
        "kubeflow.org/v1 TFJob CAHD\n"
        "kubeflow.org/v2beta1 MPIJob CSAH\n"
        "kustomize.toolkit.fluxcd.io/v1 Kustomization TSAHD\n"
        "kyverno.io/v1 ClusterPolicy SAH\n"
        "kyverno.io/v1 Policy SAH\n"
        "ray.io/v1 RayCluster CAH\n"
        "ray.io/v1 RayJob CAHD\n"
        "ray.io/v1 RayService RVAHD\n"
        "source.toolkit.fluxcd.io/v1 GitRepository TSAHD\n"
        "source.toolkit.fluxcd.io/v1beta2 Bucket TSAHD\n"
        "source.toolkit.fluxcd.io/v1beta2 HelmChart TSAHD\n"
        "source.toolkit.fluxcd.io/v1beta2 HelmRepository TSAHD\n"
        "source.toolkit.fluxcd.io/v1beta2 OCIRepository TSAHD\n"
        "sparkoperator.k8s.io/v1beta2 SparkApplication CSAH\n");
}

TEST_CASE("the interpreter has the bundled operations, for the exact apiVersion") {
  const interpreter::Interpreter builtin;
  CHECK(builtin.has(Operation::retain, "apps.kruise.io/v1alpha1", "BroadcastJob"));
  CHECK_FALSE(builtin.has(Operation::retain, "apps.kruise.io/v1alpha1", "CloneSet"));
  CHECK_FALSE(builtin.has(Operation::health, "apps.kruise.io/v1beta1", "CloneSet"));
}

TEST_CASE("every bundled script has its place and compiles") {
  for (const auto& [path, text] : interpreter::bundled_files()) {
    INFO(path);
    CHECK(path.ends_with(".lua"));
    CHECK((split(path, '/').size() == 3 || path.ends_with("shared.lua")));
  }
  for (const Customization& kind : interpreter::bundled_customizations())
    for (const auto& [operation, script] : kind.scripts) {
      INFO(kind.name << " " << to_string(operation));
      const auto compiled = lua::check(script);
      if (!compiled) FAIL(to_string(compiled.error()));
    }
}

// Scripts are put together of such statements.
TEST_CASE("every statement at the top level of a bundled file defines a name") {
  for (const auto& [path, text] : interpreter::bundled_files())
    for (const std::string& line : split(text, '\n')) {
      INFO(path << ": " << line);
      const bool inside = line.empty() || line.starts_with(" ") || line.starts_with("--");
      const bool closes = line == "end" || line == "}";
      CHECK((inside || closes || line.starts_with("local ") || line.starts_with("function ")));
      if (line.starts_with("local ") && !line.starts_with("local function "))
        CHECK(line.substr(0, line.find('=')).find(',') == std::string::npos);
    }
}

TEST_CASE("a script has what its function uses and no more") {
  const interpreter::ScriptIndex index = merge(interpreter::bundled_customizations());
  const auto* health = scripts_of(index, Operation::health, "argoproj.io/v1alpha1", "Workflow");
  REQUIRE(health != nullptr);
  CHECK(health->front().text ==
        "local function at(value, ...)\n"
        "  for _, key in ipairs({...}) do\n"
        "    if type(value) ~= \"table\" then return nil end\n"
        "    value = value[key]\n"
        "  end\n"
        "  return value\n"
        "end\n"
        "local function is_empty(value)\n"
        "  return value == nil or value == \"\" or (type(value) == \"table\" and next(value) == "
        "nil)\n"
        "end\n"
        "function InterpretHealth(observed)\n"
        "  local phase = at(observed, \"status\", \"phase\")\n"
        "  return not is_empty(phase) and phase ~= \"Error\" and phase ~= \"Failed\"\n"
        "end\n");
}

TEST_CASE("a customization of the user's goes before a bundled rule") {
  const Customization own{
      "own",
      "apps.kruise.io/v1alpha1",
      "CloneSet",
      {{Operation::health, "function InterpretHealth(observed) return true end"}},
      {}};
  const interpreter::Interpreter rules({own}, [] { return 0; });
  const Json::Value live =
      test::tree("{'apiVersion':'apps.kruise.io/v1alpha1','kind':'CloneSet','metadata':{}}");
  CHECK(interpreter::Interpreter().health(live) == interpreter::Health::unhealthy);
  CHECK(rules.health(live) == interpreter::Health::healthy);
  CHECK(rules.reflect(live));
}

// Parts that come late, empty or not at all: no rule may fail on them.
TEST_CASE("no bundled rule fails on an object without spec and status") {
  const interpreter::Interpreter rules;
  std::size_t asked = 0;
  const auto done = [&](const auto& result) {
    ++asked;
    if (!result) FAIL_CHECK(to_string(result.error()));
  };
  for (const Customization& kind : interpreter::bundled_customizations()) {
    Json::Value bare = test::tree("{'metadata':{'name':'web'}}");
    bare["apiVersion"] = kind.api_version;
    bare["kind"] = kind.kind;
    INFO(kind.name);
    done(rules.replicas(bare));
    done(rules.components(bare));
    done(rules.retain(bare, bare));
    done(rules.reflect(bare));
    done(rules.aggregate(bare, {}));
    done(rules.aggregate(bare, {{"a", Json::Value(), true, "", "Unknown"}}));
    done(rules.aggregate(
        bare, {{"a", Json::Value(), true, "", "Unknown"}, {"b", test::tree("{}"), true, "", ""}}));
    done(rules.health(bare));
    done(rules.dependencies(bare));
  }
  CHECK(asked == 9 * 27);
}
