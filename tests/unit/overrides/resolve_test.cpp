#include "overrides/resolve.h"

#include "tests/support/documents.h"

using namespace flotilla;
using namespace flotilla::overrides;

namespace {

// A policy whose rules append "<policy><rule>" to data.trace of every object they are applied to.
struct Sketch {
  std::string place;  // namespace, empty for a ClusterOverridePolicy
  std::string name;
  std::string selectors = "[]";
  std::vector<std::string> rules = {""};  // clusterNames of each rule's target; empty: no target
};

Overrider trace(std::string text) {
  return {"plaintext", [text](Json::Value& object, const Cluster&) -> Result<void> {
            object["data"]["trace"] = get_string(object, {"data", "trace"}) + text + " ";
            return {};
          }};
}

OverridePolicy policy(const Sketch& sketch) {
  OverridePolicy made;
  made.namespace_ = sketch.place;
  made.name = sketch.name;
  made.source = {sketch.name + ".yaml", 1, 1};
  Problems problems;
  for (const Json::Value& selector : test::tree(sketch.selectors))
    made.selectors.push_back(*read_resource_selector(selector, sketch.place, {"", "", problems}));
  for (const std::string& target : sketch.rules) {
    OverrideRule rule;
    if (!target.empty())
      rule.target_cluster = ClusterAffinity{std::nullopt, {}, split(target, ','), {}};
    rule.overriders.push_back(trace(sketch.name + std::to_string(made.rules.size())));
    made.rules.push_back(std::move(rule));
  }
  return made;
}

OverrideIndex index_of(const std::vector<Sketch>& sketches) {
  std::vector<OverridePolicy> policies;
  for (const Sketch& sketch : sketches) policies.push_back(policy(sketch));
  return OverrideIndex(std::move(policies));
}

Cluster member(const std::string& name) {
  Cluster cluster;
  cluster.name = name;
  return cluster;
}

Object config(const std::string& place = "shop") {
  const std::string where = place.empty() ? "" : "'namespace': '" + place + "', ";
  return test::object("{'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {" + where +
                      "'name': 'app', 'labels': {'tier': 'web'}}, 'data': {'trace': ''}}");
}

std::string applied(const OverrideIndex& index, const Object& object,
                    const std::string& cluster = "eu") {
  Json::Value tree = object.tree;
  const Cluster target = member(cluster);
  for (const manifest::Transform& transform : transforms(index.candidates(object), target))
    REQUIRE(transform(tree));
  return std::string(trim(get_string(tree, {"data", "trace"})));
}

const std::string all_configs = "[{'apiVersion': 'v1', 'kind': 'ConfigMap'}]";
const std::string by_name = "[{'apiVersion': 'v1', 'kind': 'ConfigMap', 'name': 'app'}]";
const std::string by_label =
    "[{'apiVersion': 'v1', 'kind': 'ConfigMap', 'labelSelector': {'matchLabels': {'tier': "
    "'web'}}}]";

}  // namespace

TEST_CASE("cluster scope first, then the namespace; general before special; then by name") {
  const OverrideIndex index = index_of({{"shop", "b", all_configs},
                                        {"shop", "a", by_name},
                                        {"shop", "e", by_label},
                                        {"shop", "d", "[]"},
                                        {"other", "o", all_configs},
                                        {"", "z", "[]"},
                                        {"", "y", by_name},
                                        {"", "x", by_label}});
  CHECK(applied(index, config()) == "z0 x0 y0 b0 d0 e0 a0");
  CHECK(applied(index, config("other")) == "z0 x0 y0 o0");
  CHECK(applied(index, config("")) == "z0 x0 y0");
}

