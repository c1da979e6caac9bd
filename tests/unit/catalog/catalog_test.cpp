#include "render/catalog/catalog.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using catalog::Catalog;
using catalog::MemoryTree;

namespace {

Catalog load(std::map<std::string, std::string> files) {
  auto loaded = catalog::load_catalog(MemoryTree(std::move(files)));
  REQUIRE(loaded);
  return std::move(*loaded);
}

std::string names(const Chunked<catalog::ObjectPtr>& objects) {
  std::string text;
  for (const auto& object : objects)
    text += to_string(object->key) + "@" + to_string(object->source) + "\n";
  return text;
}

std::string problems(const Catalog& catalog) {
  std::string text;
  for (const Problem& problem : catalog.problems)
    text += to_string(problem) + " [" + problem.code + "]\n";
  return text;
}

std::string config_map(const std::string& name) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\n";
}

}  // namespace

TEST_CASE("files become objects, sorted by key, with the place where each begins") {
  const Catalog catalog = load({
      {"z.yaml",
       "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n---\napiVersion: apps/v1\nkind: "
       "Deployment\n"
       "metadata: {name: web, namespace: shop}\n"},
      {"a/b/c.json",
       R"({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "namespace": "shop"}})"},
      {"a/d.yml", "\n\n" + config_map("v")},
      {"policy.yaml",
       "apiVersion: policy.karmada.io/v1alpha1\nkind: PropagationPolicy\nmetadata: {name: p, "
       "namespace: shop}\n"},
      {"fleet.yaml", "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f}\n"},
      {"README.md", "# not: [read"},
      {".github/workflows/x.yaml", "not: [read"},
      {".hidden.yaml", "not: [read"},
      {"yaml", "not: [read"},
  });
  CHECK(names(catalog.templates) ==
        "ConfigMap/default/v@a/d.yml:3:1\nConfigMap/shop/x@a/b/c.json:1:1\nNamespace/"
        "shop@z.yaml:1:1\nDeployment.apps/shop/web@z.yaml:6:1\n");
  CHECK(names(catalog.settings) ==
        "Fleet.flotilla.dev/f@fleet.yaml:1:1\nPropagationPolicy.policy.karmada.io/shop/"
        "p@policy.yaml:1:1\n");
  CHECK(problems(catalog).empty());
  REQUIRE(catalog.templates.size() == 4);
  CHECK(catalog.templates[3]->api_version == "apps/v1");
}

TEST_CASE("the kinds that Flotilla reads itself are settings") {
  for (const char* const group : {"policy", "cluster", "work", "config", "networking",
                                  "autoscaling", "remedy", "apps", "search"})
    CHECK(catalog::is_setting({std::string(group) + ".karmada.io", "X"}));
  CHECK(catalog::is_setting({"flotilla.dev", "Fleet"}));
  CHECK_FALSE(catalog::is_setting({"apps", "Deployment"}));
  CHECK_FALSE(catalog::is_setting({"", "ConfigMap"}));
  CHECK_FALSE(catalog::is_setting({"karmada.io", "X"}));
}

TEST_CASE("ignore files take files away at any level") {
  const Catalog catalog = load({
      {".flotillaignore", "*.gen.yaml\n/tmp/\n!keep.gen.yaml\n"},
      {"a.gen.yaml", "bad: ["},
      {"keep.gen.yaml", config_map("keep")},
      {"tmp/x.yaml", "bad: ["},
      {"sub/.flotillaignore", "drop.yaml\n"},
      {"sub/drop.yaml", "bad: ["},
      {"drop.yaml", config_map("root")},
  });
  CHECK(names(catalog.templates) ==
        "ConfigMap/default/keep@keep.gen.yaml:1:1\nConfigMap/default/root@drop.yaml:1:1\n");
  CHECK(problems(catalog).empty());
}

TEST_CASE("lists are taken apart") {
  const Catalog catalog =
      load({{"list.yaml",
             "apiVersion: v1\nkind: List\nitems:\n"
             "- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: a}\n"
             "- apiVersion: v1\n  kind: List\n  items:\n"
             "  - apiVersion: v1\n    kind: Secret\n    metadata: {name: b}\n"
             "- text\n"
             "---\napiVersion: apps/v1\nkind: DeploymentList\nitems:\n- metadata: {name: c}\n"
             "---\napiVersion: v1\nkind: List\n"
             "---\napiVersion: v1\nkind: List\nitems: {a: 1}\n"
             "---\napiVersion: net.io/v1\nkind: AllowList\nmetadata: {name: d}\nitems: [x]\n"}});
  CHECK(
      names(catalog.templates) ==
      "ConfigMap/default/a@list.yaml:4:3\nSecret/default/b@list.yaml:10:5\nDeployment.apps/default/"
      "c@list.yaml:18:3\nAllowList.net.io/d@list.yaml:27:1\n");
  CHECK(problems(catalog) ==
        "list.yaml:13:3: warning: the document is a text, want a map; it is passed over "
        "[not-an-object]\n"
        "list.yaml:25:8: error: items is a map, want a list [bad-field]\n");
}

