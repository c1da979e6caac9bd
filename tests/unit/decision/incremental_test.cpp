#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

constexpr int many = 20;

// ConfigMaps c0 to c19 and a policy for all of them.
Files config_maps() {
  Files files = {{"eu.yaml", cluster("eu")},
                 {"ap.yaml", cluster("ap")},
                 {"shop.yaml", name_space("shop")},
                 {"p.yaml", policy_for("p", "v1 ConfigMap")}};
  for (int i = 0; i < many; ++i) {
    const std::string name = "c" + std::to_string(i);
    files[name + ".yaml"] = config_map(name);
  }
  return files;
}

// Commit by commit, as the controller goes: each remembers the one before.
class Course {
 public:
  explicit Course(Files at_first) : files(std::move(at_first)) { commit(); }

  std::size_t commit() {
    const catalog::MemoryTree tree(files);
    decision =
        decider_.decide({"main@sha1:1", catalog::load_catalog(tree, &cache_).value()}, previous_);
    previous_ = remember(decision);
    return decider_.decided_anew();
  }
  std::size_t commit(const std::string& file, const std::string& content) {
    files[file] = content;
    return commit();
  }

  Files files;
  decision::Decision decision;

 private:
  catalog::ParseCache cache_;
  decision::Decider decider_;
  decision::Previous previous_;
};

}  // namespace

TEST_CASE("a commit costs what it changes") {
  Course course(config_maps());
  CHECK(course.commit() == 0);
  CHECK(course.commit("c7.yaml", config_map("c7", "2")) == 1);
  CHECK(course.commit("notes.yaml", "# nothing\n") == 0);
  CHECK(course.commit("new.yaml", config_map("new")) == 1);
  course.files.erase("new.yaml");
  CHECK(course.commit() == 0);
  CHECK(course.decision.bindings.size() == many);
}

TEST_CASE("a change of what all depend on decides all anew") {
  struct Case {
    std::string file;
    std::string content;
  };
  const std::vector<Case> cases = {
      {"p.yaml", policy_for("p", "v1 ConfigMap", to_clusters("eu"))},
      {"ap.yaml", cluster("ap", "staging")},
      {"mark.yaml", labelling("mark", "one")},
      {"fleet.yaml", "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f}\n"},
      {"broken.yaml", "kind: ["},
  };
  for (const Case& c : cases) {
    INFO(c.file);
    Course course(config_maps());
    CHECK(course.commit(c.file, c.content) == many + 1);  // the Namespace is a template too
  }
}

TEST_CASE("a dependency is rendered anew when its requirers change") {
  Files files = config_maps();
  files["p.yaml"] =
      policy_for("p", "apps/v1 Deployment", "  propagateDeps: true\n" + to_clusters("eu"));
  files["web.yaml"] = deployment("web", 1, "c3");
  Course course(files);
  CHECK(rendered_on(course.decision, key("c3")) == "eu");
  CHECK(course.commit("web.yaml", deployment("web", 1, "c4")) == 3);  // web, c3 and c4
  CHECK(rendered_on(course.decision, key("c3")).empty());
  CHECK(rendered_on(course.decision, key("c4")) == "eu");
  course.files.erase("web.yaml");
  CHECK(course.commit() == 2);  // c4, and the Namespace, in which nothing is left
  CHECK(rendered_on(course.decision, key("c4")).empty());
  CHECK(rendered_on(course.decision, {"", "Namespace", "", "shop"}).empty());
}

TEST_CASE("a quota that did not change limits what comes later") {
  Files files = {
      {"eu.yaml", cluster("eu") + "status: {resourceSummary: {allocatable: {pods: \"50\"}}}\n"},
      {"quota.yaml",
       "apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q, namespace: shop}\n"
       "spec: {hard: {requests.cpu: \"3\"}}\n"},
      {"p.yaml", policy_for("p", "v1 ResourceQuota")},
      {"q.yaml", policy_for("q", "apps/v1 Deployment",
                            "  placement: {replicaScheduling: {replicaSchedulingType: Divided, "
                            "replicaDivisionPreference: Aggregated}}\n")}};
  std::string web = deployment("web", 5);
  web.replace(web.find("image: nginx"), 12, "image: nginx, resources: {requests: {cpu: 1}}");
  Course course(files);
  course.commit("web.yaml", web);
  const decision::Decision afresh = tests::decide(course.files);
  CHECK(places_of(afresh, deployment_key("web")).empty());
  CHECK(places_of(course.decision, deployment_key("web")).empty());
}

TEST_CASE("when one of two that ask for a name leaves, the other gets it") {
  Files files = config_maps();
  files["q.yaml"] = policy_for("q", "example.com/v1 ConfigMap");
  files["other.yaml"] =
      "apiVersion: example.com/v1\nkind: ConfigMap\nmetadata: {name: c0, namespace: shop}\n";
  const ObjectKey other{"example.com", "ConfigMap", "shop", "c0"};
  Course course(files);
  CHECK(binding_of(course.decision, other)->name == "c0-configmap.example.com");
  course.files.erase("c0.yaml");
  course.commit();
  CHECK(binding_of(course.decision, other)->name == "c0-configmap");
}
