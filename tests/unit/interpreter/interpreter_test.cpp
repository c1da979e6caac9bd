#include "render/interpreter/interpreter.h"

#include "render/interpreter/references.h"
#include "tests/support/documents.h"

using namespace flotilla;
using interpreter::Customization;
using interpreter::Health;
using interpreter::Interpreter;
using interpreter::Operation;
using test::tree;

namespace {

Interpreter with(std::map<Operation, std::string> scripts, std::string kind = "Widget",
                 std::string api_version = "example.com/v1") {
  return Interpreter({Customization{"mine", api_version, kind, std::move(scripts), {}}},
                     [] { return std::int64_t{1709210096}; });
}

template <class T>
std::string error_of(const Result<T>& result) {
  return result ? "no error" : to_string(result.error());
}

const Json::Value widget = tree(
    "{'apiVersion':'example.com/v1','kind':'Widget','metadata':{'name':'w','labels':{}},"
    "'spec':{'size':3,'list':[],'options':{}},'status':{'ready':2,'extra':{}}}");

}  // namespace

TEST_CASE("a kind without rules") {
  const Interpreter rules;
  for (const Operation operation :
       {Operation::replicas, Operation::components, Operation::revise, Operation::retain,
        Operation::reflect, Operation::aggregate, Operation::health, Operation::dependencies})
    CHECK_FALSE(rules.has(operation, "example.com/v1", "Widget"));
  REQUIRE(rules.replicas(widget));
  CHECK_FALSE(rules.replicas(widget)->has_value());
  CHECK(rules.components(widget)->empty());
  CHECK(*rules.revise(widget, 5) == widget);
  CHECK(*rules.retain(widget, tree("{}")) == widget);
  CHECK(*rules.aggregate(widget, {}) == widget);
  CHECK(*rules.reflect(widget) == widget["status"]);
  CHECK(rules.reflect(tree("{'kind':'Widget'}"))->isNull());
  CHECK(*rules.health(widget) == Health::healthy);
  CHECK(*rules.health(Json::Value()) == Health::unknown);
  CHECK(rules.dependencies(widget)->empty());
}

TEST_CASE("native kinds are looked at with the defaults of an API server") {
  const Json::Value deployment = tree(
      "{'apiVersion':'apps/v1','kind':'Deployment','metadata':{'name':'web','generation':1},"
      "'spec':{'template':{'spec':{'containers':[{'resources':{'requests':{'cpu':'1'}}}]}}},"
      "'status':{'observedGeneration':1}}");
  const Interpreter rules;
  CHECK(rules.has(Operation::replicas, "apps/v1", "Deployment"));
  CHECK((*rules.replicas(deployment))->count == 1);
  CHECK(canonical_json((*rules.replicas(deployment))->requirements) ==
        R"({"resourceRequest":{"cpu":"1"}})");
  // A live object has been completed by its API server: what it lacks is not wanted.
  CHECK(*rules.health(deployment) == Health::healthy);
}

TEST_CASE("a customization goes before the native rules, for its operations alone") {
  const Json::Value deployment =
      tree("{'apiVersion':'apps/v1','kind':'Deployment','spec':{},'status':{'replicas':1}}");
  const Interpreter rules =
      with({{Operation::health, "function InterpretHealth(o) return o.status.replicas == 1 end"}},
           "Deployment", "apps/v1");
  CHECK(*rules.health(deployment) == Health::healthy);
  CHECK((*rules.replicas(deployment))->count == 1);
}

TEST_CASE("an error of a customization is final") {
  const Json::Value deployment =
      tree("{'apiVersion':'apps/v1','kind':'Deployment','spec':{'replicas':2}}");
  const Interpreter rules =
      with({{Operation::replicas, "function GetReplicas(o)\n  error('no idea')\nend"}},
           "Deployment", "apps/v1");
  CHECK(error_of(rules.replicas(deployment)) ==
        "script:2: no idea (while running the replicaResource script of mine)");
}

