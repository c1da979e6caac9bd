#include "reconciler/lease/membership.h"
#include "tests/chart/chart.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;
using namespace std::chrono_literals;

namespace {

constexpr const char* space = "rights";
const std::string leases = "/apis/coordination.k8s.io/v1/namespaces/rights/leases";

kube::Task<> mark_done(kube::Task<> task, bool* done) {
  co_await std::move(task);
  *done = true;
}

kube::Task<> nap(kube::Loop* loop) { co_await loop->sleep(20ms); }

bool run_until(kube::Loop& loop, const std::function<bool()>& is_so) {
  for (const auto end = std::chrono::steady_clock::now() + 30s;
       !is_so() && std::chrono::steady_clock::now() < end;)
    loop.run(nap(&loop));
  return is_so();
}

// The program's own part in the contest for the lease, begun and ended.
void take_and_return_lease(const std::string& token) {
  kube::Access access;
  access.server = server().server_url(0);
  access.peer.ca_pem = server().ca_pem(0);
  access.token = token;
  lease::Membership::Options options;
  options.namespace_ = space;
  options.fleet = "prod";
  options.replica = "fleet-flotilla-0";
  options.sharded = true;
  kube::Loop loop;
  kube::Client client(loop, access, lease::Membership::client_options(options.timing));
  lease::Membership membership(client, options);
  loop.spawn(membership.keep());
  REQUIRE(run_until(loop, [&] { return membership.is_leader() && membership.may_work("eu"); }));
  CHECK(membership.trouble() == std::nullopt);
  // Each renewal is an update.
  const KubeCall look = {.path = leases + "/flotilla-prod"};
  const std::string taken =
      parse_json_text(server().call(0, look).body)["spec"]["renewTime"].asString();
  CHECK(run_until(loop, [&] {
    return parse_json_text(server().call(0, look).body)["spec"]["renewTime"].asString() != taken;
  }));
  bool done = false;
  loop.spawn(mark_done(membership.release(), &done));
  CHECK(run_until(loop, [&] { return done; }));
  CHECK(server().call(0, {.path = leases + "/flotilla-prod-fleet-flotilla-0"}).status == 404);
}

}  // namespace

TEST_CASE("the ServiceAccount may do what the Leases need, and nothing else") {
  make_restricted_namespace(space);
  const Objects objects = rendered("sharded", space);
  for (const char* kind : {"ServiceAccount", "Role", "RoleBinding"}) {
    const Json::Value& object = one(objects, kind);
    REQUIRE(create(collection_of(object, space), object).status == 201);
  }
  const TempFolder folder;
  const auto ca = folder.path() / "ca.pem";
  write_file(ca, server().ca_pem(0));
  const std::string token =
      token_of_account(space, one(objects, "ServiceAccount")["metadata"]["name"].asString());
  const KubeEndpoint account{server().server_url(0), ca, token};
  // RBAC counts what is bound to an account once it has seen it.
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  while (ask(account, {.path = leases}).status != 200)
    REQUIRE(std::chrono::steady_clock::now() < deadline);

  take_and_return_lease(token);

  for (const char* path :
       {"/api/v1/namespaces/rights/secrets", "/api/v1/namespaces/rights/configmaps",
        "/api/v1/namespaces/rights/pods", "/api/v1/namespaces", "/api/v1/nodes",
        "/apis/coordination.k8s.io/v1/namespaces/default/leases"}) {
    INFO(path);
    CHECK(ask(account, {.path = path}).status == 403);
  }
  CHECK(ask(account, {.verb = "DELETE", .path = leases}).status == 403);
}
