#include "tests/integration/fleet/eventually.h"
#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

#include <algorithm>

// Members that will not let us in, and objects that they refuse.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;

const std::vector<std::string> two = {"eu-prod", "us-prod"};

// eu-prod is in trouble; us-prod must have everything, and what eu-prod had it must keep.
void check_the_other_converges(World& world, const Outcome& run) {
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK(contains(run.err, "eu-prod"));
  CHECK_FALSE(contains(run.err, world.members->endpoint("eu-prod").token));
  CHECK_FALSE(contains(run.err, world.members->endpoint("us-prod").token));
  CHECK(names_on(*world.members, "us-prod").contains("ConfigMap team/three"));
  CHECK(names_on(*world.members, "eu-prod").contains("ConfigMap team/two"));
  CHECK_FALSE(names_on(*world.members, "eu-prod").contains("ConfigMap team/three"));
  CHECK(contains(world.status_file("README.md"), "eu-prod"));
  CHECK(inventory_names(world, "eu-prod").contains("ConfigMap team/two"));
}

// Applied once; then a commit that adds three and removes two, which has yet to be applied.
World world_with_news() {
  World world = small_world(two);
  REQUIRE(world.run_once().code == 0);
  world.repo.write("config/three.yaml", config_map("three", "3"));
  world.repo.remove("config/two.yaml");
  world.commit("three for two");
  return world;
}

void make_certificate(const std::filesystem::path& folder, const std::string& days) {
  write_file(folder / "openssl.cnf",
             "[req]\ndistinguished_name=n\n[n]\n[s]\nbasicConstraints=CA:TRUE\n"
             "subjectAltName=IP:127.0.0.1\n");
  const std::string script =
      "set -e; cd '" + folder.string() +
      "'; openssl req -new -config openssl.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
      "-subj /CN=server -keyout key -out request; openssl x509 -req -in request -signkey key "
      "-days " +
      days + " -extfile openssl.cnf -extensions s -out certificate";
  const Outcome made = run_program({"/bin/sh", "-c", script});
  INFO(made.text());
  REQUIRE(made.code == 0);
}

const std::string misfit = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: misfit, namespace: team}
spec:
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: b}}
    spec: {containers: [{name: c, image: example.com/c:1}]}
)";

const std::string misspelt = R"(apiVersion: apps/v1
kind: Deployment
metadata: {name: misspelt, namespace: team}
spec:
  replica: 3
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec: {containers: [{name: c, image: example.com/c:1}]}
)";

const std::string unknown_kind = R"(apiVersion: nowhere.example.com/v1
kind: Nothing
metadata: {name: nothing, namespace: team}
)";

const std::string select_all_of_team = R"(apiVersion: policy.karmada.io/v1alpha1
kind: PropagationPolicy
metadata: {name: more, namespace: team}
spec:
  resourceSelectors:
    - {apiVersion: apps/v1, kind: Deployment}
    - {apiVersion: nowhere.example.com/v1, kind: Nothing}
    - {apiVersion: v1, kind: Secret}
)";

struct Refusal {
  std::string object;
  std::string text;
  std::vector<std::string> told;
};

}  // namespace

TEST_CASE("a wrong token (401)", "[bad]") {
  World world = world_with_news();
  write_kubeconfig(*world.members, world.kubeconfig, {.member = "eu-prod", .token = "wr0ng-token"});
  const Outcome run = world.run_once();
  check_the_other_converges(world, run);
  CHECK_FALSE(contains(run.text(), "wr0ng-token"));
  write_kubeconfig(*world.members, world.kubeconfig);
  CHECK(world.run_once().code == 0);
  CHECK(names_on(*world.members, "eu-prod").contains("ConfigMap team/three"));
}

TEST_CASE("a user who may nothing (403)", "[bad]") {
  World world = world_with_news();
  const std::string token = world.members->limited_token("eu-prod");
  if (token.empty()) {
    WARN("these members know no such user");
    return;
  }
  write_kubeconfig(*world.members, world.kubeconfig, {.member = "eu-prod", .token = token});
  const Outcome run = world.run_once();
  check_the_other_converges(world, run);
  CHECK(contains(run.err, "forbidden"));
}

