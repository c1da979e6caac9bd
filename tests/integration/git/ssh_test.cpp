#include "tests/integration/git/scene.h"

using namespace flotilla;
using namespace flotilla::testing;
using git::Network;
using git::Repository;

TEST_CASE("ssh: fetch and push with ed25519 and RSA keys") {
  if (!can_run(SshServer::needs())) return;
  const Sandbox box;
  const std::string first = make_repository(box / "work");
  make_bare(box / "work", box / "bare.git");
  const SshServer server(box / "ssh");
  for (const char* key : {"ed25519", "rsa"}) {
    CAPTURE(key);
    Network network;
    network.ssh_key = server.key(key);
    network.known_hosts = server.known_hosts();
    auto mirror = Repository::open_mirror(box / (std::string("mirror ") + key),
                                          server.url(box / "bare.git"), network);
    REQUIRE(mirror);
    const auto fetched = mirror->fetch();
    INFO((fetched ? "" : to_string(fetched.error())));
    REQUIRE(fetched);
    CHECK(mirror->resolve("main") == first);
    CHECK(mirror->head_branch() == "main");
    const auto commit = mirror->write_commit(first, {{"by", key}}, "By key", {});
    REQUIRE(commit);
    REQUIRE(mirror->push(std::string("by-") + key, **commit, ""));
    CHECK(shell(box / "bare.git", std::string("git rev-parse by-") + key) == **commit);
  }
}

TEST_CASE("ssh: what is not trusted is an error that says so") {
  if (!can_run(SshServer::needs())) return;
  const Sandbox box;
  make_repository(box / "work");
  const SshServer server(box / "ssh");
  Network network;
  network.ssh_key = server.key("ed25519");
  network.known_hosts = server.known_hosts();

  SECTION("a changed host key") {
    network.known_hosts = server.other_known_hosts();
    const auto fetched = fetch_from(box, server.url(box / "work"), network);
    REQUIRE_FALSE(fetched);
    CHECK(fetched.error().code == Code::unauthorized);
    CHECK(contains(fetched.error().message, "the host key of 127.0.0.1 is not the known one"));
    CHECK(contains(fetched.error().message, git::shown_url(server.url(box / "work"))));
  }
  SECTION("an unknown host, which is not remembered either") {
    network.known_hosts = server.no_known_hosts();
    const auto fetched = fetch_from(box, server.url(box / "work"), network);
    REQUIRE_FALSE(fetched);
    CHECK(fetched.error().code == Code::unauthorized);
    CHECK(contains(fetched.error().message, "the host key of 127.0.0.1 is not known"));
    CHECK(read_file(server.no_known_hosts()).empty());
  }
  SECTION("a key the server does not know") {
    network.ssh_key = server.key("stranger");
    const auto fetched = fetch_from(box, server.url(box / "work"), network);
    REQUIRE_FALSE(fetched);
    CHECK(fetched.error().code == Code::unauthorized);
    CHECK(contains(fetched.error().message, "accepts none of our ssh keys"));
  }
  SECTION("a key file that others may read") {
    std::filesystem::permissions(network.ssh_key, std::filesystem::perms(0644));
    const auto fetched = fetch_from(box, server.url(box / "work"), network);
    REQUIRE_FALSE(fetched);
    CHECK(fetched.error().code == Code::unauthorized);
    CHECK(contains(fetched.error().message, "others may read the ssh key file"));
  }
  SECTION("a key file that is not there") {
    network.ssh_key = server.key("none");
    const auto fetched = fetch_from(box, server.url(box / "work"), network);
    REQUIRE_FALSE(fetched);
    CHECK(fetched.error().code == Code::invalid);
    CHECK(contains(fetched.error().message, network.ssh_key.string()));
  }
  SECTION("a repository that is not there") {
    const auto fetched = fetch_from(box, server.url(box / "nowhere"), network);
    REQUIRE_FALSE(fetched);
    CHECK(fetched.error().code == Code::not_found);
  }
}