TEST_CASE("the order of section 16.1, rule by rule") {
  struct Row {
    const char* shows;
    std::vector<Sketch> policies;
    std::string place;
    std::string wanted;
  };
  const std::string none = "[{'apiVersion': 'v1', 'kind': 'Secret'}]";
  const std::string name_and_all =
      "[{'apiVersion': 'v1', 'kind': 'ConfigMap'}, {'apiVersion': 'v1', 'kind': 'ConfigMap', "
      "'name': 'app'}]";
  const auto row = GENERATE_COPY(values<Row>({
      {"1: ClusterOverridePolicies first, however special",
       {{"shop", "a", "[]"}, {"", "b", by_name}},
       "shop",
       "b0 a0"},
      {"1: policies of the object's namespace only",
       {{"shop", "a", "[]"}, {"other", "b", "[]"}},
       "other",
       "b0"},
      {"1: an object without a namespace has no OverridePolicies",
       {{"shop", "a", "[]"}, {"", "b", "[]"}},
       "",
       "b0"},
      {"2: selectors that do not match", {{"shop", "a", none}, {"", "b", none}}, "shop", ""},
      {"2: no selectors match everything, like a selector of all",
       {{"shop", "b", "[]"}, {"shop", "a", all_configs}, {"shop", "c", all_configs}},
       "shop",
       "a0 b0 c0"},
      {"2: all, then by label, then by name",
       {{"shop", "a", by_name}, {"shop", "b", by_label}, {"shop", "c", all_configs}},
       "shop",
       "c0 b0 a0"},
      {"2: the closest selector of a policy counts",
       {{"shop", "a", name_and_all}, {"shop", "b", by_label}},
       "shop",
       "b0 a0"},
      {"2: among equals the name decides",
       {{"shop", "b", by_name}, {"shop", "a-2", by_name}, {"shop", "a-10", by_name}},
       "shop",
       "a-100 a-20 b0"},  // the trace appends the rule
      {"3: rules in list order", {{"shop", "a", "[]", {"", "eu", ""}}}, "shop", "a0 a1 a2"},
      {"3: only rules that target the cluster",
       {{"shop", "a", "[]", {"us", "eu,us", "us"}}},
       "shop",
       "a1"},
      {"3: a policy of which no rule does", {{"shop", "a", "[]", {"us"}}}, "shop", ""},
  }));
  INFO(row.shows);
  CHECK(applied(index_of(row.policies), config(row.place)) == row.wanted);
}

TEST_CASE("rules apply in list order, on the clusters that they target") {
  const OverrideIndex index = index_of({{"shop", "p", "[]", {"us", "", "eu,us", "eu"}}});
  CHECK(applied(index, config(), "eu") == "p1 p2 p3");
  CHECK(applied(index, config(), "us") == "p0 p1 p2");
  CHECK(applied(index, config(), "ap") == "p1");
}

TEST_CASE("the namespace's policies see the labels that the cluster's policies leave") {
  OverridePolicy relabel = policy({"", "relabel", "[]"});
  relabel.rules[0].overriders = {
      {"labelsOverrider", [](Json::Value& object, const Cluster&) -> Result<void> {
         set_label(object, "tier", "db");
         return {};
       }}};
  const std::string to_db =
      "[{'apiVersion': 'v1', 'kind': 'ConfigMap', 'labelSelector': {'matchLabels': {'tier': "
      "'db'}}}]";
  const OverrideIndex index({relabel, policy({"", "sees-old", by_label}),
                             policy({"", "sees-new", to_db}), policy({"shop", "web", by_label}),
                             policy({"shop", "db", to_db})});
  CHECK(applied(index, config()) == "sees-old0 db0");
}

TEST_CASE("candidates are those that could match by kind, namespace and name") {
  const OverrideIndex index = index_of(
      {{"shop", "other-kind", "[{'apiVersion': 'v1', 'kind': 'Secret'}]"},
       {"shop", "other-version", "[{'apiVersion': 'v2', 'kind': 'ConfigMap'}]"},
       {"shop", "other-name", "[{'apiVersion': 'v1', 'kind': 'ConfigMap', 'name': 'x'}]"},
       {"shop", "other-label",
        "[{'apiVersion': 'v1', 'kind': 'ConfigMap', 'labelSelector': {'matchLabels': {'a': "
        "'b'}}}]"},
       {"", "other-namespace", "[{'apiVersion': 'v1', 'kind': 'ConfigMap', 'namespace': 'x'}]"},
       {"", "twice",
        "[{'apiVersion': 'v1', 'kind': 'ConfigMap', 'namespace': 'shop'}, "
        "{'apiVersion': 'v1', 'kind': 'ConfigMap', 'name': 'app'}]"}});
  const auto found = index.candidates(config());
  REQUIRE(found.cluster_scope.size() == 1);
  CHECK(found.cluster_scope[0]->name == "twice");
  REQUIRE(found.namespace_scope.size() == 1);
  CHECK(found.namespace_scope[0]->name == "other-label");
  CHECK(applied(index, config()) == "twice0");
  CHECK(OverrideIndex().candidates(config()).empty());
}