TEST_CASE("local configuration is no template, but a setting stays one") {
  const auto annotated = [](const std::string& head, const std::string& value) {
    return head +
           "\nmetadata:\n  name: x\n  annotations: {config.kubernetes.io/local-config: " + value +
           "}\n";
  };
  const std::string config = "apiVersion: v1\nkind: ConfigMap";
  CHECK(load({{"a.yaml", annotated(config, "\"true\"")}}).templates.empty());
  CHECK(load({{"a.yaml", annotated(config, "\"yes\"")}}).templates.empty());
  CHECK(load({{"a.yaml", annotated(config, "true")}}).templates.empty());
  CHECK(load({{"a.yaml", annotated(config, "\"false\"")}}).templates.size() == 1);
  CHECK(load({{"a.yaml", annotated("apiVersion: flotilla.dev/v1alpha1\nkind: Fleet", "\"true\"")}})
            .settings.size() == 1);
}

TEST_CASE("documents that are no objects are warnings") {
  const Catalog catalog = load({
      {"a.yaml", "replicaCount: 3\n"},
      {"b.yaml", "- a\n---\ntext\n"},
      {"c.yaml", "kind: ConfigMap\n"},
      {"d.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"},
      {"e.yaml", "apiVersion: v1\nkind:\n"},
  });
  CHECK(
      problems(catalog) ==
      "a.yaml:1:1: warning: the document has no apiVersion, it is no Kubernetes object; it is "
      "passed over [not-an-object]\n"
      "b.yaml:1:1: warning: the document is a list, want a map; it is passed over [not-an-object]\n"
      "b.yaml:3:1: warning: the document is a text, want a map; it is passed over [not-an-object]\n"
      "c.yaml:1:1: warning: the document has no apiVersion, it is no Kubernetes object; it is "
      "passed over [not-an-object]\n"
      "d.yaml:1:1: warning: Kustomize files are not built, this document is passed over "
      "[kustomization]\n"
      "e.yaml:1:1: warning: the document has no kind, it is no Kubernetes object; it is passed "
      "over [not-an-object]\n");
  CHECK(catalog.faulty_files.empty());
  CHECK(catalog.templates.empty());
}

TEST_CASE("objects that the API server would refuse are errors at their place") {
  const std::string head = "apiVersion: v1\nkind: ConfigMap\n";
  const auto [text, message] = GENERATE_COPY(table<std::string, std::string>({
      {head, "a.yaml:1:1: error: metadata.name is missing, want a name [no-name]"},
      {head + "metadata:\n", "a.yaml:1:1: error: metadata.name is missing, want a name [no-name]"},
      {head + "metadata: x\n", "a.yaml:3:11: error: metadata is a text, want a map [bad-field]"},
      {head + "metadata: {namespace: x}\n",
       "a.yaml:3:11: error: metadata.name is missing, want a name [no-name]"},
      {head + "metadata:\n  name: ''\n",
       "a.yaml:4:9: error: metadata.name is empty, want a name [no-name]"},
      {head + "metadata:\n  name: 123\n",
       "a.yaml:4:9: error: metadata.name is a number, want a text [bad-name]"},
      {head + "metadata:\n  name: a/b\n",
       "a.yaml:4:9: error: metadata.name is \"a/b\", want a name of at most 253 characters without "
       "'/' and '%' [bad-name]"},
      {head + "metadata:\n  generateName: a-\n",
       "a.yaml:4:17: error: metadata.generateName gives another name each time, want a stable one "
       "in metadata.name [no-name]"},
      {head + "metadata:\n  name: a\n  namespace: 1\n",
       "a.yaml:5:14: error: metadata.namespace is a number, want a text [bad-name]"},
      {head + "metadata:\n  name: a\n  namespace: ../b\n",
       "a.yaml:5:14: error: metadata.namespace is \"../b\", want at most 63 lower-case letters, "
       "digits and '-', no '-' at the ends [bad-name]"},
      {head + "metadata:\n  name: a\n  labels: [b]\n",
       "a.yaml:5:11: error: ConfigMap/default/a: metadata.labels is a list, want a map "
       "[bad-field]"},
      {head + "metadata:\n  name: a\n  labels:\n    on: yes\n",
       "a.yaml:6:9: error: ConfigMap/default/a: metadata.labels[\"true\"] is a truth value, want a "
       "text "
       "(put it in quotes) [bad-field]"},
      {head + "metadata:\n  name: a\n  annotations:\n    b: 1\n",
       "a.yaml:6:8: error: ConfigMap/default/a: metadata.annotations[\"b\"] is a number, want a "
       "text (put "
       "it in quotes) [bad-field]"},
      {"apiVersion: 1\nkind: X\n",
       "a.yaml:1:13: error: apiVersion is a number, want a text [bad-field]"},
      {"apiVersion: a/b/c\nkind: X\n",
       "a.yaml:1:13: error: apiVersion is \"a/b/c\", want group/version or v1 [bad-field]"},
      {"apiVersion: v1\nkind: [X]\n", "a.yaml:2:7: error: kind is a list, want a text [bad-field]"},
      {"apiVersion: v1\nkind: ../X\n",
       "a.yaml:2:7: error: kind is \"../X\", want a kind such as Deployment [bad-field]"},
  }));
  const Catalog catalog = load({{"a.yaml", text + "---\n" + config_map("good")}});
  CHECK(problems(catalog) == message + "\n");
  CHECK(catalog.templates.size() == 1);
  CHECK(catalog.faulty_files == std::set<std::string>{"a.yaml"});
}