TEST_CASE("GetReplicas by a script") {
  using Row = std::tuple<std::string, std::string>;
  const auto [results, answer] = GENERATE(table<std::string, std::string>({
      Row{"obj.spec.size", "3 null"},
      Row{"2.7, {}", "2 null"},
      Row{"2, {resourceRequest = {cpu = '1', memory = 5}}",
          R"(2 {"resourceRequest":{"cpu":"1","memory":"5"}})"},
      Row{"nil", "the first result of GetReplicas is nil, want a number"},
      Row{"'2'", "the first result of GetReplicas is a text, want a number"},
      Row{"1e10", "the first result of GetReplicas is beyond 32 bits"},
      Row{"1, 'x'", "the second result of GetReplicas is a text, want a table or nil"},
      Row{"1, {resourceRequest = {cpu = {1}}}",
          "the second result of GetReplicas.resourceRequest.cpu is a list, want a quantity"},
      Row{"1, {nodeClaim = 'x'}",
          "the second result of GetReplicas: nodeClaim is a text, want a map"},
      Row{"1, {nodeClaim = {nodeSelector = {a = 1}}}",
          "the second result of GetReplicas: nodeClaim.nodeSelector.a is a number, want a text"},
      Row{"1, {resourceRequest = 'x'}",
          "the second result of GetReplicas: resourceRequest is a text, want a map"},
  }));
  const Interpreter rules =
      with({{Operation::replicas, "function GetReplicas(obj) return " + results + " end"}});
  const auto replicas = rules.replicas(widget);
  const std::string shown = replicas ? std::to_string((*replicas)->count) + " " +
                                           canonical_json((*replicas)->requirements)
                                     : replicas.error().message;
  CHECK(shown == answer);
}

TEST_CASE("GetComponents by a script") {
  const auto components = [](const std::string& result) {
    return with({{Operation::components, "function GetComponents(obj) return " + result + " end"}})
        .components(widget);
  };
  CHECK(components("nil")->empty());
  CHECK(components("{}")->empty());
  const auto two = components(
      "{{name = 'a', replicas = 1}, {name = 'b', replicas = obj.spec.size, replicaRequirements = "
      "{resourceRequest = {cpu = '1'}}}}");
  REQUIRE(two);
  REQUIRE(two->size() == 2);
  CHECK(two->at(0).requirements.isNull());
  CHECK(two->at(1).name == "b");
  CHECK(two->at(1).replicas == 3);
  CHECK(canonical_json(two->at(1).requirements) == R"({"resourceRequest":{"cpu":"1"}})");
  CHECK(error_of(components("3")) == "GetComponents returned a number, want a list or nil");
  CHECK(error_of(components("{{replicas = 'x'}}")) ==
        "components[0].replicas is a text, want a number");
}

TEST_CASE("operations that give an object keep its empty maps and lists") {
  const Interpreter rules =
      with({{Operation::revise, "function ReviseReplica(o, n) o.spec.size = n return o end"},
            {Operation::retain, "function Retain(d, o) d.spec.kept = o.spec.kept return d end"}});
  CHECK(canonical_json(*rules.revise(widget, 7)) ==
        canonical_json(tree("{'apiVersion':'example.com/v1','kind':'Widget','metadata':{'name':'w',"
                            "'labels':{}},'spec':{'size':7,'list':[],'options':{}},'status':{"
                            "'ready':2,'extra':{}}}")));
  const auto retained = rules.retain(widget, tree("{'spec':{'kept':{'a':[],'b':{}}}}"));
  REQUIRE(retained);
  CHECK(canonical_json((*retained)["spec"]) ==
        R"({"kept":{"a":[],"b":{}},"list":[],"options":{},"size":3})");
}

TEST_CASE("AggregateStatus keeps empty maps and lists outside of the status") {
  const Interpreter rules =
      with({{Operation::aggregate,
             "function AggregateStatus(o, items)\n"
             "  if items == nil then return o end\n"
             "  for _, i in ipairs(items) do o.status.ready = o.status.ready + i.status.ready end\n"
             "  o.status.last = items[#items].clusterName .. ' ' .. items[1].health\n"
             "  return o\nend"}});
  const auto none = rules.aggregate(widget, {});
  REQUIRE(none);
  CHECK(canonical_json((*none)["status"]) == R"({"ready":2})");
  CHECK((*none)["spec"] == widget["spec"]);
  const auto some = rules.aggregate(widget, {{"a", tree("{'ready':1}"), true, "", "Healthy"},
                                             {"b", tree("{'ready':4}"), false, "no", "Unknown"}});
  REQUIRE(some);
  CHECK(canonical_json((*some)["status"]) == R"({"last":"b Healthy","ready":7})");
  CHECK((*some)["metadata"] == widget["metadata"]);
}

TEST_CASE("results of a wrong type") {
  const Interpreter rules =
      with({{Operation::revise, "function ReviseReplica() return nil end"},
            {Operation::retain, "function Retain() return 'x' end"},
            {Operation::aggregate, "function AggregateStatus() return {1} end"},
            {Operation::reflect, "function ReflectStatus() end"},
            {Operation::health, "function InterpretHealth() return 1 end"},
            {Operation::dependencies, "function GetDependencies() return nil end"}});
  CHECK(error_of(rules.revise(widget, 1)) == "ReviseReplica returned nil, want a table");
  CHECK(error_of(rules.retain(widget, widget)) == "Retain returned a text, want a table");
  CHECK(error_of(rules.aggregate(widget, {})) == "AggregateStatus returned a list, want a table");
  CHECK(error_of(rules.reflect(widget)) == "ReflectStatus returned nil, want a table");
  CHECK(error_of(rules.health(widget)) == "InterpretHealth returned a number, want a boolean");
  CHECK(error_of(rules.dependencies(widget)) == "GetDependencies returned nil, want a list");
}