TEST_CASE("clusters that the same rules target have the same signature") {
  const OverrideIndex index = index_of({{"shop", "p", "[]", {"eu-1,eu-2", ""}},
                                        {"shop", "q", "[]", {"us"}},
                                        {"", "p", "[]", {"us", "us"}}});
  const auto candidates = index.candidates(config());
  const auto of = [&](const char* name) { return signature(candidates, member(name)); };
  CHECK(of("eu-1") == of("eu-2"));
  CHECK(of("eu-1") == "shop/p#0#1;");
  CHECK(of("us") == "/p#0#1;shop/p#1;shop/q#0;");
  CHECK(of("ap") == "shop/p#1;");
  CHECK(signature(index_of({{"shop", "q", "[]", {"us"}}}).candidates(config()), member("ap"))
            .empty());
}

TEST_CASE("an error names the policy and its place, and stops the rest") {
  OverridePolicy broken = policy({"shop", "broken", "[]"});
  broken.rules[0].overriders = {
      {"plaintext",
       [](Json::Value&, const Cluster&) {
         return Result<void>(fail(Code::invalid, "no such path", {"o.yaml", 9, 3}));
       }},
      trace("never")};
  const OverrideIndex index({broken, policy({"shop", "later", by_name})});
  Json::Value tree = config().tree;
  const Cluster eu = member("eu");
  const auto found = transforms(index.candidates(config()), eu);
  REQUIRE(found.size() == 1);
  const auto result = found[0](tree);
  REQUIRE_FALSE(result);
  CHECK(to_string(result.error()) ==
        "o.yaml:9:3: no such path (while applying plaintext of OverridePolicy shop/broken)");
  CHECK(get_string(tree, {"data", "trace"}).empty());
}

namespace {

// A policy as a file has it, for errors, expansion and explanation.
OverridePolicy from_file(const std::string& text, const std::string& file) {
  const auto tree = parse_json(replace_all(text, "'", "\""), file);
  REQUIRE(tree);
  Problems problems;
  const auto read = read_override_policy(test::object_at({file, 1, 1}, *tree), problems);
  for (const Problem& problem : problems) UNSCOPED_INFO(problem.message);
  REQUIRE(read);
  return *read;
}

std::string op(const std::string& name, const std::string& rules,
               const std::string& annotations = "{}") {
  return "{'kind': 'OverridePolicy', 'apiVersion': 'policy.karmada.io/v1alpha1', 'metadata': "
         "{'name': '" +
         name + "', 'namespace': 'shop', 'annotations': " + annotations +
         "}, 'spec': {'overrideRules': " + rules + "}}";
}

}  // namespace

TEST_CASE("an error names the policy, the rule, the overrider and the entry") {
  const OverrideIndex index(
      {from_file(op("broken",
                    "[{'overriders': {}},\n{'overriders': {'labelsOverrider': [\n{'operator': "
                    "'add', 'value': {'a': 'b'}}],\n'plaintext': [{'operator': 'add', 'path': "
                    "'/data/x', 'value': 'y'},\n {'operator': 'remove', 'path': '/data/y'}]}}]"),
                 "o.yaml")});
  const Cluster eu = member("eu");
  Json::Value tree = config().tree;
  const auto result = transforms(index.candidates(config()), eu)[0](tree);
  REQUIRE_FALSE(result);
  CHECK(to_string(result.error()) ==
        "o.yaml:5:2: there is no \"y\" (while applying step 2, remove \"/data/y\", while applying "
        "spec.overrideRules[1].overriders.plaintext of OverridePolicy shop/broken)");
}