TEST_CASE("an object that can be named but not used is named") {
  const std::string bad =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\n  labels: "
      "{a: 1, b: 2}\n";
  const Catalog catalog = load({{"a.yaml", bad}});
  CHECK(catalog.faulty_objects == std::set<ObjectKey>{{"apps", "Deployment", "shop", "web"}});
  REQUIRE(catalog.problems.size() == 2);
  CHECK(catalog.problems[0].object == "Deployment.apps/shop/web");
  const Catalog twice =
      load({{"a.yaml", bad},
            {"b.yaml",
             "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n"}});
  CHECK(twice.templates.empty());
}

TEST_CASE("empty namespaces, labels and null annotations are no fault") {
  const Catalog catalog = load(
      {{"a.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: system:a.b\n  namespace:\n  labels:\n"
        "  annotations: {a: , b: ''}\n"}});
  CHECK(problems(catalog).empty());
  CHECK(catalog.templates.size() == 1);
}

TEST_CASE("the same object in two places is an error at both and used at none") {
  const std::string policy =
      "apiVersion: policy.karmada.io/v1alpha1\nkind: ClusterPropagationPolicy\nmetadata: {name: "
      "p}\n";
  const Catalog catalog = load({
      {"a.yaml", config_map("x") + "---\n" + config_map("v")},
      {"b.yaml", "---\n" + config_map("x")},
      {"c.yaml", config_map("x")},
      {"d.yaml",
       "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: w}\n---\napiVersion: "
       "apps/v1beta1\nkind: Deployment\nmetadata: {name: w}\n"},
      {"p.yaml", policy + "---\n" + policy},
      {"q.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, namespace: other}\n"},
  });
  CHECK(problems(catalog) ==
        "a.yaml:1:1: error: ConfigMap/default/x: also stands at b.yaml:2:1 and c.yaml:1:1, want it "
        "once "
        "[duplicate-object]\n"
        "b.yaml:2:1: error: ConfigMap/default/x: also stands at a.yaml:1:1 and c.yaml:1:1, want it "
        "once "
        "[duplicate-object]\n"
        "c.yaml:1:1: error: ConfigMap/default/x: also stands at a.yaml:1:1 and b.yaml:2:1, want it "
        "once "
        "[duplicate-object]\n"
        "d.yaml:1:1: error: Deployment.apps/default/w: also stands at d.yaml:5:1, want it once "
        "[duplicate-object]\n"
        "d.yaml:5:1: error: Deployment.apps/default/w: also stands at d.yaml:1:1, want it once "
        "[duplicate-object]\n"
        "p.yaml:1:1: error: ClusterPropagationPolicy.policy.karmada.io/p: also stands at "
        "p.yaml:5:1, want it once [duplicate-object]\n"
        "p.yaml:5:1: error: ClusterPropagationPolicy.policy.karmada.io/p: also stands at "
        "p.yaml:1:1, want it once [duplicate-object]\n");
  CHECK(names(catalog.templates) ==
        "ConfigMap/default/v@a.yaml:5:1\nConfigMap/other/x@q.yaml:1:1\n");
  CHECK(catalog.settings.empty());
  CHECK(catalog.faulty_files ==
        std::set<std::string>{"a.yaml", "b.yaml", "c.yaml", "d.yaml", "p.yaml"});
  CHECK(catalog.faulty_objects ==
        std::set<ObjectKey>{{"", "ConfigMap", "default", "x"},
                            {"apps", "Deployment", "default", "w"},
                            {"policy.karmada.io", "ClusterPropagationPolicy", "", "p"}});
}

TEST_CASE("what stood before a syntax error is loaded, the file is faulty") {
  const Catalog catalog =
      load({{"a.yaml", config_map("x") + "---\nb: {\n"}, {"b.yaml", std::string("\0\1\2", 3)}});
  CHECK(names(catalog.templates) == "ConfigMap/default/x@a.yaml:1:1\n");
  CHECK(catalog.faulty_files == std::set<std::string>{"a.yaml", "b.yaml"});
}

TEST_CASE("a namespaced kind without a namespace is in default, as kubectl reads it") {
  const Catalog catalog =
      load({{"a.yaml", config_map("a")},
            {"b.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: b}\n"},
            {"c.yaml", "apiVersion: x.io/v1\nkind: Thing\nmetadata: {name: c}\n"}});
  CHECK(names(catalog.templates) ==
        "ConfigMap/default/a@a.yaml:1:1\nNamespace/b@b.yaml:1:1\nThing.x.io/c@c.yaml:1:1\n");
  CHECK(get_string(catalog.templates.front()->tree, {"metadata", "namespace"}) == "default");
}