TEST_CASE("an empty status by a script is a map") {
  const Interpreter rules = with({{Operation::reflect, "function ReflectStatus() return {} end"}});
  CHECK(canonical_json(*rules.reflect(widget)) == "{}");
}

TEST_CASE("dependency scripts are united, sorted and validated") {
  const auto script = [](const std::string& list) {
    return "function GetDependencies(o) return {" + list + "} end";
  };
  const std::string secret = "{apiVersion = 'v1', kind = 'Secret', namespace = 'n', name = 's'}";
  const std::string map = "{apiVersion = 'v1', kind = 'ConfigMap', namespace = 'n', name = 'c'}";
  const auto customization = [&](std::string name, const std::string& list) {
    return Customization{
        std::move(name), "example.com/v1", "Widget", {{Operation::dependencies, script(list)}}, {}};
  };
  const Interpreter rules({customization("b", secret), customization("a", secret + "," + map)},
                          [] { return std::int64_t{0}; });
  const auto found = rules.dependencies(widget);
  REQUIRE(found);
  REQUIRE(found->size() == 2);
  CHECK(canonical_json(interpreter::tree_of(found->at(0))) ==
        R"({"apiVersion":"v1","kind":"ConfigMap","name":"c","namespace":"n"})");
  CHECK(found->at(1).kind == "Secret");
}

TEST_CASE("dependencies that Karmada refuses") {
  using Row = std::tuple<std::string, std::string>;
  const auto [entry, message] = GENERATE(table<std::string, std::string>({
      Row{"{kind = 'Secret', name = 's'}", "dependencies[0] has no apiVersion"},
      Row{"{apiVersion = 'v1', name = 's'}", "dependencies[0] has no kind"},
      Row{"{apiVersion = 'v1', kind = 'Secret'}",
          "dependencies[0] has neither a name nor a labelSelector"},
      Row{"{apiVersion = 'v1', kind = 'Secret', labelSelector = {matchExpressions = {{key = 'a', "
          "operator = 'Is'}}}}",
          "dependencies[0].labelSelector.matchExpressions[0].operator is \"Is\", want In, NotIn, "
          "Exists or DoesNotExist"},
      Row{"{apiVersion = 'v1', kind = 'Secret', labelSelector = {matchExpressions = {{key = 'a', "
          "operator = 'In'}}}}",
          "dependencies[0].labelSelector.matchExpressions[0] is In without values"},
      Row{"3", "dependencies[0] is a number, want a map"},
      Row{"{apiVersion = 1}", "dependencies[0].apiVersion is a number, want a text"},
  }));
  const Interpreter rules =
      with({{Operation::dependencies, "function GetDependencies() return {" + entry + "} end"}});
  const auto found = rules.dependencies(widget);
  REQUIRE_FALSE(found);
  CHECK(found.error().message == message);
}

TEST_CASE("the kube module") {
  using Row = std::tuple<std::string, std::string>;
  const auto [call, result] = GENERATE(table<std::string, std::string>({
      Row{"kube.resourceAdd('500m', '1.5')", R"("2")"},
      Row{"kube.resourceAdd('1Gi', '512Mi')", R"("1536Mi")"},
      Row{"kube.resourceAdd('100M', '1Mi')", R"("101048576")"},
      Row{"kube.resourceAdd(nil, '1', nil)", R"("1")"},
      Row{"kube.resourceAdd()", R"("0")"},
      Row{"kube.resourceAdd(1)",
          "script:2: bad argument #1 to resourceAdd: a number, want a quantity as text"},
      Row{"kube.getResourceQuantity('1500m')", "1.5"},
      Row{"kube.getResourceQuantity(nil)", "0"},
      Row{"kube.getResourceQuantity('-1')", "script:2: the quantity -1 is negative or infinite"},
      Row{"kube.getResourceQuantity('1', '2')",
          "script:2: getResourceQuantity only accepts one argument"},
      Row{"kube.accuratePodRequirements({spec = {containers = {{resources = {limits = {cpu = "
          "'1'}}}}}})",
          R"({"resourceRequest":{"cpu":"1"}})"},
      Row{"tostring(kube.accuratePodRequirements({spec = {containers = {{name = 'a'}}}}))",
          R"("nil")"},
      Row{"kube.accuratePodRequirements()",
          "script:2: accuratePodRequirements only accepts one argument"},
      Row{"kube.accuratePodRequirements('x')",
          "script:2: bad argument #1 to accuratePodRequirements: a text, want a pod template"},
      Row{"kube.getPodDependencies({spec = {serviceAccountName = 'sa'}}, 'n')[1]",
          R"({"apiVersion":"v1","kind":"ServiceAccount","name":"sa","namespace":"n"})"},
      Row{"kube.getPodDependencies({spec = {serviceAccountName = 'sa'}}, nil)[1].namespace",
          R"("default")"},
      Row{"kube.getPodDependencies({})", "script:2: getPodDependencies only accepts two arguments"},
  }));
  const Interpreter rules = with({{Operation::reflect,
                                   "local kube = require('kube')\nfunction ReflectStatus() return "
                                   "{answer = " +
                                       call + "} end"}});
  const auto status = rules.reflect(widget);
  const std::string shown =
      status ? canonical_json((*status)["answer"])
             : to_string(Error{status.error().code, status.error().message, status.error().where});
  CHECK(shown == result);
}

