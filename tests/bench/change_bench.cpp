#include "reconciler/decision/decide.h"
#include "reconciler/git/repository.h"
#include "render/catalog/catalog.h"
#include "tests/bench/figures.h"

#include <stdlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <string>

// From a commit to the manifests of two clusters, cold and after a commit that changes one file;
// and a dependency that changes beneath many workloads. Prints lines of "name value unit".
//   change_bench [TEMPLATES]
namespace {

using namespace flotilla;
using bench::print;
using bench::seconds;

using Changes = std::map<std::string, std::optional<std::string>>;

std::string cluster(const std::string& name) {
  return "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: " + name + "}\n";
}

std::string config_map(const std::string& name, const std::string& value) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name +
         ", namespace: shop}\ndata: {value: \"" + value + "\"}\n";
}

std::string deployment(const std::string& name, const std::string& config,
                       const std::string& image) {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: " + name +
         ", namespace: shop, labels: {app: " + name +
         "}}\nspec:\n  replicas: 2\n  selector: {matchLabels: {app: " + name +
         "}}\n  template:\n    metadata: {labels: {app: " + name +
         "}}\n    spec:\n      containers:\n        - name: main\n          image: " + image +
         "\n          envFrom: [{configMapRef: {name: " + config + "}}]\n";
}

std::string policy(const std::string& name, const std::string& selector) {
  return "apiVersion: policy.karmada.io/v1alpha1\nkind: PropagationPolicy\nmetadata: {name: " +
         name +
         ", namespace: shop}\nspec:\n  propagateDeps: true\n  resourceSelectors:\n    - "
         "{apiVersion: apps/v1, kind: Deployment" +
         selector + "}\n  placement: {clusterAffinity: {clusterNames: [member1, member2]}}\n";
}

struct Folder {
  std::filesystem::path path;
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "flotilla-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

// The way the controller goes, commit by commit.
class Course {
 public:
  void commit(const Changes& changes) {
    const git::Author author{"Bench", "bench@example.com", 1'700'000'000};
    head_ = repository_.write_commit(head_, changes, "Change\n", author).value().value();
  }
  void load() {
    const auto tree = repository_.tree(head_).value();
    snapshot_.revision = "main@sha1:" + head_;
    snapshot_.catalog = catalog::load_catalog(*tree, &cache_).value();
  }
  void decide() { decision_ = decider_.decide(snapshot_, previous_); }
  void remember() {
    previous_.owner = decision_.owner;
    previous_.bindings.clear();
    for (const decision::BindingPtr& binding : decision_.bindings.pointers())
      previous_.bindings.emplace_hint(previous_.bindings.end(), binding->object, binding);
  }
  std::size_t manifests() const {
    std::size_t count = 0;
    for (const auto& [name, work] : decision_.work) count += work.manifests.size();
    return count;
  }
  std::size_t anew() const { return decider_.decided_anew(); }

 private:
  Folder folder_;
  git::Repository repository_ = git::Repository::init(folder_.path).value();
  std::string head_;
  catalog::ParseCache cache_;
  decision::Snapshot snapshot_;
  decision::Previous previous_;
  decision::Decider decider_;
  decision::Decision decision_;
};

std::string numbered(const char* name, int i) { return std::string(name) + std::to_string(i); }

void measure_changes(Course& course, const char* title, const Changes& first,
                     const std::function<Changes(int)>& change) {
  const std::string name = title;
  course.commit(first);
  print((name + ".cold_load").c_str(), seconds([&] { course.load(); }), "s");
  print((name + ".cold_decide").c_str(), seconds([&] { course.decide(); }), "s");
  course.remember();
  std::vector<double> loads;
  std::vector<double> decisions;
  for (int i = 0; i < 5; ++i) {
    course.commit(change(i));
    loads.push_back(seconds([&] { course.load(); }));
    decisions.push_back(seconds([&] { course.decide(); }));
    course.remember();
  }
  print((name + ".change_load").c_str(), bench::median(loads) * 1e3, "ms");
  print((name + ".change_decide").c_str(), bench::median(decisions) * 1e3, "ms");
  print((name + ".decided_anew").c_str(), static_cast<double>(course.anew()), "templates");
  print((name + ".manifests").c_str(), static_cast<double>(course.manifests()), "manifests");
}

int run(int templates) {
  {
    Course course;
    Changes files = {{"clusters/member1.yaml", cluster("member1")},
                     {"clusters/member2.yaml", cluster("member2")}};
    for (int i = 0; i < templates; ++i) {
      const std::string app = numbered("app-", i);
      files["apps/" + app + "/deployment.yaml"] = deployment(app, app, "web:1");
      files["apps/" + app + "/config.yaml"] = config_map(app, "1");
      files["apps/" + app + "/policy.yaml"] = policy(app, ", name: " + app);
    }
    measure_changes(course, "apps", files, [&](int i) {
      const std::string app = numbered("app-", i * 7);
      return Changes{{"apps/" + app + "/deployment.yaml", deployment(app, app, "web:2")}};
    });
  }
  {
    const int workloads = 13'572;
    const int dependencies = 3'372;
    Course course;
    Changes files = {{"clusters/member1.yaml", cluster("member1")},
                     {"clusters/member2.yaml", cluster("member2")},
                     {"policies/all.yaml", policy("all", "")}};
    for (int i = 0; i < dependencies; ++i)
      files["config/" + numbered("c-", i) + ".yaml"] = config_map(numbered("c-", i), "1");
    for (int i = 0; i < workloads; ++i)
      files["apps/" + numbered("app-", i) + ".yaml"] =
          deployment(numbered("app-", i), numbered("c-", i % dependencies), "web:1");
    measure_changes(course, "dependencies", files, [&](int i) {
      const std::string name = numbered("c-", i * 3);
      return Changes{{"config/" + name + ".yaml", config_map(name, "2")}};
    });
  }
  print("peak_memory", bench::peak_mebibytes(), "MiB");
  return 0;
}

}  // namespace

int main(int argc, char** argv) { return run(argc > 1 ? std::max(1, std::atoi(argv[1])) : 30'000); }
