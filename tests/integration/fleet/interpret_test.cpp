#include "tests/integration/fleet/program.h"
#include "tests/integration/fleet/text.h"

#include <catch2/catch.hpp>

// `interpret` with the files that karmadactl's command of that name takes.
namespace flotilla::tests {
namespace {

class Files {
 public:
  std::string operator()(const std::string& name, std::string_view text) const {
    write_file(folder_.path() / name, text);
    return (folder_.path() / name).string();
  }

 private:
  TempFolder folder_;
};

Outcome interpret(Arguments arguments) {
  arguments.insert(arguments.begin(), "interpret");
  return flotilla(arguments);
}

std::string answer(const Outcome& outcome) {
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  return json_text(parse_json_text(outcome.out));
}

const std::string deployment = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, generation: 1, labels: {}}
spec:
  replicas: 3
  template:
    spec:
      serviceAccountName: web
      containers: [{name: web, image: nginx, resources: {requests: {cpu: 100m}}}]
status: {observedGeneration: 1, replicas: 3, updatedReplicas: 3, availableReplicas: 3}
)";

const std::string customization = R"(apiVersion: config.karmada.io/v1alpha1
kind: ResourceInterpreterCustomization
metadata: {name: widget}
spec:
  target: {apiVersion: example.com/v1, kind: Widget}
  customizations:
    replicaResource:
      luaScript: |
        local kube = require("kube")
        function GetReplicas(obj)
          return obj.spec.size, kube.accuratePodRequirements(obj.spec.template)
        end
    componentResource:
      luaScript: |
        function GetComponents(obj)
          return {{name = "part", replicas = obj.spec.size}}
        end
    statusAggregation:
      luaScript: |
        function AggregateStatus(obj, items)
          obj.status = {ready = 0}
          for i = 1, #items do
            obj.status.ready = obj.status.ready + items[i].status.ready
          end
          return obj
        end
    retention:
      luaScript: |
        function Retain(desired, observed)
          desired.spec.size = observed.spec.size
          return desired
        end
    healthInterpretation:
      luaScript: |
        function InterpretHealth(obj)
          return obj.status.missing.field
        end
)";

const std::string widget =
    "{\"apiVersion\": \"example.com/v1\", \"kind\": \"Widget\", \"spec\": {\"size\": 2, "
    "\"options\": {}, \"template\": {\"spec\": {\"nodeSelector\": {\"a\": \"b\"}}}}}";

}  // namespace

