#include "tests/integration/git/scene.h"

#include <chrono>

using namespace flotilla;
using namespace flotilla::testing;
using git::Network;

namespace {

std::string at(const std::string& scheme, int port) {
  return scheme + "://127.0.0.1:" + std::to_string(port) + "/app.git";
}

}  // namespace

TEST_CASE("a server that accepts and never answers costs the deadline and no more") {
  const RudeServer server(RudeServer::Behaviour::silent);
  const Sandbox box;
  for (const char* scheme : {"https", "http", "git", "ssh"}) {
    CAPTURE(scheme);
    Network network;
    network.deadline = std::chrono::seconds(2);
    const auto before = std::chrono::steady_clock::now();
    const auto fetched = fetch_from(box, at(scheme, server.port()), network);
    const auto took = std::chrono::steady_clock::now() - before;
    REQUIRE_FALSE(fetched);
    INFO(to_string(fetched.error()));
    CHECK(fetched.error().code == Code::timeout);
    CHECK(contains(fetched.error().message, at(scheme, server.port())));
    CHECK(took >= std::chrono::milliseconds(1500));
    CHECK(took < std::chrono::seconds(15));
  }
}

TEST_CASE("a server that hangs up, and one that is not there, are unavailable") {
  const RudeServer server(RudeServer::Behaviour::hangs_up);
  const Sandbox box;
  const int nobody = free_port();
  for (const char* scheme : {"https", "http", "git", "ssh"}) {
    for (const int port : {server.port(), nobody}) {
      CAPTURE(scheme, port, nobody);
      const auto fetched = fetch_from(box, at(scheme, port), {});
      REQUIRE_FALSE(fetched);
      INFO(to_string(fetched.error()));
      CHECK(fetched.error().code == Code::unavailable);
    }
  }
}

TEST_CASE("a host that does not exist is not found") {
  const Sandbox box;
  for (const char* url :
       {"https://git.nowhere.invalid/app.git", "ssh://git@git.nowhere.invalid/app.git",
        "git@git.nowhere.invalid:app.git", "git://git.nowhere.invalid/app.git"}) {
    CAPTURE(url);
    const auto fetched = fetch_from(box, url, {});
    REQUIRE_FALSE(fetched);
    INFO(to_string(fetched.error()));
    CHECK(fetched.error().code == Code::not_found);
    CHECK(contains(fetched.error().message, "no such host git.nowhere.invalid"));
  }
}
