#include "tests/integration/fleet/program.h"
#include "tests/integration/fleet/text.h"
#include "tests/integration/fleet/work_tree.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

// `render` and `vet` need no cluster.
namespace flotilla::tests {
namespace {

namespace fs = std::filesystem;

// The files of a folder in an order that `seed` gives.
std::vector<fs::path> shuffled_files(const fs::path& folder, unsigned seed) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), folder));
  std::ranges::sort(files);
  std::ranges::shuffle(files, std::mt19937(seed));
  return files;
}

void copy_shuffled(const fs::path& from, const fs::path& to, unsigned seed) {
  for (const fs::path& file : shuffled_files(from, seed)) {
    fs::create_directories((to / file).parent_path());
    fs::copy_file(from / file, to / file);
  }
}

std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), folder).string()] = read_file(entry.path());
  return files;
}

Outcome render(const fs::path& repo, Arguments more) {
  Arguments arguments = {"render", "--repo", repo.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return flotilla(arguments);
}

}  // namespace

TEST_CASE("render gives the same bytes in any folder and in any order of files") {
  const TempFolder first;
  const TempFolder second;
  copy_shuffled(WorkTree::example(), first.path() / "a", 1);
  copy_shuffled(WorkTree::example(), second.path() / "a-much-longer-name", 2);
  const Outcome one = render(first.path() / "a", {"-o", "json"});
  INFO(one.err);
  REQUIRE(one.code == 0);
  CHECK(one.out.size() > 10'000);
  CHECK(render(first.path() / "a", {"-o", "json"}).out == one.out);
  CHECK(render(second.path() / "a-much-longer-name", {"-o", "json"}).out == one.out);
}

TEST_CASE("render writes the same files in any folder") {
  const TempFolder folder;
  copy_shuffled(WorkTree::example(), folder.path() / "repo", 7);
  const fs::path out = folder.path() / "out";
  REQUIRE(render(WorkTree::example(), {"--output-dir", (out / "a").string()}).code == 0);
  REQUIRE(render(folder.path() / "repo", {"--output-dir", (out / "b").string()}).code == 0);
  const auto files = contents(out / "a");
  CHECK(files == contents(out / "b"));
  CHECK(files.contains("eu-prod/shop/Deployment.apps_catalog.yaml"));
  CHECK(files.contains("eu-prod/_cluster/Namespace_shop.yaml"));
  CHECK(files.contains("bindings/shop/catalog-deployment.yaml"));
  CHECK(files.contains("bindings/_cluster/shop-namespace.yaml"));
  CHECK_FALSE(files.contains("ap-staging/shop/Secret_payments-provider.yaml"));
}

TEST_CASE("render of one cluster is that part of render of all") {
  const Outcome all = render(WorkTree::example(), {"-o", "json"});
  const Outcome one = render(WorkTree::example(), {"-o", "json", "--cluster", "us-prod"});
  REQUIRE(one.code == 0);
  const Json::Value manifests = parse_json_text(one.out)["manifests"];
  CHECK(manifests.getMemberNames() == std::vector<std::string>{"us-prod"});
  CHECK(manifests["us-prod"] == parse_json_text(all.out)["manifests"]["us-prod"]);
  const Outcome unknown = render(WorkTree::example(), {"-o", "json", "--cluster", "mars"});
  CHECK(unknown.code == 2);
  CHECK(contains(unknown.err, "mars"));
}

TEST_CASE("render goes on beside an error, and keeps what was decided before") {
  const TempFolder folder;
  const fs::path repo = folder.path() / "repo";
  copy_shuffled(WorkTree::example(), repo, 3);
  const fs::path before = folder.path() / "before";
  REQUIRE(render(repo, {"--output-dir", before.string()}).code == 0);
  write_file(repo / "apps/shop/vat/configmap.yaml",
             "apiVersion: v1\nkind: ConfigMap\nmetadata: {\n");
  const Outcome broken = render(repo, {"-o", "json", "--status-dir", before.string()});
  CHECK(broken.code == 2);
  const Json::Value printed = parse_json_text(broken.out);
  int line = 0;
  for (const Json::Value& error : printed["errors"]) {
    CHECK(error["file"] == "apps/shop/vat/configmap.yaml");
    line = std::max(line, error["line"].asInt());
  }
  CHECK(line >= 3);
  CHECK(printed["manifests"]["us-prod"].size() == 31);
  bool kept = false;
  for (const Json::Value& binding : printed["bindings"])
    if (binding["metadata"]["name"] == "vat-configmap")
      kept = binding["spec"]["clusters"][0]["name"] == "eu-prod";
  CHECK(kept);
}

TEST_CASE("vet finds nothing wrong with the example") {
  const Outcome vet = flotilla({"vet", "--repo", WorkTree::example().string(), "-o", "json"});
  INFO(vet.text());
  CHECK(vet.code == 0);
  const Json::Value printed = parse_json_text(vet.out);
  for (const Json::Value& error : printed["errors"]) CHECK(error["severity"] == "warning");
}

TEST_CASE("a work tree without a commit is read as it is") {
  const TempFolder folder;
  copy_shuffled(WorkTree::example(), folder.path(), 5);
  const std::string repo = folder.path().string();
  run_program({"/usr/bin/env", "git", "init", "--quiet", repo});
  const Outcome vet = flotilla({"vet", "--repo", repo});
  INFO(vet.text());
  CHECK(vet.code == 0);
  const Outcome rendered = render(folder.path(), {"-o", "json"});
  INFO(rendered.err);
  CHECK(rendered.code == 0);
  CHECK(parse_json_text(rendered.out)["revision"] == "");
  CHECK(render(folder.path(), {"--ref", "HEAD"}).code == 2);
}

TEST_CASE("vet names file, line and column") {
  const TempFolder folder;
  write_file(folder.path() / "a.yaml",
             "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  name: b\n");
  const Arguments vet = {"vet", "--repo", folder.path().string()};
  const Outcome table = flotilla(vet);
  INFO(table.text());
  CHECK(table.code == 2);
  CHECK(contains(table.out, "a.yaml:5:3: error: "));
  const Outcome json = flotilla({"vet", "--repo", folder.path().string(), "-o", "json"});
  CHECK(json.code == 2);
  const Json::Value error = parse_json_text(json.out)["errors"][0];
  CHECK(error["severity"] == "error");
  CHECK(error["file"] == "a.yaml");
  CHECK(error["line"].asInt() == 5);
  CHECK(error["column"].asInt() == 3);
  CHECK_FALSE(error["message"].asString().empty());
  CHECK_FALSE(error["code"].asString().empty());
}

TEST_CASE("a folder of something else is no status branch") {
  const TempFolder folder;
  const Arguments vet = {"vet", "--repo", folder.path().string(), "--status-dir",
                         (folder.path() / "status").string()};
  write_file(folder.path() / "status" / "notes.txt", "");
  const Outcome other = flotilla(vet);
  CHECK(other.code == 2);
  CHECK(contains(other.err, "want the files of a status branch"));
  write_file(folder.path() / "status" / "fleet.yaml", "");
  CHECK_FALSE(contains(flotilla(vet).err, "want the files of a status branch"));
}

TEST_CASE("explain tells a policy in error from one that is not there") {
  const TempFolder folder;
  write_file(folder.path() / "a.yaml",
             "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\n");
  const Arguments explain = {"explain", "ConfigMap/shop/a", "--repo", folder.path().string()};
  CHECK(contains(flotilla(explain).out, "policy: no policy selects it\n"));
  write_file(folder.path() / "policy.yaml",
             "apiVersion: policy.karmada.io/v1alpha1\nkind: PropagationPolicy\n"
             "metadata: {name: a, namespace: shop}\nspec:\n  resourceSelectors:\n"
             "  - {apiVersion: v1, kind: ConfigMap}\n  placment: {}\n");
  const Outcome faulty = flotilla(explain);
  CHECK(faulty.code == 2);
  CHECK(contains(faulty.out, "policy: none that can be used selects it\n"));
  CHECK(contains(faulty.out, "note: PropagationPolicy a (policy.yaml), which may select it"));
}

TEST_CASE("vet warns of names that are nowhere, and explain of shares that are nothing") {
  const TempFolder folder;
  write_file(folder.path() / "cluster.yaml",
             "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: eu}\n"
             "spec: {syncMode: Push}\n");
  write_file(folder.path() / "web.yaml",
             "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n"
             "spec: {replicas: 2}\n");
  write_file(folder.path() / "policy.yaml",
             "apiVersion: policy.karmada.io/v1alpha1\nkind: PropagationPolicy\n"
             "metadata: {name: web, namespace: shop}\nspec:\n  resourceSelectors:\n"
             "  - {apiVersion: apps/v1, kind: Deployment, name: web}\n"
             "  - {apiVersion: apps/v1, kind: Deployment, name: wbe}\n"
             "  suspension: {dispatchingOnClusters: {clusterNames: [us]}}\n"
             "  placement:\n    replicaScheduling: {replicaSchedulingType: Divided, "
             "replicaDivisionPreference: Aggregated}\n");
  const std::string repo = folder.path().string();
  const Outcome vet = flotilla({"vet", "--repo", repo});
  INFO(vet.text());
  CHECK(vet.code == 0);
  CHECK(contains(vet.out, "policy.yaml:7:5: warning: "));
  CHECK(contains(vet.out, "spec.resourceSelectors[1] selects nothing"));
  CHECK(contains(vet.out, "clusterNames[0] is \"us\", want a cluster of the repository (eu)"));
  CHECK(contains(vet.out, "room for nothing on eu"));
  const Outcome explain = flotilla({"explain", "Deployment/shop/web", "--repo", repo});
  INFO(explain.text());
  CHECK(contains(explain.out, "not selected: no status.resourceSummary, so nothing fits"));
  const Outcome elsewhere = flotilla({"explain", "Deployment/web", "--repo", repo});
  CHECK(elsewhere.code == 2);
  CHECK(contains(elsewhere.err, "there is Deployment.apps/shop/web"));
  const Outcome nowhere =
      flotilla({"explain", "Deployment/shop/web", "--repo", repo, "--cluster", "us"});
  CHECK(nowhere.code == 2);
  CHECK(contains(nowhere.err, "want one of: eu"));
}

}  // namespace flotilla::tests
