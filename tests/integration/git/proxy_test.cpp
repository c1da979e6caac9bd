#include "tests/integration/git/scene.h"
#include "tests/support/git_servers/proxy_server.h"

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
  Result<void> fetch() const { return fetch_from(box, server->url("/git/app.git"), network); }
};

class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { unsetenv(name_); }

 private:
  const char* name_;
};

void expect_done(const Result<void>& fetched) {
  INFO((fetched ? "" : to_string(fetched.error())));
  CHECK(fetched);
}

}  // namespace

TEST_CASE("https: through a proxy by CONNECT and SOCKS5") {
  if (!can_run(HttpsServer::needs())) return;
  Scene scene;
  const ProxyServer proxy(scene.box / "proxy.log");
  for (const char* scheme : {"http", "socks5", "socks5h"}) {
    CAPTURE(scheme);
    std::filesystem::remove(scene.box / "proxy.log");
    scene.network.proxy = std::string(scheme) + "://" + proxy.address();
    expect_done(scene.fetch());
    CHECK(contains(proxy.log(), std::string(scheme) == "http" ? "connect " : "socks "));
  }
}

TEST_CASE("https: a proxy that wants a password, and one that does not get it") {
  if (!can_run(HttpsServer::needs())) return;
  Scene scene;
  const ProxyServer proxy(scene.box / "proxy.log", "bob:pr0xy-w0rd");
  for (const char* user_info : {"", "bob:wr0ng@", "bob@"}) {
    CAPTURE(user_info);
    scene.network.proxy = std::string("http://") + user_info + proxy.address();
    const auto refused = scene.fetch();
    REQUIRE_FALSE(refused);
    INFO(to_string(refused.error()));
    CHECK(refused.error().code == Code::unauthorized);
    CHECK(contains(refused.error().message, "407"));
    CHECK_FALSE(contains(to_string(refused.error()), "wr0ng"));
  }
  CHECK(proxy.log().empty());
  scene.network.proxy = "http://bob:pr0xy-w0rd@" + proxy.address();
  expect_done(scene.fetch());
  CHECK(contains(proxy.log(), "connect "));
}

TEST_CASE("https: a proxy that is not there, is silent, or is none") {
  if (!can_run(HttpsServer::needs())) return;
  Scene scene;
  SECTION("not there") {
    scene.network.proxy = "http://bob:pr0xy-w0rd@127.0.0.1:" + std::to_string(free_port());
    const auto fetched = scene.fetch();
    REQUIRE_FALSE(fetched);
    INFO(to_string(fetched.error()));
    CHECK(fetched.error().code == Code::unavailable);
    CHECK(contains(fetched.error().message, "through the proxy http://127.0.0.1:"));
    CHECK_FALSE(contains(to_string(fetched.error()), "pr0xy"));
  }
  SECTION("silent") {
    const RudeServer silent(RudeServer::Behaviour::silent);
    scene.network.proxy = "socks5://127.0.0.1:" + std::to_string(silent.port());
    scene.network.deadline = std::chrono::milliseconds(1500);
    const auto fetched = scene.fetch();
    REQUIRE_FALSE(fetched);
    INFO(to_string(fetched.error()));
    CHECK(fetched.error().code == Code::timeout);
    CHECK(contains(fetched.error().message, "within 1.5 s through the proxy socks5://127.0.0.1:"));
  }
  SECTION("no such host") {
    scene.network.proxy = "http://proxy.nowhere.invalid:3128";
    const auto fetched = scene.fetch();
    REQUIRE_FALSE(fetched);
    INFO(to_string(fetched.error()));
    CHECK(fetched.error().code == Code::not_found);
    CHECK(contains(fetched.error().message, "proxy"));
  }
  SECTION("no URL of one") {
    for (const char* proxy : {"ftp://127.0.0.1:1", "127.0.0.1:3128", "http://", "folder"}) {
      CAPTURE(proxy);
      scene.network.proxy = proxy;
      const auto fetched = scene.fetch();
      REQUIRE_FALSE(fetched);
      CHECK(fetched.error().code == Code::invalid);
      CHECK(contains(fetched.error().message, "is no proxy"));
    }
  }
}

TEST_CASE("https: the environment's proxy counts unless another one is given") {
  if (!can_run(HttpsServer::needs())) return;
  Scene scene;
  const ProxyServer proxy(scene.box / "proxy.log");
  {
    const Variable variable("https_proxy", "http://" + proxy.address());
    expect_done(scene.fetch());
    CHECK(contains(proxy.log(), "connect "));
  }
  const Variable wrong("HTTPS_PROXY", "http://127.0.0.1:" + std::to_string(free_port()));
  CHECK(scene.fetch().error().code == Code::unavailable);
  {
    const Variable exception("NO_PROXY", "127.0.0.1");
    expect_done(scene.fetch());
  }
  scene.network.proxy = "none";
  expect_done(scene.fetch());
  scene.network.proxy = "http://" + proxy.address();
  expect_done(scene.fetch());
}

TEST_CASE("https: the user's configuration of git does not count unless it was asked for") {
  if (!can_run(HttpsServer::needs())) return;
  Scene scene;
  const std::string nobody = "http://127.0.0.1:" + std::to_string(free_port());
  write_file(scene.box / "home/.gitconfig", "[http]\n\tproxy = " + nobody + "\n");
  const char* before = std::getenv("HOME");
  const std::string home = before == nullptr ? "/" : before;
  setenv("HOME", (scene.box / "home").c_str(), 1);
  const auto fetched = scene.fetch();
  setenv("GIT_CONFIG_GLOBAL", (scene.box / "home/.gitconfig").c_str(), 1);
  const auto asked_for = scene.fetch();
  unsetenv("GIT_CONFIG_GLOBAL");
  setenv("HOME", home.c_str(), 1);
  expect_done(fetched);
  REQUIRE_FALSE(asked_for);
  CHECK(asked_for.error().code == Code::unavailable);
}