TEST_CASE("the CA of another cluster", "[bad]") {
  World world = world_with_news();
  write_kubeconfig(*world.members, world.kubeconfig,
                   {.member = "eu-prod", .ca_file = world.members->endpoint("us-prod").ca_file});
  const Outcome run = world.run_once();
  check_the_other_converges(world, run);
  CHECK(contains(run.err, "certificate"));
}

TEST_CASE("an expired certificate", "[bad]") {
  World world = world_with_news();
  const std::filesystem::path folder = world.folder.path() / "expired";
  make_certificate(folder, "-1");
  const Port port;
  Process server(
      {"/usr/bin/openssl", "s_server", "-quiet", "-www", "-accept", "127.0.0.1:" + port.text(),
       "-cert", (folder / "certificate").string(), "-key", (folder / "key").string()},
      folder / "server.log");
  const KubeEndpoint insecure{"https://127.0.0.1:" + port.text(), folder / "certificate", {}};
  eventually(10s, "the server with the expired certificate answers", [&] {
    const KubeReply reply = ask(insecure, {.path = "/"});
    return contains(reply.error, "connect") ? reply.error : std::string();
  });
  write_kubeconfig(*world.members, world.kubeconfig,
                   {.member = "eu-prod", .ca_file = folder / "certificate", .url = insecure.url});
  const Outcome run = world.run_once();
  check_the_other_converges(world, run);
  CHECK(contains(run.err, "expired"));
}

TEST_CASE("an object that a cluster refuses is told and stops nothing else", "[bad]") {
  const Refusal refusal =
      GENERATE(Refusal{"Deployment team/misfit", misfit, {"misfit", "selector"}},       // 422
               Refusal{"Deployment team/misspelt", misspelt, {"misspelt", "replica"}},  // 500
               Refusal{"Nothing team/nothing", unknown_kind, {"nothing", "nowhere.example.com"}});
  INFO(refusal.object);
  World world = small_world(two);
  world.repo.write("policies/more.yaml", select_all_of_team);
  world.repo.write("a-first.yaml", refusal.text);
  world.repo.write("config/three.yaml", config_map("three", "3"));
  world.commit("one bad object");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 2);
  for (const std::string& member : two) {
    INFO(member);
    CHECK(contains(run.err, member));
    const std::set<std::string> names = names_on(*world.members, member);
    CHECK(names.contains("ConfigMap team/three"));
    CHECK(names.contains("ConfigMap team/one"));
    CHECK_FALSE(inventory_names(world, member).contains(refusal.object));
  }
  for (const std::string& part : refusal.told) CHECK(contains(run.err, part));
  CHECK(contains(world.status_file("README.md"),
                 refusal.object.substr(refusal.object.find('/') + 1)));

  world.repo.remove("a-first.yaml");
  world.commit("mended");
  CHECK(world.run_once().code == 0);
}

TEST_CASE("a change that a cluster refuses leaves the object as it was", "[bad]") {
  World world = small_world({"eu-prod"});
  world.repo.write("policies/more.yaml", select_all_of_team);
  std::string good = misfit;
  good.replace(good.find("app: b"), 6, "app: a");
  world.repo.write("deployment.yaml", good);
  world.commit("good");
  REQUIRE(world.run_once().code == 0);
  world.repo.write("deployment.yaml", misfit);
  world.repo.write("config/one.yaml", config_map("one", "changed"));
  world.commit("bad");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 2);
  const LiveObjects live = live_objects(*world.members, "eu-prod");
  REQUIRE(live.contains("Deployment team/misfit"));
  CHECK(live.at("ConfigMap team/one")["data"]["value"].asString() == "changed");
  CHECK(inventory_names(world, "eu-prod").contains("Deployment team/misfit"));
}

}  // namespace flotilla::tests
