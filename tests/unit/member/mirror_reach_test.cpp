#include "tests/unit/member/mirror_fixture.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>

using namespace flotilla;
using test::config_map;
using test::decision_of;
using test::MirrorFixture;
using test::named;
using test::secret;

TEST_CASE("a credential for some namespaces sees what is there, and says what it may not") {
  MirrorFixture fixture;
  REQUIRE(fixture.server->limited_token());
  const std::string other = fixture.space + "-other";
  fixture.make_namespace(other);
  fixture.make(named("rbac.authorization.k8s.io/v1", "Role", fixture.space, "reader",
                     R"(,"rules":[{"apiGroups":[""],"resources":["configmaps"],)"
                     R"("verbs":["list","watch"]}])"));
  fixture.make(named("rbac.authorization.k8s.io/v1", "RoleBinding", fixture.space, "reader",
                     R"(,"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role",)"
                     R"("name":"reader"},"subjects":[{"apiGroup":"rbac.authorization.k8s.io",)"
                     R"("kind":"User","name":"limited"}])"));
  const auto one = fixture.config("one", "blue");
  fixture.apply(one);
  kube::Access access = fixture.server->access();
  access.token = *fixture.server->limited_token();
  fixture.use(access);
  fixture.mirror->judge_by(decision_of({one}), "eu");
  fixture.follow();
  const std::set<GroupKind> kinds{config_map, secret, {"", "Namespace"}};
  const std::set<std::string> namespaces{fixture.space, other};
  // A role takes a moment to be known to the server.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (fixture.mirror->objects().empty() && std::chrono::steady_clock::now() < deadline) {
    fixture.discover();
    fixture.read(kinds, namespaces);
  }

  REQUIRE(fixture.seen(config_map, "one") != nullptr);
  CHECK(fixture.mirror->refused_namespaces().at(config_map) == std::set<std::string>{other});
  REQUIRE(fixture.mirror->faults().size() == 2);
  CHECK(fixture.mirror->faults().at(secret).error.code == Code::forbidden);
  CHECK(fixture.mirror->faults().at({"", "Namespace"}).error.code == Code::forbidden);

  fixture.patch(one.key, R"([{"op":"replace","path":"/data/color","value":"red"}])");
  CHECK(fixture.until([&] { return fixture.seen(config_map, "one")->lost.size() == 1; }));

  // The whole cluster is not tried again until discovery is new.
  const std::string everywhere = "/api/v1/configmaps?";
  const auto tries = [&] {
    return std::ranges::count_if(
        fixture.asked(), [&](const std::string& target) { return target.starts_with(everywhere); });
  };
  const auto before = tries();
  fixture.read(kinds, namespaces);
  CHECK(tries() == before);
  fixture.discover();
  fixture.read(kinds, namespaces);
  CHECK(tries() == before + 1);
  CHECK(fixture.seen(config_map, "one") != nullptr);
}