TEST_CASE("what ran is recorded with the fields that it changed") {
  const std::string rules =
      "[{'overriders': {'plaintext': [{'operator': 'add', 'path': '/data/x', 'value': {'y': 1}}, "
      "{'operator': 'remove', 'path': '/data/trace'}]}},\n{'overriders': {'labelsOverrider': "
      "[{'operator': 'replace', 'value': {'none': 'x'}},\n{'operator': 'add', 'value': {'a/b': "
      "'c', 'tier': 'db'}}]}}]";
  const OverrideIndex index({from_file(op("p", rules), "o.yaml"), policy({"", "c", "[]"})});
  const Cluster eu = member("eu");
  std::vector<Touch> touches;
  Json::Value tree = config().tree;
  for (const auto& transform : transforms(index.candidates(config()), eu, &touches))
    REQUIRE(transform(tree));
  REQUIRE(touches.size() == 4);
  CHECK(touches[0].policy == "ClusterOverridePolicy c");
  CHECK(touches[0].source == SourceRef{"c.yaml", 1, 1});
  CHECK(touches[0].paths == std::vector<std::string>{"/data/trace"});
  CHECK(touches[1].policy == "OverridePolicy shop/p");
  CHECK(touches[1].overrider == "plaintext");
  CHECK(touches[1].rule == 0);
  CHECK(touches[1].paths == std::vector<std::string>{"/data/trace", "/data/x"});
  CHECK(touches[2].rule == 1);
  CHECK(touches[2].paths.empty());
  CHECK(touches[3].overrider == "labelsOverrider");
  CHECK(touches[3].source == SourceRef{"o.yaml", 3, 1});
  CHECK(touches[3].paths ==
        std::vector<std::string>{"/metadata/labels/a~1b", "/metadata/labels/tier"});
  CHECK(applied(index, config()) == trim(get_string(tree, {"data", "trace"})));
}

TEST_CASE("the overriders of a rule run in Karmada's order, however the file has them") {
  const std::string rule =
      "[{'overriders': {'plaintext': [{'operator': 'add', 'path': '/x', 'value': 1}], "
      "'fieldOverrider': [{'fieldPath': '/data/trace', 'json': [{'subPath': '/a', 'operator': "
      "'remove'}]}], 'annotationsOverrider': [{'operator': 'add', 'value': {'a': 'b'}}], "
      "'labelsOverrider': [{'operator': 'add', 'value': {'a': 'b'}}], 'argsOverrider': "
      "[{'containerName': 'a', 'operator': 'add'}], 'commandOverrider': [{'containerName': 'a', "
      "'operator': 'add'}], 'imageOverrider': [{'component': 'Tag', 'operator': 'remove'}]}}]";
  const OverrideIndex index({from_file(op("p", rule), "o.yaml")});
  const Cluster eu = member("eu");
  std::vector<Touch> touches;
  Json::Value tree = config().tree;
  REQUIRE(transforms(index.candidates(config()), eu, &touches)[0](tree));
  std::vector<std::string> order;
  for (const Touch& touch : touches) order.push_back(touch.overrider);
  CHECK(join(order, " ") ==
        "imageOverrider commandOverrider argsOverrider labelsOverrider annotationsOverrider "
        "fieldOverrider plaintext");
}

TEST_CASE("clusters share a manifest unless a rule that targets them expands their facts") {
  const std::string rules =
      "[{'targetCluster': {'clusterNames': ['eu', 'us']}, 'overriders': {'labelsOverrider': "
      "[{'operator': 'add', 'value': {'at': '${cluster.name}'}}]}}, {'overriders': "
      "{'annotationsOverrider': [{'operator': 'add', 'value': {'price': '$$5'}}]}}]";
  const auto sign = [&](const std::string& annotations, const char* name) {
    const OverrideIndex index({from_file(op("p", rules, annotations), "o.yaml")});
    return signature(index.candidates(config()), member(name));
  };
  const std::string on = "{'flotilla.dev/expand': 'true'}";
  CHECK(sign(on, "eu") == "shop/p#0#1@eu;");
  CHECK(sign(on, "us") == "shop/p#0#1@us;");
  CHECK(sign(on, "ap") == "shop/p#1;");
  const OverrideIndex index({from_file(op("p", rules, on), "o.yaml")});
  const Cluster eu = member("eu");
  Json::Value tree = config().tree;
  REQUIRE(transforms(index.candidates(config()), eu)[0](tree));
  CHECK(label(tree, "at") == "eu");
  CHECK(annotation(tree, "price") == "$5");
}
