#include "tests/integration/git/scene.h"

using namespace flotilla;
using namespace flotilla::testing;
using git::Network;

namespace {

struct Scene {
  Sandbox box;
  std::string first = make_repository(box / "work");
  std::optional<HttpsServer> server;
  Network network;

  Scene() {
    make_bare(box / "work", box / "served/app.git");
    server.emplace(box / "https", box / "served");
    network.token = HttpsServer::password();
    network.ca_file = server->ca();
  }
  Result<void> fetch() const {
    return fetch_from(box, server->strict_url("/git/app.git"), network);
  }
};

}  // namespace

TEST_CASE("https: a server that wants a client certificate gets it") {
  if (!can_run(HttpsServer::needs())) return;
  Scene scene;
  SECTION("two files") {
    scene.network.client_cert = scene.server->file("client.pem");
    scene.network.client_key = scene.server->file("client.key");
  }
  SECTION("one file for both") {
    scene.network.client_cert = scene.server->file("client_both.pem");
  }
  const auto fetched = scene.fetch();
  INFO((fetched ? "" : to_string(fetched.error())));
  CHECK(fetched);
}

TEST_CASE("https: a client certificate that is missing or will not do is an error that says so") {
  if (!can_run(HttpsServer::needs())) return;
  Scene scene;
  struct Case {
    std::string certificate;
    std::string key;
    Code code;
    std::string text;
  };
  const Case cases[] = {
      {"", "", Code::unauthorized, "it may want a client certificate"},
      {"client_other.pem", "client.key", Code::unauthorized, "client certificate"},
      {"client_expired.pem", "client.key", Code::unauthorized,
       "client_expired.pem has expired on 20"},
      {"client.pem", "client_encrypted.key", Code::invalid, "is encrypted with a passphrase"},
      {"client.pem", "server.key", Code::invalid, "does not belong to the certificate"},
      {"client.pem", "", Code::invalid, "client.pem holds no private key"},
      {"client.pem", "none", Code::invalid, "cannot read"},
      {"none", "client.key", Code::invalid, "cannot read"},
      {"client.key", "client.key", Code::invalid, "client.key holds no certificate"},
      {"", "client.key", Code::invalid, "no client certificate, want both"},
  };
  for (const Case& item : cases) {
    CAPTURE(item.certificate, item.key);
    const auto file = [&](const std::string& name) {
      return name.empty() ? std::filesystem::path() : scene.server->file(name);
    };
    scene.network.client_cert = file(item.certificate);
    scene.network.client_key = file(item.key);
    const auto fetched = scene.fetch();
    REQUIRE_FALSE(fetched);
    INFO(to_string(fetched.error()));
    CHECK(fetched.error().code == item.code);
    CHECK(contains(fetched.error().message, item.text));
    CHECK(contains(to_string(fetched.error()), scene.server->strict_url("/git/app.git")));
  }
}
