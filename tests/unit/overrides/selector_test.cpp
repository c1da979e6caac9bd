#include "overrides/selector.h"

#include "tests/support/documents.h"
#include "tests/support/problems.h"

using namespace flotilla;
using namespace flotilla::overrides;

namespace {

LabelSelector label_selector(const char* text) {
  Problems problems;
  const auto selector = read_label_selector(test::tree(text), {"p.yaml", "", problems});
  INFO(text);
  REQUIRE(selector);
  REQUIRE(problems.empty());
  return *selector;
}

ResourceSelector resource_selector(const char* text) {
  Problems problems;
  const auto selector = read_resource_selector(test::tree(text), "", {"p.yaml", "", problems});
  INFO(text);
  REQUIRE(selector);
  return *selector;
}

}  // namespace

TEST_CASE("label selectors select as Kubernetes defines it") {
  const std::map<std::string, std::string> labels = {{"app", "web"}, {"tier", ""}};
  const auto [text, wanted] = GENERATE(table<const char*, bool>({
      {"{}", true},
      {"{'matchLabels': {'app': 'web'}}", true},
      {"{'matchLabels': {'app': 'db'}}", false},
      {"{'matchLabels': {'app': 'web', 'other': 'x'}}", false},
      {"{'matchLabels': {'tier': ''}}", true},
      {"{'matchLabels': {'other': ''}}", false},
      {"{'matchExpressions': [{'key': 'app', 'operator': 'In', 'values': ['db', 'web']}]}", true},
      {"{'matchExpressions': [{'key': 'app', 'operator': 'In', 'values': ['db']}]}", false},
      {"{'matchExpressions': [{'key': 'other', 'operator': 'In', 'values': ['db']}]}", false},
      {"{'matchExpressions': [{'key': 'app', 'operator': 'NotIn', 'values': ['db']}]}", true},
      {"{'matchExpressions': [{'key': 'app', 'operator': 'NotIn', 'values': ['web']}]}", false},
      {"{'matchExpressions': [{'key': 'other', 'operator': 'NotIn', 'values': ['web']}]}", true},
      {"{'matchExpressions': [{'key': 'tier', 'operator': 'Exists'}]}", true},
      {"{'matchExpressions': [{'key': 'other', 'operator': 'Exists'}]}", false},
      {"{'matchExpressions': [{'key': 'other', 'operator': 'DoesNotExist'}]}", true},
      {"{'matchExpressions': [{'key': 'app', 'operator': 'DoesNotExist'}]}", false},
      {"{'matchLabels': {'app': 'web'}, 'matchExpressions': [{'key': 'app', 'operator': "
       "'DoesNotExist'}]}",
       false},
  }));
  INFO(text);
  CHECK(matches(label_selector(text), labels) == wanted);
}

TEST_CASE("a label selector that Kubernetes would refuse is an error at its place") {
  const auto [text, message] = GENERATE(table<const char*, const char*>({
      {"[]", "labelSelector is a list, want a map"},
      {"{'matchLabels': []}", "labelSelector.matchLabels is a list, want a map"},
      {"{'matchLabels': {'a': 1}}", "labelSelector.matchLabels[\"a\"] is a number, want a text"},
      {"{'matchLabels': {'a b': 'c'}}", "has the key \"a b\""},
      {"{'matchLabels': {'a': 'b c'}}", "has the value \"b c\""},
      {"{'matchExpressions': [{'operator': 'Exists'}]}",
       "labelSelector.matchExpressions[0].key is missing"},
      {"{'matchExpressions': [{'key': 'a'}]}", "matchExpressions[0].operator is missing"},
      {"{'matchExpressions': [{'key': 'a', 'operator': 'Is'}]}",
       "is \"Is\", want one of In, NotIn, Exists, DoesNotExist"},
      {"{'matchExpressions': [{'key': 'a', 'operator': 'In'}]}",
       "values is empty, want at least one"},
      {"{'matchExpressions': [{'key': 'a', 'operator': 'In', 'values': []}]}",
       "values is empty, want at least one"},
      {"{'matchExpressions': [{'key': 'a', 'operator': 'Exists', 'values': ['b']}]}",
       "want none for operator Exists"},
      {"{'matchExpressions': [{'key': 'a', 'operator': 'In', 'values': 'b'}]}",
       "values is a text, want a list"},
      {"{'matchExpressions': [{'key': 'a', 'operator': 'In', 'values': [true]}]}",
       "values[0] is a truth value"},
      {"{'matchExpressions': ['a']}", "matchExpressions[0] is a text, want a map"},
  }));
  Problems problems;
  CHECK_FALSE(read_label_selector(test::tree(text), {"p.yaml", "", problems, "labelSelector"}));
  INFO(text);
  bool found = false;
  for (const Problem& p : problems) {
    CHECK(p.where.file == "p.yaml");
    CHECK(p.where.line == 1);
    found = found || p.message.find(message) != std::string::npos;
  }
  for (const std::string& line : test::lines(problems)) UNSCOPED_INFO(line);
  CHECK(found);
}

