#include "tests/chart/chart.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <set>

using namespace flotilla;
using namespace flotilla::tests;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> kinds_of(const Objects& objects) {
  std::vector<std::string> kinds;
  for (const Json::Value& object : objects) kinds.push_back(object["kind"].asString());
  return kinds;
}

// Words of the help that begin with "--", which may have a value's name or a comma after them.
std::set<std::string> flags_in(const std::string& help) {
  std::set<std::string> flags;
  for (const std::string& line : lines_of(help))
    for (const std::string& word : split(line, ' '))
      for (const std::string& part : split(word, ','))
        if (part.starts_with("--")) flags.insert(part);
  return flags;
}

// Says how CLI11 ends every complaint about the command line.
bool is_usage_error(const Outcome& outcome) {
  return contains(outcome.text(), "Run with --help for more information");
}

}  // namespace

TEST_CASE("the chart has no lint") {
  for (const std::string& values : value_files()) {
    const Outcome outcome = helm(
        {"lint", "--strict", chart_folder().string(), "--values", value_file(values).string()});
    INFO(values << ": " << outcome.text());
    CHECK(outcome.code == 0);
    CHECK_FALSE(contains(outcome.text(), "[WARNING]"));
  }
}

// FLOTILLA_WRITE_GOLDEN=1 writes them anew; what has changed is then to be read in the diff.
TEST_CASE("the chart renders as recorded") {
  for (const std::string& values : value_files()) {
    const fs::path file = chart_folder().parent_path().parent_path() / "tests" / "chart" /
                          "rendered" / (values + ".yaml");
    const std::string text = rendered_text(values);
    if (std::getenv("FLOTILLA_WRITE_GOLDEN") != nullptr) write_file(file, text);
    INFO(values);
    CHECK(text == read_file(file));
    CHECK(text == rendered_text(values));
  }
}

