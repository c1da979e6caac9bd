#include "tests/chart/chart.h"
#include "tests/integration/fleet/work_tree.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <csignal>

using namespace flotilla;
using namespace flotilla::tests;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr const char* space = "live";
const std::string leases = "/apis/coordination.k8s.io/v1/namespaces/live/leases";

void install_rights(const Objects& objects) {
  make_restricted_namespace(space);
  for (const char* kind : {"ServiceAccount", "Role", "RoleBinding"}) {
    const Json::Value& object = one(objects, kind);
    REQUIRE(create(collection_of(object, space), object).status == 201);
  }
}

void write_kubeconfig(const fs::path& file, const fs::path& ca, const std::string& token) {
  write_file(ca, server().ca_pem(0));
  write_file(file, fmt::format(R"({{"apiVersion": "v1", "kind": "Config",
      "clusters": [{{"name": "home", "cluster": {{"server": "{}", "certificate-authority": "{}"}}}}],
      "users": [{{"name": "pod", "user": {{"token": "{}"}}}}],
      "contexts": [{{"name": "home", "context": {{"cluster": "home", "user": "pod"}}}}]}})",
                               server().server_url(0), ca.string(), token));
}

// The chart's own arguments. Only where the Leases are is said by a kubeconfig, since this is no
// Pod.
Arguments command_line(const Objects& objects, const TempFolder& folder, const WorkTree& tree,
                       const Port& port) {
  const fs::path kubeconfig = folder.path() / "kubeconfig";
  write_kubeconfig(
      kubeconfig, folder.path() / "ca.pem",
      token_of_account(space, one(objects, "ServiceAccount")["metadata"]["name"].asString()));
  Arguments arguments = {flotilla_program()};
  for (const std::string& argument : made_local(arguments_of(objects), folder.path())) {
    const std::string flag = flag_of(argument);
    if (flag == "--repo")
      arguments.push_back("--repo=" + tree.path().string());
    else if (flag == "--listen")
      arguments.push_back("--listen=127.0.0.1:" + port.text());
    else if (flag == "--lease-namespace")
      arguments.push_back(std::string("--lease-namespace=") + space);
    else if (flag != "--kubeconfig" && flag != "--known-hosts")
      arguments.push_back(argument);
  }
  arguments.insert(arguments.end(),
                   {"--kubeconfig=" + kubeconfig.string(), "--lease-context=home"});
  return arguments;
}

std::string holder() {
  const KubeReply reply = server().call(0, {.path = leases + "/flotilla-prod"});
  return reply.status == 200 ? parse_json_text(reply.body)["spec"]["holderIdentity"].asString()
                             : std::string();
}

bool within(std::chrono::seconds limit, const std::function<bool()>& is_so) {
  for (const auto end = std::chrono::steady_clock::now() + limit;
       std::chrono::steady_clock::now() < end;)
    if (is_so()) return true;
  return is_so();
}

}  // namespace

TEST_CASE("begun as the chart begins it, the program leads, is ready, and ends") {
  const Objects objects = rendered("sharded", space);
  install_rights(objects);
  WorkTree tree;
  tree.write("fleet.yaml",
             "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: prod}\n");
  tree.commit("A fleet");
  const TempFolder folder;
  const Port port;
  Process process(command_line(objects, folder, tree, port), folder.path() / "log");
  const KubeEndpoint http{"http://127.0.0.1:" + port.text()};
  const bool leads = within(30s, [] { return holder() == "fleet-flotilla-0"; });
  const bool ready = within(30s, [&] { return ask(http, {.path = "/readyz"}).status == 200; });
  INFO(read_file(folder.path() / "log"));
  CHECK(leads);
  CHECK(ready);
  CHECK(ask(http, {.path = "/healthz"}).status == 200);
  CHECK(contains(ask(http, {.path = "/metrics"}).body, "flotilla_leader 1"));
  process.signal(SIGTERM);
  REQUIRE(process.exits_within(20s));
  CHECK(exit_code(process.exited().value_or(-1)) == 0);
  CHECK(holder().empty());
  CHECK(server().call(0, {.path = leases + "/flotilla-prod-fleet-flotilla-0"}).status == 404);
}
