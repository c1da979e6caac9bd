#include "tests/integration/git/scene.h"

using namespace flotilla;
using namespace flotilla::testing;
using git::Network;
using git::Repository;

TEST_CASE("ssh: fetch and push with ed25519 and ecdsa keys") {
  if (!can_run(SshServer::needs())) return;
  const Sandbox box;
  const std::string first = make_repository(box / "work");
  make_bare(box / "work", box / "bare.git");
  const SshServer server(box / "ssh");
  for (const char* key : {"ed25519", "ecdsa"}) {
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
    CHECK(contains(fetched.error().message, "others may read the ssh key file " +
                                                network.ssh_key.string() + " (mode 0644)"));
  }
  SECTION("a key file that is not there") {
    network.ssh_key = server.key("none");
    const auto fetched = fetch_from(box, server.url(box / "work"), network);
    REQUIRE_FALSE(fetched);
    CHECK(fetched.error().code == Code::invalid);
    CHECK(contains(fetched.error().message, network.ssh_key.string()));
  }
  SECTION("an RSA key, which the server would accept") {
    network.ssh_key = server.key("rsa");
    const auto opened = Repository::open_mirror(box / "mirror", server.url(box / "work"), network);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Code::invalid);
    CHECK(contains(opened.error().message, network.ssh_key.string() + ": it is an RSA key"));
    CHECK(contains(opened.error().message, "ssh-keygen -t ed25519"));
  }
  SECTION("an RSA key in the form of PKCS#8") {
    shell(box.path(), "openssl genpkey -algorithm RSA -out pkcs8 && chmod 600 pkcs8");
    network.ssh_key = box / "pkcs8";
    const auto opened = Repository::open_mirror(box / "mirror", server.url(box / "work"), network);
    REQUIRE_FALSE(opened);
    CHECK(contains(opened.error().message, "it is an RSA key"));
  }
  SECTION("a key with a passphrase") {
    network.ssh_key = server.key("encrypted");
    const auto opened = Repository::open_mirror(box / "mirror", server.url(box / "work"), network);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == Code::invalid);
    CHECK(contains(opened.error().message, "it is encrypted with a passphrase"));
  }
  SECTION("a public key") {
    network.ssh_key = server.key("ed25519.pub");
    std::filesystem::permissions(network.ssh_key, std::filesystem::perms(0600));
    const auto fetched = fetch_from(box, server.url(box / "work"), network);
    REQUIRE_FALSE(fetched);
    CHECK(contains(fetched.error().message, "it is a public key"));
  }
  SECTION("a proxy, which ssh has its own ways for") {
    network.proxy = "http://127.0.0.1:1";
    const auto fetched = fetch_from(box, server.url(box / "work"), network);
    REQUIRE_FALSE(fetched);
    CHECK(fetched.error().code == Code::invalid);
    CHECK(contains(fetched.error().message, "ProxyCommand"));
  }
  SECTION("a repository that is not there") {
    const auto fetched = fetch_from(box, server.url(box / "nowhere"), network);
    REQUIRE_FALSE(fetched);
    CHECK(fetched.error().code == Code::not_found);
  }
}

TEST_CASE("ssh: a key from memory, of which no file is left") {
  if (!can_run(SshServer::needs())) return;
  const Sandbox box;
  const std::string first = make_repository(box / "work");
  const SshServer server(box / "ssh");
  Network network;
  network.known_hosts = server.known_hosts();
  // As it comes from an environment: without its last line end.
  network.ssh_key_text = std::string(trim(read_file(server.key("ed25519"))));
  shell(box.path(), "mkdir moved && mv ssh/ed25519 moved");
  auto mirror = Repository::open_mirror(box / "mirror", server.url(box / "work"), network);
  REQUIRE(mirror);
  const auto fetched = mirror->fetch();
  INFO((fetched ? "" : to_string(fetched.error())));
  REQUIRE(fetched);
  CHECK(mirror->resolve("main") == first);
  const std::string part = network.ssh_key_text.substr(network.ssh_key_text.size() - 140, 40);
  CHECK(shell(box.path(), "grep -rlF -e '" + part + "' mirror ssh || true").empty());

  network.ssh_key_text = read_file(server.key("rsa"));
  const auto rsa = Repository::open_mirror(box / "mirror", server.url(box / "work"), network);
  REQUIRE_FALSE(rsa);
  CHECK(contains(rsa.error().message, "FLOTILLA_SSH_KEY: it is an RSA key"));
  CHECK_FALSE(contains(to_string(rsa.error()), network.ssh_key_text.substr(400, 40)));
}

TEST_CASE("ssh: an agent's keys are used, but for RSA ones") {
  if (!can_run({"sshd", "ssh", "ssh-keygen", "ssh-agent", "ssh-add"})) return;
  const Sandbox box;
  const std::string first = make_repository(box / "work");
  const SshServer server(box / "ssh");
  const std::string socket = (box / "agent").string();
  const Process agent({"ssh-agent", "-D", "-a", socket}, box / "agent.log");
  const std::string add = "for i in $(seq 500); do SSH_AUTH_SOCK='" + socket +
                          "' ssh-add -q \"$K\" && exit 0; sleep 0.02; done; exit 1";
  const std::string before =
      std::getenv("SSH_AUTH_SOCK") == nullptr ? "" : std::getenv("SSH_AUTH_SOCK");
  setenv("SSH_AUTH_SOCK", socket.c_str(), 1);
  Network network;
  network.known_hosts = server.known_hosts();
  shell(box.path(), "K=ssh/rsa; " + add);
  const auto refused = fetch_from(box, server.url(box / "work"), network);
  shell(box.path(), "K=ssh/ed25519; " + add);
  const auto fetched = fetch_from(box, server.url(box / "work"), network);
  if (before.empty())
    unsetenv("SSH_AUTH_SOCK");
  else
    setenv("SSH_AUTH_SOCK", before.c_str(), 1);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Code::unauthorized);
  CHECK(contains(refused.error().message, "accepts none of our ssh keys"));
  INFO((fetched ? "" : to_string(fetched.error())));
  CHECK(fetched);
}