TEST_CASE("label keys and values") {
  const std::string long63(63, 'a');
  for (const std::string key : {"app", "app.kubernetes.io/name", "A_b-c.d", "9", "a.b/C"})
    CHECK(label_key_fault(key).empty());
  CHECK(label_key_fault(long63).empty());
  for (const std::string key :
       {"", "/a", "a/", "a/b/c", "-a", "a-", "a b", "A.b/c", "a..b/c", "a_b/c"}) {
    INFO(key);
    CHECK_FALSE(label_key_fault(key).empty());
  }
  CHECK_FALSE(label_key_fault(long63 + "a").empty());
  CHECK_FALSE(label_key_fault(std::string(254, 'a') + "/b").empty());
  for (const std::string value : {"", "a", "A.b_c-d", "1"}) CHECK(label_value_fault(value).empty());
  for (const std::string value : {"-a", "a.", "a/b", "ä"})
    CHECK_FALSE(label_value_fault(value).empty());
  CHECK_FALSE(label_value_fault(long63 + "a").empty());
}

TEST_CASE("the implicit priority of a resource selector") {
  const Json::Value object = test::tree(
      "{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'namespace': 'shop', 'name': "
      "'web', 'labels': {'app': "
      "'web'}}}");
  const auto [text, priority] = GENERATE(table<const char*, int>({
      {"{'apiVersion': 'apps/v1', 'kind': 'Deployment'}", 1},
      {"{'apiVersion': 'apps/v1beta1', 'kind': 'Deployment'}", 0},
      {"{'apiVersion': 'apps/v1', 'kind': 'StatefulSet'}", 0},
      {"{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'namespace': 'shop'}", 1},
      {"{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'namespace': 'other'}", 0},
      {"{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': 'web'}", 3},
      {"{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': 'db'}", 0},
      {"{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': 'web', 'labelSelector': "
       "{'matchLabels': {'app': 'db'}}}",
       3},
      {"{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'labelSelector': {'matchLabels': {'app': "
       "'web'}}}",
       2},
      {"{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'labelSelector': {'matchLabels': {'app': "
       "'db'}}}",
       0},
      {"{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'labelSelector': {}}", 2},
      {"{'apiVersion': 'apps/v1', 'kind': 'Deployment', 'labelSelector': null}", 1},
  }));
  INFO(text);
  CHECK(match(resource_selector(text), object) == priority);
}

TEST_CASE("the best of several selectors counts") {
  const Json::Value object =
      test::tree("{'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'a'}}");
  const ResourceSelector all = resource_selector("{'apiVersion': 'v1', 'kind': 'ConfigMap'}");
  const ResourceSelector named =
      resource_selector("{'apiVersion': 'v1', 'kind': 'ConfigMap', 'name': 'a'}");
  CHECK(best_match({all, named}, object) == 3);
  CHECK(best_match({all}, object) == 1);
  CHECK(best_match({}, object) == 0);
}

TEST_CASE("a selector may match while its labels are not looked at") {
  const Object object = test::object(
      "{'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'a', 'namespace': 'n'}}");
  const auto could = [&](const char* text) { return could_match(resource_selector(text), object); };
  CHECK(could(
      "{'apiVersion': 'v1', 'kind': 'ConfigMap', 'labelSelector': {'matchLabels': {'a': 'b'}}}"));
  CHECK(could("{'apiVersion': 'v1', 'kind': 'ConfigMap', 'namespace': 'n', 'name': 'a'}"));
  CHECK_FALSE(could("{'apiVersion': 'v1', 'kind': 'ConfigMap', 'name': 'b'}"));
  CHECK_FALSE(could("{'apiVersion': 'v1', 'kind': 'ConfigMap', 'namespace': 'm'}"));
  CHECK_FALSE(could("{'apiVersion': 'v1', 'kind': 'Secret'}"));
}

TEST_CASE("reading resource selectors") {
  Problems problems;
  const Reading reading{"p.yaml", "PropagationPolicy/n/p", problems, "spec.resourceSelectors[0]"};

  SECTION("the policy's namespace fills an empty one") {
    const auto selector = read_resource_selector(
        test::tree("{'apiVersion': 'v1', 'kind': 'Secret'}"), "shop", reading);
    REQUIRE(selector);
    CHECK(selector->namespace_ == "shop");
  }
  SECTION("and must be the one that is given") {
    CHECK_FALSE(read_resource_selector(
        test::tree("{'apiVersion': 'v1', 'kind': 'Secret', 'namespace': 'x'}"), "shop", reading));
    CHECK(test::has_error(problems, "invalid-value",
                          "spec.resourceSelectors[0].namespace is \"x\", want the policy's own"));
    CHECK(problems[0].object == "PropagationPolicy/n/p");
  }
  SECTION("what is missing or of a wrong type is listed as a whole") {
    CHECK_FALSE(read_resource_selector(test::tree("{'kind': 5, 'name': ['a']}"), "", reading));
    CHECK(test::lines(problems) ==
          std::vector<std::string>{
              "1:1 missing-field spec.resourceSelectors[0].apiVersion is missing, want a text",
              "1:10 wrong-type spec.resourceSelectors[0].kind is a number, want a text",
              "1:21 wrong-type spec.resourceSelectors[0].name is a list, want a text"});
  }
  SECTION("an unknown field is an error") {
    CHECK_FALSE(read_resource_selector(
        test::tree("{'apiVersion': 'v1', 'kind': 'Secret', 'nmae': 'x'}"), "", reading));
    CHECK(test::has_error(
        problems, "unknown-field",
        "spec.resourceSelectors[0].nmae is not a known field (did you mean name?)"));
  }
}