TEST_CASE("interpret asks the built-in rules") {
  const Files file;
  const std::string object = file("deployment.yaml", deployment);
  const auto ask = [&](const std::string& operation, Arguments more = {}) {
    Arguments arguments = {"--operation", operation, "--desired-file", object, "-o", "json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return answer(interpret(arguments));
  };
  CHECK(ask("interpretReplica") ==
        R"({"replica":3,"requires":{"resourceRequest":{"cpu":"100m"}}})");
  CHECK(ask("InterpretHealth") == R"({"healthy":true})");
  CHECK(ask("interpretdependency") ==
        R"({"dependencies":[{"apiVersion":"v1","kind":"ServiceAccount","name":"web",)"
        R"("namespace":"shop"}]})");
  CHECK(contains(ask("reviseReplica", {"--desired-replica", "5"}), R"("replicas":5)"));
  CHECK(contains(ask("interpretStatus"), R"({"status":{"availableReplicas":3)"));
  CHECK(contains(ask("aggregateStatus"), R"({"aggregatedStatus":{"apiVersion":"apps/v1")"));
  CHECK(ask("interpretComponent") == "{}");
}

TEST_CASE("interpret prints YAML unless told otherwise") {
  const Files file;
  const Outcome outcome =
      interpret({"--operation", "interpretHealth", "--observed-file", file("d.yaml", deployment)});
  CHECK(outcome.code == 0);
  CHECK(outcome.out == "healthy: true\n");
}

TEST_CASE("interpret tries customizations") {
  const Files file;
  const std::string rules = file("rules.yaml", customization);
  const std::string object = file("widget.json", widget);
  const auto ask = [&](const std::string& operation, Arguments more = {}) {
    Arguments arguments = {"-f",   rules, "--operation", operation, "--desired-file",
                           object, "-o",  "json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return interpret(arguments);
  };
  CHECK(answer(ask("interpretReplica")) ==
        R"({"replica":2,"requires":{"nodeClaim":{"nodeSelector":{"a":"b"}}}})");
  CHECK(answer(ask("interpretComponent")) == R"({"components":[{"name":"part","replicas":2}]})");
  const std::string observed =
      file("observed.yaml", "{apiVersion: example.com/v1, kind: Widget, spec: {size: 7}}");
  CHECK(contains(answer(ask("retain", {"--observed-file", observed})),
                 R"("spec":{"options":{},"size":7,)"));
  const Outcome failing = ask("interpretHealth");
  CHECK(failing.code == 2);
  CHECK(failing.out.empty());
  CHECK(failing.err ==
        "error: script:2: attempt to index field 'status' (a nil value) (while running the "
        "healthInterpretation script of widget)\n");
  const Outcome missing = ask("interpretStatus");
  CHECK(missing.code == 2);
  CHECK(missing.err ==
        "error: rule is not enabled: the files have no InterpretStatus script for example.com/v1 "
        "Widget\n");
}

TEST_CASE("interpret reads status items as a list or as documents") {
  const Files file;
  const std::string rules = file("rules.yaml", customization);
  const std::string object = file("widget.json", widget);
  for (const std::string items :
       {"- {clusterName: a, status: {ready: 1}, applied: true}\n- {clusterName: b, status: "
        "{ready: 3}}\n",
        "clusterName: a\nstatus: {ready: 1}\n---\nclusterName: b\nstatus: {ready: 3}\n",
        "[{\"clusterName\": \"a\", \"status\": {\"ready\": 4}}]"})
    CHECK(contains(
        answer(interpret({"-f", rules, "--operation", "aggregateStatus", "--desired-file", object,
                          "--status-file", file("items.yaml", items), "-o", "json"})),
        R"("status":{"ready":4})"));
  const Outcome bad = interpret({"-f", rules, "--operation", "aggregateStatus", "--desired-file",
                                 object, "--status-file", file("items.yaml", "- {status: {}}\n")});
  CHECK(bad.code == 2);
  CHECK(contains(bad.err, "items.yaml:1:3: the status item has no clusterName"));
}

TEST_CASE("interpret --check says what compiles") {
  const Files file;
  const Outcome good = interpret({"--check", "-f", file("rules.yaml", customization)});
  CHECK(good.code == 0);
  CHECK(lines_of(good.out).size() == 6);
  CHECK(contains(good.out, "widget  example.com/v1  Widget  Retain              compiles"));
  const std::string broken = file("broken.yaml", R"(apiVersion: config.karmada.io/v1alpha1
kind: ResourceInterpreterCustomization
metadata: {name: broken}
spec:
  target: {apiVersion: example.com/v1, kind: Widget}
  customizations:
    retention:
      luaScript: |
        function Retain(desired, observed)
          return desired..
        end
)");
  const Outcome bad = interpret({"--check", "-f", broken});
  CHECK(bad.code == 2);
  CHECK(bad.err == "error: " + broken +
                       ":11: spec.customizations.retention.luaScript does not compile: line 3: "
                       "unexpected symbol near 'end'\n");
  const Outcome both = interpret({"--check", "-f", file("rules.yaml", customization),
                                  file("two.yaml", "apiVersion: v1\nkind: Pod\n")});
  CHECK(both.code == 2);
  CHECK(contains(both.err,
                 "two.yaml:1:1: is v1 \"Pod\", want config.karmada.io/v1alpha1 "
                 "ResourceInterpreterCustomization"));
}

TEST_CASE("of several customizations of one operation the first by name answers") {
  const Files file;
  const auto rules = [](const std::string& name, const std::string& healthy) {
    return "apiVersion: config.karmada.io/v1alpha1\nkind: ResourceInterpreterCustomization\n"
           "metadata: {name: " +
           name +
           "}\nspec:\n  target: {apiVersion: example.com/v1, kind: Widget}\n  customizations:\n"
           "    healthInterpretation:\n      luaScript: function InterpretHealth(obj) return " +
           healthy + " end\n";
  };
  const std::string second = file("second.yaml", rules("second", "false"));
  const std::string first = file("first.yaml", rules("first", "true"));
  CHECK(answer(interpret({"-f", second, first, "--operation", "interpretHealth", "--desired-file",
                          file("widget.json", widget), "-o", "json"})) == R"({"healthy":true})");
  const Outcome check = interpret({"--check", "-f", second, first});
  CHECK(check.code == 2);
  CHECK(contains(check.err, "ResourceInterpreterCustomization first defines it already"));
}

TEST_CASE("interpret refuses what does not go together") {
  const Files file;
  const std::string object = file("d.yaml", deployment);
  const std::vector<std::pair<Arguments, std::string>> rows = {
      {{"--operation", "interpretHealth"},
       "no object is given, want --desired-file or --observed-file"},
      {{"--operation", "interpretHealth", "--desired-file", object, "--observed-file", object},
       "--desired-file and --observed-file are both given, want one of them"},
      {{"--operation", "retain", "--desired-file", object},
       "retain wants --desired-file and --observed-file"},
      {{"--operation", "reviseReplica", "--desired-file", object},
       "reviseReplica wants --desired-replica"},
      {{"--operation", "prune", "--desired-file", object}, "\"prune\" is no operation"},
      {{"--operation", "retain", "--desired-file", object + "x", "--observed-file", object},
       "cannot read"},
      {{"--operation", "interpretHealth", "--desired-file", file("two.yaml", "a: 1\n---\nb: 2")},
       "two.yaml: has 2 documents, want one object"},
      {{"--operation", "interpretHealth", "--desired-file", file("list.yaml", "[1]")},
       "list.yaml:1:1: is a list, want an object"},
      {{"--operation", "interpretHealth", "--desired-file", file("bad.yaml", "a: [")}, "bad.yaml:"},
      {Arguments{"--check"}, "--filename"},
      {Arguments{}, "--operation or --check"},
  };
  for (const auto& [arguments, message] : rows) {
    const Outcome outcome = interpret(arguments);
    INFO(message << " in " << outcome.err);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK(contains(outcome.err, message));
  }
}

}  // namespace flotilla::tests