TEST_CASE("scripts are told the time") {
  const Interpreter rules =
      with({{Operation::reflect, "function ReflectStatus() return {now = os.date('!%H:%M')} end"}});
  CHECK(canonical_json(*rules.reflect(widget)) == R"({"now":"12:34"})");
}

TEST_CASE("the digest changes with the rules, not with their order") {
  const auto one = Customization{"a", "v1", "A", {{Operation::health, "x"}}, {}};
  auto other = one;
  other.name = "b";
  other.kind = "B";
  auto changed = other;
  changed.scripts[Operation::health] = "y";
  const auto digest = [](std::vector<Customization> customizations) {
    return Interpreter(std::move(customizations), [] { return std::int64_t{0}; }).digest();
  };
  CHECK(digest({one, other}) == digest({other, one}));
  CHECK(digest({one, other}) != digest({one, changed}));
  CHECK(digest({one}) != digest({}));
  CHECK(digest({}) == Interpreter().digest());
}

TEST_CASE("what a script says of a Secret is left out") {
  const Json::Value secret = tree(
      "{'apiVersion':'v1','kind':'Secret','metadata':{'name':'s'},'data':{'key':'aHVudGVyMg'}}");
  const std::string quotes = GENERATE(values<std::string>({
      "error(o.data.key)",
      "error('found ' .. o.data.key, 0)",
      "local x = {} x[1] = x[o.data.key].y",
      "require(o.data.key)",
      "return require('kube').resourceAdd(o.data.key, '1')",
      "return {resourceRequest = {cpu = o.data.key}}, {resourceRequest = {cpu = o.data.key}}",
      "return {[o.data.key] = {1, a = 2}}",
      "return {{apiVersion = 'v1', kind = 'Secret', labelSelector = {matchExpressions = {{key = "
      "'a', operator = o.data.key}}}}}",
  }));
  const auto one = [&](const char* name) {
    return "function " + std::string(name) + "(o) " + quotes + " end";
  };
  const Interpreter rules = with({{Operation::replicas, one("GetReplicas")},
                                  {Operation::components, one("GetComponents")},
                                  {Operation::revise, one("ReviseReplica")},
                                  {Operation::retain, one("Retain")},
                                  {Operation::reflect, one("ReflectStatus")},
                                  {Operation::aggregate, one("AggregateStatus")},
                                  {Operation::health, one("InterpretHealth")},
                                  {Operation::dependencies, one("GetDependencies")}},
                                 "Secret", "v1");
  const std::vector<std::string> errors = {
      error_of(rules.replicas(secret)),      error_of(rules.components(secret)),
      error_of(rules.revise(secret, 2)),     error_of(rules.retain(secret, secret)),
      error_of(rules.aggregate(secret, {})), error_of(rules.reflect(secret)),
      error_of(rules.health(secret)),        error_of(rules.dependencies(secret))};
  INFO(quotes);
  std::size_t failed = 0;
  for (const std::string& error : errors) {
    INFO(error);
    CHECK(error.find("aHVudGVyMg") == std::string::npos);
    if (error == "no error") continue;
    ++failed;
    CHECK(error.find("a script of mine failed on a Secret") != std::string::npos);
  }
  CHECK(failed > 0);
}

TEST_CASE("a script that is stopped on a Secret says at which limit") {
  const Interpreter rules = with(
      {{Operation::health, "function InterpretHealth() while true do end end"}}, "Secret", "v1");
  CHECK(error_of(rules.health(tree("{'apiVersion':'v1','kind':'Secret'}"))).find("instructions") !=
        std::string::npos);
}
