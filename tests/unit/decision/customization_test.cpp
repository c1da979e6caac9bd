#include "reconciler/decision/customization.h"

#include "reconciler/decision/settings.h"
#include "render/yaml/reader.h"
#include "tests/support/documents.h"
#include "tests/support/problems.h"

using namespace flotilla;
using interpreter::Customization;
using interpreter::Operation;

namespace {

const std::string head =
    "apiVersion: config.karmada.io/v1alpha1\n"
    "kind: ResourceInterpreterCustomization\n"
    "metadata: {name: widget}\n";

std::optional<Customization> read(const std::string& yaml, Problems& problems) {
  const auto documents = yaml::read_documents(yaml, "ric.yaml");
  REQUIRE(documents.documents.size() == 1);
  return decision::read_customization(
      test::object_at(documents.documents[0].start, documents.documents[0].tree), problems);
}

std::vector<std::string> faults(const std::string& spec) {
  Problems problems;
  const auto customization = read(head + spec, problems);
  CHECK(customization.has_value() == problems.empty());
  return test::lines(problems);
}

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("a customization is read whole") {
  Problems problems;
  const auto customization = read(head + R"(spec:
  target: {apiVersion: example.com/v1, kind: Widget}
  customizations:
    replicaResource: {luaScript: "function GetReplicas(o) return 1 end"}
    componentResource: {luaScript: "function GetComponents(o) end"}
    replicaRevision: {luaScript: "function ReviseReplica(o, n) return o end"}
    retention: {luaScript: "function Retain(d, o) return d end"}
    statusReflection: {luaScript: "function ReflectStatus(o) return o.status end"}
    statusAggregation: {luaScript: "function AggregateStatus(o, i) return o end"}
    healthInterpretation: {luaScript: "function InterpretHealth(o) return true end"}
    dependencyInterpretation: {luaScript: ""}
)",
                                  problems);
  CHECK(test::lines(problems) == Lines{});
  REQUIRE(customization);
  CHECK(customization->name == "widget");
  CHECK(customization->api_version == "example.com/v1");
  CHECK(customization->kind == "Widget");
  CHECK(customization->scripts.size() == 7);
  CHECK(customization->scripts.at(Operation::retain) == "function Retain(d, o) return d end");
  CHECK(customization->source == SourceRef{"ric.yaml", 1, 1});
}

TEST_CASE("a script without the function that is called is warned of") {
  Problems problems;
  CHECK(read(head + "spec:\n  target: {apiVersion: v1, kind: A}\n  customizations:\n"
                    "    replicaResource: {luaScript: function GetReplica(o) return 1 end}\n",
             problems));
  CHECK(
      test::lines(problems) ==
      Lines{"~7:34 missing-function spec.customizations.replicaResource.luaScript has no function "
            "GetReplicas, which is called"});
}

TEST_CASE("the error of a script has its line in the file") {
  const std::string target = "spec:\n  target: {apiVersion: v1, kind: A}\n  customizations:\n";
  CHECK(faults(target + "    retention:\n      luaScript: |\n        function Retain(d, o)\n"
                        "          retrun d\n        end\n") ==
        Lines{"10:0 invalid-script spec.customizations.retention.luaScript does not compile: line "
              "2: '=' expected near 'd'"});
  CHECK(faults(target + "    retention: {luaScript: 'end'}\n") ==
        Lines{"7:28 invalid-script spec.customizations.retention.luaScript does not compile: "
              "line 1: '<eof>' expected near 'end'"});
}

TEST_CASE("customizations that Karmada refuses") {
  using Row = std::tuple<std::string, Lines>;
  const auto [spec, lines] = GENERATE(table<std::string, Lines>({
      Row{"", {"1:1 missing-field spec is missing, want a map"}},
      Row{"spec: {}\n",
          {"4:7 missing-field spec.customizations is missing, want a map of Lua scripts",
           "4:7 missing-field spec.target is missing, want the apiVersion and kind of the "
           "objects"}},
      Row{"spec: {target: {apiVersion: v1}, customizations: {}}\n",
          {"4:16 missing-field spec.target.kind is missing, want a text"}},
      Row{"spec: {target: {apiVersion: v1, kind: A}, customizations: {retain: {luaScript: ''}}}\n",
          {"4:68 unknown-field spec.customizations.retain is not a known field"}},
      Row{"spec: {target: {apiVersion: v1, kind: A}, customizations: {retention: {}}}\n",
          {"4:71 missing-field spec.customizations.retention.luaScript is missing, want a Lua "
           "script"}},
      Row{"spec: {target: {apiVersion: v1, kind: A}, customizations: {retention: {luaScript: "
          "3}}}\n",
          {"4:83 wrong-type spec.customizations.retention.luaScript is a number, want a "
           "text"}},
  }));
  CHECK(faults(spec) == lines);
}

