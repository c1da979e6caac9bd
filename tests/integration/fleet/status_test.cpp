#include "tests/integration/fleet/eventually.h"
#include "tests/integration/fleet/work_tree.h"

#include <catch2/catch.hpp>

#include <array>
#include <csignal>
#include <ctime>

// `flotilla status` reads the status branch alone.
namespace flotilla::tests {
namespace {

constexpr std::string_view fleet = R"(apiVersion: flotilla.dev/v1alpha1
kind: Fleet
metadata: {name: shop}
status:
  revision: main@sha1:0123456789abcdef0123456789abcdef01234567
  conditions:
  - {type: Ready, status: "False", reason: DeletionsHeld, message: 1 deletion held}
)";

constexpr std::string_view eu = R"(apiVersion: cluster.karmada.io/v1alpha1
kind: Cluster
metadata: {name: eu}
status:
  conditions:
  - {type: Ready, status: "True", reason: ClusterReady, message: the cluster answers}
  - {type: DeletionsHeld, status: "True", reason: WaitsForConfirmation, message: 1 of 2 objects wait}
  - {type: Permitted, status: "False", reason: Forbidden, message: "Secret: may not list"}
  - {type: Leaving, status: "True", reason: WaitsForConfirmation, message: its file left}
)";

constexpr std::string_view us = R"(apiVersion: cluster.karmada.io/v1alpha1
kind: Cluster
metadata: {name: us}
status:
  conditions:
  - {type: Ready, status: "False", reason: ClusterNotReachable, message: connection refused}
)";

constexpr std::string_view inventory = R"(apiVersion: flotilla.dev/v1alpha1
kind: Inventory
metadata: {name: eu}
items:
- {apiVersion: v1, kind: ConfigMap, namespace: shop, name: old, state: HeldForDeletion, held: "sha256:aaaaaaaaaaaa"}
- {apiVersion: apps/v1, kind: Deployment, namespace: shop, name: web, state: Drifted, drift: .spec.replicas by vi}
)";

constexpr std::string_view binding = R"(apiVersion: work.karmada.io/v1alpha2
kind: ResourceBinding
metadata: {name: web-deployment, namespace: shop}
spec:
  resource: {apiVersion: apps/v1, kind: Deployment, namespace: shop, name: web}
  clusters: [{name: eu}, {name: us}]
status:
  aggregatedStatus:
  - {clusterName: eu, applied: true, health: Healthy}
  - clusterName: us
    applied: false
    appliedMessage: "cluster us is unreachable: connection refused"
    health: Unknown
)";

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t number = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++number;
  return number;
}

struct Branch {
  WorkTree tree;

  Branch() {
    tree.write("README", "a repository\n");
    tree.commit("first");
    tree.git({"checkout", "--quiet", "-b", status_branch});
    tree.write("fleet.yaml", fleet);
    tree.write("clusters/eu.yaml", eu);
    tree.write("clusters/us.yaml", us);
    tree.write("inventory/eu.yaml", inventory);
    tree.write("bindings/shop/web-deployment.yaml", binding);
    tree.commit("status");
  }
  Outcome status(const std::string& output) const {
    return flotilla({"status", "--repo", tree.path().string(), "-o", output});
  }
};

}  // namespace

TEST_CASE("status counts drift and held deletions, and lists what a person should look at") {
  const Branch branch;
  const Outcome shown = branch.status("table");
  INFO(shown.text());
  CHECK(shown.code == 0);
  CHECK(
      contains(shown.out,
               "CLUSTER  READY  SINCE  OBJECTS  APPLIED  HEALTHY  DRIFT  HELD  VERSION  MESSAGE"));
  CHECK(contains(shown.out, "eu       yes           1        1        1        1      1"));
  CHECK(contains(shown.out, "Deletions waiting for a person:\neu: 1 of 2 objects wait\n"));
  CHECK(contains(shown.out, "confirmDeletions: [\"sha256:aaaaaaaaaaaa\"]"));
  CHECK(contains(shown.out, "Clusters that left the repository:\neu: its file left\n"));
  CHECK(
      contains(shown.out, "Drift:\neu: Deployment.apps/shop/web: .spec.replicas by vi (stands)\n"));
  CHECK(contains(shown.out, "Beyond reach:\neu: Secret: may not list\n"));
}

