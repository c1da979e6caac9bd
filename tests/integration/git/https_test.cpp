#include "tests/integration/git/scene.h"

using namespace flotilla;
using namespace flotilla::testing;
using git::Network;
using git::Repository;

namespace {

struct Scene {
  Sandbox box;
  std::string first = make_repository(box / "work");
  std::optional<HttpsServer> server;

  Scene() {
    make_bare(box / "work", box / "served/app.git");
    server.emplace(box / "https", box / "served");
  }
  Network network() const {
    Network result;
    result.token = HttpsServer::password();
    result.ca_file = server->ca();
    return result;
  }
};

}  // namespace

TEST_CASE("https: fetch and push with a token") {
  if (!can_run(HttpsServer::needs())) return;
  Scene scene;
  auto mirror = Repository::open_mirror(scene.box / "mirror", scene.server->url("/git/app.git"),
                                        scene.network());
  REQUIRE(mirror);
  const auto fetched = mirror->fetch();
  INFO((fetched ? "" : to_string(fetched.error())) << scene.server->log());
  REQUIRE(fetched);
  CHECK(mirror->resolve("HEAD") == scene.first);
  const auto commit =
      mirror->write_commit(scene.first, {{"README.md", "# status\n"}}, "Status", {});
  REQUIRE(commit);
  REQUIRE(mirror->push("flotilla/status", **commit, ""));
  CHECK(shell(scene.box / "served/app.git", "git rev-parse flotilla/status") == **commit);
  const auto late = mirror->push("flotilla/status", scene.first, scene.first);
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Code::conflict);
  // Nothing of the token is left on disk.
  CHECK(
      shell(scene.box / "mirror", "grep -rlF '" + HttpsServer::password() + "' . || true").empty());
}

TEST_CASE("https: credentials in the URL work, and are never shown or stored") {
  if (!can_run(HttpsServer::needs())) return;
  Scene scene;
  Network network;
  network.ca_file = scene.server->ca();
  const std::string escaped = "s3cr3t-t0ken%2F%2B";
  REQUIRE(fetch_from(scene.box, scene.server->url_with("git:" + escaped, "/git/app.git"), network));
  CHECK(shell(scene.box / "mirror", "grep -rlF 's3cr3t' . || true").empty());
  const auto gone =
      fetch_from(scene.box, scene.server->url_with("git:" + escaped, "/git/no.git"), network);
  REQUIRE_FALSE(gone);
  CHECK(gone.error().code == Code::not_found);
  CHECK_FALSE(contains(to_string(gone.error()), "s3cr3t"));
}

TEST_CASE("https: a redirect on the same server is followed") {
  if (!can_run(HttpsServer::needs())) return;
  Scene scene;
  CHECK(fetch_from(scene.box, scene.server->url("/moved/app.git"), scene.network()));
}

TEST_CASE("https: refusals have their code, name the URL and hold no secret") {
  if (!can_run(HttpsServer::needs())) return;
  Scene scene;
  struct Case {
    std::string url;
    Code code;
    std::string text;
  };
  const HttpsServer& server = *scene.server;
  const Case cases[] = {
      {server.url("/git/none.git"), Code::not_found, "no such repository"},
      {server.url("/status/404/app.git"), Code::not_found, "no such repository"},
      {server.url("/status/403/app.git"), Code::forbidden, "403"},
      {server.url("/status/503/app.git"), Code::unavailable, "503"},
      {server.url("/status/429/app.git"), Code::unavailable, "429"},
      {server.expired_url("/git/app.git"), Code::unauthorized,
       "certificate of 127.0.0.1 has expired on 20"},
  };
  for (const Case& item : cases) {
    CAPTURE(item.url);
    const auto fetched = fetch_from(scene.box, item.url, scene.network());
    REQUIRE_FALSE(fetched);
    INFO(to_string(fetched.error()));
    CHECK(fetched.error().code == item.code);
    CHECK(contains(fetched.error().message, item.text));
    CHECK(contains(fetched.error().message, item.url));
    CHECK_FALSE(contains(to_string(fetched.error()), HttpsServer::password()));
  }
}

TEST_CASE("https: a wrong token, no token, and a wrong authority are unauthorized") {
  if (!can_run(HttpsServer::needs())) return;
  Scene scene;
  Network network = scene.network();
  std::string text = "401";
  SECTION("wrong token") { network.token = "wr0ng-t0ken"; }
  SECTION("no token") { network.token.clear(); }
  SECTION("another authority") {
    network.ca_file = scene.server->other_ca();
    text = "the certificate of 127.0.0.1 is not signed by a known authority";
  }
  SECTION("no certificates in the file of authorities") {
    network.ca_file = scene.box / "work/app.yaml";
    text = "";
  }
  const auto fetched = fetch_from(scene.box, scene.server->url("/git/app.git"), network);
  REQUIRE_FALSE(fetched);
  INFO(to_string(fetched.error()));
  CHECK(fetched.error().code == Code::unauthorized);
  CHECK(contains(fetched.error().message, text));
  CHECK_FALSE(contains(to_string(fetched.error()), "wr0ng"));
}