TEST_CASE("two customizations of one target may not define the same operation") {
  const auto customization = [](std::string name, std::string kind, Operation operation) {
    return Customization{
        name, "v1", std::move(kind), {{operation, "script"}}, {name + ".yaml", 1, 1}};
  };
  Problems problems;
  const auto standing = decision::without_conflicts(
      {customization("c", "A", Operation::health), customization("b", "A", Operation::health),
       customization("d", "B", Operation::health), customization("e", "A", Operation::retain),
       customization("f", "A", Operation::dependencies),
       customization("g", "A", Operation::dependencies)},
      problems);
  std::string names;
  for (const Customization& one : standing) names += one.name;
  CHECK(names == "bdefg");
  CHECK(test::lines(problems) ==
        Lines{"1:1 duplicate-operation spec.customizations.healthInterpretation is for v1 A, for "
              "which ResourceInterpreterCustomization b defines it already"});
}

TEST_CASE("an empty script defines nothing, so another customization may") {
  const auto customization = [](std::string name, std::string script) {
    return Customization{
        name, "v1", "A", {{Operation::health, std::move(script)}}, {name + ".yaml", 1, 1}};
  };
  Problems problems;
  CHECK(decision::without_conflicts(
            {customization("a", ""), customization("b", "x = 1"), customization("c", "")}, problems)
            .size() == 3);
  CHECK(problems.empty());
}

TEST_CASE("settings hold the customizations, and whom the faulty ones concern") {
  const auto ric = [](const std::string& name, const std::string& kind, const std::string& script) {
    return std::make_shared<const Object>(test::object(
        "{'apiVersion':'config.karmada.io/v1alpha1','kind':'ResourceInterpreterCustomization',"
        "'metadata':{'name':'" +
        name + "'},'spec':{'target':{'apiVersion':'v1','kind':'" + kind +
        "'},'customizations':{'retention':{'luaScript':'" + script + "'}}}}"));
  };
  catalog::Catalog catalog;
  catalog.settings = {ric("b", "B", "x = 1"), ric("a", "A", "x = 1"), ric("c", "C", "end")};
  catalog.doubles = {ric("d", "D", "x = 1")};
  Problems problems;
  const decision::Settings settings = decision::read_settings(catalog, {}, 0, problems);
  REQUIRE(settings.customizations.size() == 2);
  CHECK(settings.customizations[0].name == "a");
  REQUIRE(settings.faulty_overrides.size() == 2);
  const Object object = test::object("{'apiVersion':'v1','kind':'C','metadata':{'name':'x'}}");
  CHECK(decision::may_select(settings.faulty_overrides[0], object));
  CHECK_FALSE(decision::may_select(settings.faulty_overrides[1], object));
}

TEST_CASE("webhook configurations are checked, and said to have no effect") {
  const auto check = [](const std::string& webhooks) {
    Problems problems;
    decision::check_webhook_configuration(
        test::object("{'apiVersion':'config.karmada.io/v1alpha1','kind':"
                     "'ResourceInterpreterWebhookConfiguration','metadata':{'name':'w'},"
                     "'webhooks':[" +
                     webhooks + "]}"),
        problems);
    REQUIRE(problems.size() > 0);
    CHECK(problems.back().code == "not-supported-yet");
    CHECK(problems.back().severity == Severity::warning);
    problems.pop_back();
    Lines messages;
    for (const Problem& problem : problems) messages.push_back(problem.message);
    return messages;
  };
  const std::string good =
      "{'name':'a.example.com','clientConfig':{'url':'https://host:1/"
      "path'},'rules':[{'operations'"
      ":['InterpretReplica','Retain'],'apiGroups':['apps'],'apiVersions':['v1'],'kinds':['*']}],"
      "'timeoutSeconds':10,'interpreterContextVersions':['v1alpha1']}";
  CHECK(check("") == Lines{});
  CHECK(check(good) == Lines{});
  CHECK(check(good + "," + good) ==
        Lines{"webhooks[1].name is \"a.example.com\": another webhook has this name"});
  CHECK(
      check("{'name':'short','clientConfig':{},'timeoutSeconds':31,"
            "'interpreterContextVersions':['v2'],'rules':[{'operations':['Guess'],'apiGroups':"
            "['*','apps'],'apiVersions':[],'kinds':['*']}]}") ==
      Lines{"webhooks[0].name is \"short\": want a domain name of at least three parts",
            "webhooks[0].clientConfig has neither url nor service, want one of them",
            "webhooks[0].rules[0].operations has the unknown operation \"Guess\"",
            "webhooks[0].rules[0].apiGroups has \"*\" beside others, want \"*\" alone",
            "webhooks[0].rules[0].apiVersions is empty, want at least one entry",
            "webhooks[0].timeoutSeconds is 31, want 1 to 30",
            "webhooks[0].interpreterContextVersions does not contain v1alpha1, want that version"});
  CHECK(check("{'name':'a.b.c','interpreterContextVersions':['v1alpha1'],'clientConfig':{'url':"
              "'https://u@h','service':{'namespace':'n','name':'s','path':'p','port':0},"
              "'caBundle':'%'}}") ==
        Lines{"webhooks[0].clientConfig has both url and service, want one of them",
              "webhooks[0].clientConfig.url is \"https://u@h\": user information is not allowed",
              "webhooks[0].clientConfig.service.path is \"p\": want a path that begins with /",
              "webhooks[0].clientConfig.service.port is 0, want 1 to 65535",
              "webhooks[0].clientConfig.caBundle is not base64"});
}