TEST_CASE("status tells of a commit that no controller has told of yet") {
  Branch branch;
  const auto head = [&] { return lines_of(branch.tree.git({"rev-parse", "main"})).front(); };
  const auto told = [](const std::filesystem::path& repo) {
    return flotilla({"status", "--repo", repo.string()}).out;
  };
  const std::string first = head();
  // The commit that the status tells of is not known here.
  CHECK(!contains(told(branch.tree.path()), "Newest"));
  branch.tree.replace("fleet.yaml", "0123456789abcdef0123456789abcdef01234567", first);
  branch.tree.commit("status of the first commit");
  CHECK(!contains(told(branch.tree.path()), "Newest"));
  branch.tree.git({"checkout", "--quiet", "main"});
  branch.tree.write("README", "grows\n");
  branch.tree.commit("second");
  const std::string second = head();
  CHECK(contains(told(branch.tree.path()),
                 "\nNewest    main@" + second.substr(0, 7) + ", committed "));
  // A clone tells of what its origin has, and not of what was never pushed.
  const TempFolder folder;
  const std::filesystem::path clone = folder.path() / "clone";
  branch.tree.git({"clone", "--quiet", ".", clone.string()});
  CHECK(contains(told(clone), "Newest    main@" + head().substr(0, 7) + ", "));
  CHECK(contains(told(clone), "as of the last git fetch\n"));
  branch.tree.git({"-C", clone.string(), "update-ref", "refs/heads/main", "HEAD~1"});
  CHECK(contains(told(clone), "Newest    main@" + head().substr(0, 7) + ", "));
  // One that was fetched before the controller went on tells nothing of it.
  branch.tree.git({"-C", clone.string(), "update-ref", "refs/remotes/origin/main", first});
  branch.tree.git({"checkout", "--quiet", status_branch});
  branch.tree.replace("fleet.yaml", first, second);
  branch.tree.commit("status of the second commit");
  branch.tree.git({"-C", clone.string(), "fetch", "--quiet", "origin",
                   status_branch + ":refs/remotes/origin/" + status_branch});
  CHECK(contains(told(clone), "main@" + second.substr(0, 7)));
  CHECK(!contains(told(clone), "Newest"));
}

TEST_CASE("status tells once why a cluster is unreachable") {
  const Branch branch;
  const Outcome shown = branch.status("table");
  INFO(shown.text());
  CHECK(times(shown.out, "connection refused") == 1);
}

TEST_CASE("status in JSON and YAML has the inventories too") {
  const Branch branch;
  const Outcome shown = branch.status("json");
  INFO(shown.text());
  REQUIRE(shown.code == 0);
  const Json::Value document = parse_json_text(shown.out);
  REQUIRE(document["inventory"].size() == 1);
  CHECK(document["inventory"][0]["items"][0]["held"].asString() == "sha256:aaaaaaaaaaaa");
  CHECK(document["inventory"][0]["items"][1]["drift"].asString() == ".spec.replicas by vi");
  CHECK(document["clusters"].size() == 2);
  CHECK(document["bindings"].size() == 1);
  CHECK(contains(branch.status("yaml").out, "state: HeldForDeletion"));
}