TEST_CASE("by default the chart asks for little and is restricted") {
  const Objects objects = rendered("default");
  CHECK(kinds_of(objects) ==
        std::vector<std::string>{"ServiceAccount", "Role", "RoleBinding", "Service", "Deployment"});
  const Json::Value& role = one(objects, "Role");
  CHECK(json_text(role["rules"]) ==
        R"([{"apiGroups":["coordination.k8s.io"],"resources":["leases"],)"
        R"("verbs":["get","list","create","update","delete"]}])");
  const Json::Value& pod = workload(objects)["spec"]["template"]["spec"];
  CHECK(pod["securityContext"]["runAsNonRoot"] == true);
  CHECK(pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault");
  const Json::Value& context = container(objects)["securityContext"];
  CHECK(context["readOnlyRootFilesystem"] == true);
  CHECK(context["allowPrivilegeEscalation"] == false);
  CHECK(json_text(context["capabilities"]) == R"({"drop":["ALL"]})");
  CHECK(container(objects)["livenessProbe"]["httpGet"]["path"] == "/healthz");
  CHECK(container(objects)["readinessProbe"]["httpGet"]["path"] == "/readyz");
}

TEST_CASE("no rendering holds a Secret, a cluster-wide right or a secret as a plain value") {
  for (const std::string& values : value_files()) {
    INFO(values);
    const Objects objects = rendered(values);
    for (const char* kind : {"Secret", "ClusterRole", "ClusterRoleBinding"})
      CHECK_FALSE(has(objects, kind));
    for (const Json::Value& variable : container(objects)["env"]) {
      const std::string name = variable["name"].asString();
      INFO(name);
      if (name.starts_with("FLOTILLA_")) CHECK(variable["valueFrom"].isMember("secretKeyRef"));
    }
    for (const std::string& argument : arguments_of(objects))
      CHECK_FALSE(argument.starts_with("--git-token"));
  }
}

TEST_CASE("without Leases in the cluster the Pod has no credential for it") {
  const Objects objects = rendered("public-keys");
  CHECK(workload(objects)["spec"]["template"]["spec"]["automountServiceAccountToken"] == false);
  CHECK_FALSE(has(objects, "Role"));
  CHECK_FALSE(has(objects, "RoleBinding"));
  CHECK(workload(rendered("default"))["spec"]["template"]["spec"]["automountServiceAccountToken"] ==
        true);
}

TEST_CASE("what a selector selects does not change with the version") {
  for (const std::string& values : value_files()) {
    INFO(values);
    const Objects objects = rendered(values);
    const Json::Value& spec = workload(objects)["spec"];
    CHECK(json_text(spec["selector"]) == R"({"matchLabels":{"app.kubernetes.io/instance":"fleet",)"
                                         R"("app.kubernetes.io/name":"flotilla"}})");
    for (const auto& label : spec["selector"]["matchLabels"].getMemberNames()) {
      CHECK(spec["template"]["metadata"]["labels"][label] ==
            spec["selector"]["matchLabels"][label]);
      CHECK(one(objects, "Service")["spec"]["selector"][label] ==
            spec["selector"]["matchLabels"][label]);
    }
  }
}

TEST_CASE("a mount has its volume, a volume its mount") {
  for (const std::string& values : value_files()) {
    INFO(values);
    const Objects objects = rendered(values);
    std::multiset<std::string> mounts;
    std::multiset<std::string> volumes;
    for (const Json::Value& mount : container(objects)["volumeMounts"])
      mounts.insert(mount["name"].asString());
    const Json::Value pod = pod_of(objects);
    for (const Json::Value& volume : pod["spec"]["volumes"])
      volumes.insert(volume["name"].asString());
    CHECK(mounts == volumes);
  }
}

TEST_CASE("members' Secrets are put where --credentials looks") {
  const Objects objects = rendered("secrets");
  const Json::Value* projected = nullptr;
  for (const Json::Value& volume : workload(objects)["spec"]["template"]["spec"]["volumes"])
    if (volume["name"] == "credentials") projected = &volume["projected"];
  REQUIRE(projected != nullptr);
  CHECK((*projected)["defaultMode"] == 0440);
  CHECK(json_text((*projected)["sources"]) ==
        R"([{"secret":{"items":[{"key":"token","path":"fleet/eu-prod/token"},)"
        R"({"key":"ca.crt","path":"fleet/eu-prod/caBundle"}],"name":"eu-prod"}},)"
        R"({"secret":{"items":[{"key":"token","path":"0/us-prod/token"}],"name":"true"}},)"
        R"({"secret":{"items":[{"key":"no","path":"fleet/ap-staging/kubeconfig"}],)"
        R"("name":"staging"}}])");
}

TEST_CASE("names fit, however long the release's is") {
  const Outcome outcome = helm({"template", "a.very.long.name.of.a.release.that.nobody.would.take",
                                chart_folder().string(), "--values", value_file("default").string(),
                                "--show-only", "templates/workload.yaml"});
  INFO(outcome.text());
  REQUIRE(outcome.code == 0);
  CHECK(contains(outcome.out, "\n  name: \"a-very-long-name-of-a-release-that-nobody-woul\"\n"));
}

TEST_CASE("the program knows every flag of the chart") {
  const std::set<std::string> global = flags_in(flotilla::tests::flotilla({"--help"}).out);
  const std::set<std::string> run = flags_in(flotilla::tests::flotilla({"run", "--help"}).out);
  CHECK(global.count("--log-format") == 1);
  CHECK(run.count("--repo") == 1);
  for (const std::string& values : value_files()) {
    bool before_run = true;
    for (const std::string& argument : arguments_of(rendered(values))) {
      INFO(values << ": " << argument);
      if (argument == "run")
        before_run = false;
      else
        CHECK((before_run ? global : run).count(flag_of(argument)) == 1);
    }
    CHECK_FALSE(before_run);
  }
}

TEST_CASE("the program takes the command line as it is rendered") {
  CHECK(is_usage_error(flotilla::tests::flotilla({"run", "--no-such-flag"})));
  for (const std::string& values : value_files()) {
    const TempFolder folder;
    Arguments arguments = made_local(arguments_of(rendered(values)), folder.path());
    arguments.emplace_back("--once");
    const Outcome outcome = flotilla::tests::flotilla(arguments);
    INFO(values << ": " << outcome.text());
    CHECK(outcome.code != 0);
    CHECK_FALSE(is_usage_error(outcome));
  }
}

TEST_CASE("the chart is of the program's version") {
  const std::string chart = read_file(chart_folder() / "Chart.yaml");
  const std::string version = lines_of(flotilla::tests::flotilla({"version"}).out).at(0);
  REQUIRE(version.starts_with("flotilla "));
  CHECK(contains(chart, "\nappVersion: " + version.substr(9) + "\n"));
}