namespace {

// A time so many seconds ago, as conditions have it.
std::string ago(long seconds) {
  const std::time_t then = std::time(nullptr) - seconds;
  std::tm parts{};
  gmtime_r(&then, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

}  // namespace

TEST_CASE("status says since when something is wrong") {
  Branch branch;
  branch.tree.write("clusters/us.yaml",
                    "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata: {name: us}\n"
                    "status:\n  conditions:\n  - {type: Ready, status: \"False\", reason: "
                    "ClusterNotReachable, message: refused, lastTransitionTime: \"" +
                        ago(7230) + "\"}\n");
  branch.tree.write("bindings/shop/web-deployment.yaml",
                    std::string(binding) +
                        "  conditions:\n  - {type: FullyApplied, status: \"False\", "
                        "reason: FullyAppliedFailed, lastTransitionTime: \"" +
                        ago(5 * 86400 + 10) + "\"}\n");
  branch.tree.commit("later");
  const Outcome shown = branch.status("table");
  INFO(shown.text());
  CHECK(contains(shown.out, "us       no     120m"));
  const Outcome bindings = flotilla({"status", "bindings", "--repo", branch.tree.path().string()});
  INFO(bindings.text());
  CHECK(bindings.out ==
        "NAMESPACE  OBJECT               CLUSTERS  REPLICAS  HEALTH      SINCE\n"
        "shop       Deployment.apps/web  1/2                 NotApplied  5d\n");
}

TEST_CASE("status tells problems without a line, and fights") {
  Branch branch;
  branch.tree.write("fleet.yaml", std::string(fleet) + R"(  problems:
  - {severity: error, code: no-cluster, file: "", line: 0, message: no cluster fits}
  - {severity: warning, code: odd, file: a.yaml, line: 0, message: odd}
  - {severity: error, code: bad, file: b.yaml, line: 3, object: ConfigMap/shop/x, message: bad}
)");
  branch.tree.write("inventory/eu.yaml", R"(apiVersion: flotilla.dev/v1alpha1
kind: Inventory
metadata: {name: eu}
items:
- {apiVersion: v1, kind: ConfigMap, namespace: shop, name: a, state: Drifted, drift: .data.x by vi, message: "fight: corrected 6 times and changed again: .data.x by vi"}
)");
  branch.tree.commit("later");
  const Outcome shown = branch.status("table");
  INFO(shown.text());
  CHECK(contains(shown.out,
                 "In the repository:\nerror: no cluster fits\na.yaml: warning: odd\n"
                 "b.yaml:3: error: ConfigMap/shop/x: bad\n"));
  CHECK(contains(shown.out,
                 "eu: ConfigMap/shop/a: fight: corrected 6 times and changed again: .data.x by vi "
                 "(stands)\n"));
}

TEST_CASE("status of one cluster and of one namespace") {
  const Branch branch;
  const std::string repo = branch.tree.path().string();
  const Outcome us = flotilla({"status", "--repo", repo, "--cluster", "us"});
  INFO(us.text());
  CHECK(us.code == 0);
  CHECK(contains(us.out, "us       no"));
  CHECK_FALSE(contains(us.out, "\neu"));
  CHECK_FALSE(contains(us.out, "Drift:"));
  const Outcome nobody = flotilla({"status", "--repo", repo, "--cluster", "ap"});
  CHECK(nobody.code == 2);
  CHECK(nobody.err ==
        "error: there is no cluster \"ap\" on the status branch, want one of: eu, us\n");
  const Outcome elsewhere = flotilla({"status", "--repo", repo, "-n", "other", "-o", "json"});
  const Json::Value document = parse_json_text(elsewhere.out);
  CHECK(document["bindings"].empty());
  CHECK(document["inventory"][0]["items"].empty());
  CHECK(document["clusters"].size() == 2);
  CHECK(flotilla({"status", "--repo", repo, "-o", "name"}).out ==
        "Cluster.cluster.karmada.io/eu\nCluster.cluster.karmada.io/us\n"
        "Deployment.apps/shop/web\n");
  const Outcome wide = flotilla({"status", "bindings", "--repo", repo, "-o", "wide"});
  INFO(wide.text());
  CHECK(contains(wide.out, "eu,us      us: cluster us is unreachable: connection refused"));
}

TEST_CASE("status --watch shows what changes, tells what fails, and ends on a signal") {
  Branch branch;
  const TempFolder folder;
  const std::filesystem::path log = folder.path() / "watch.log";
  Process watch({flotilla_program(), "status", "--repo", branch.tree.path().string(), "--watch",
                 "--interval", "50ms"},
                log);
  const auto shows = [&](std::size_t number, const std::string& part) {
    eventually(std::chrono::seconds(20), "the watch shows " + part, [&] {
      const std::string text = std::filesystem::exists(log) ? read_file(log) : std::string();
      return times(text, part) == number ? "" : "it shows\n" + text;
    });
  };
  shows(1, "main@0123456");
  branch.tree.replace("fleet.yaml", "0123456789", "9876543210");
  branch.tree.commit("another revision");
  shows(1, "main@9876543");
  // The table that did not change was not shown again.
  CHECK(times(read_file(log), "main@0123456") == 1);
  branch.tree.git({"checkout", "--quiet", "main"});
  branch.tree.git({"branch", "--quiet", "-m", status_branch, "flotilla/other"});
  shows(1, "error: there is no branch flotilla/status");
  branch.tree.git({"branch", "--quiet", "-m", "flotilla/other", status_branch});
  branch.tree.git({"checkout", "--quiet", status_branch});
  branch.tree.replace("fleet.yaml", "9876543210", "5555555555");
  branch.tree.commit("a third revision");
  shows(1, "main@5555555");
  watch.signal(SIGTERM);
  REQUIRE(watch.exits_within(std::chrono::seconds(10)));
  CHECK(exit_code(*watch.exited()) == 0);
}

}  // namespace flotilla::tests
