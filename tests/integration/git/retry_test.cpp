#include "tests/integration/git/scene.h"

#include <csignal>
#include <functional>

using namespace flotilla;
using namespace flotilla::testing;
using git::Network;
using git::Repository;

// Something goes wrong while both sides have news, is mended, and the same mirror goes on.
namespace {

struct Fault {
  std::function<void()> begin;
  std::function<void()> end;
  Code code = Code::internal;
  std::string text;
};

void expect(const Result<void>& failed, const Fault& fault) {
  REQUIRE_FALSE(failed);
  INFO(to_string(failed.error()));
  CHECK(failed.error().code == fault.code);
  CHECK(contains(failed.error().message, fault.text));
  CHECK_FALSE(contains(to_string(failed.error()), HttpsServer::password()));
}

// `served` is the repository behind the mirror, `work` pushes to it.
void check_nothing_is_lost(Repository& mirror, const Sandbox& box, const Fault& fault) {
  REQUIRE(mirror.fetch());
  const auto status = mirror.resolve("flotilla/status");
  const std::string old = status ? *status : "";
  fault.begin();
  const std::string theirs =
      commit_file(box / "work", "news", std::to_string(old.size()) + fault.text);
  shell(box / "work", "git push -q --force '" + (box / "served/app.git").string() + "' main");
  const std::string ours = *mirror.write_commit(old, {{"s", fault.text}}, "Status", {}).value();
  expect(mirror.fetch(), fault);
  expect(mirror.push("flotilla/status", ours, old), fault);
  // What was known is still there.
  CHECK(mirror.read_file(mirror.resolve("main").value(), "app.yaml") == "kind: ConfigMap\n");
  CHECK_FALSE(mirror.resolve("main") == theirs);
  fault.end();
  const auto fetched = mirror.fetch();
  INFO((fetched ? "" : to_string(fetched.error())));
  REQUIRE(fetched);
  CHECK(mirror.resolve("main") == theirs);
  REQUIRE(mirror.push("flotilla/status", ours, old));
  CHECK(shell(box / "served/app.git", "git rev-parse flotilla/status") == ours);
}

}  // namespace

TEST_CASE("https: after each fault a retry succeeds and nothing is lost") {
  if (!can_run(HttpsServer::needs())) return;
  const Sandbox box;
  make_repository(box / "work");
  make_bare(box / "work", box / "served/app.git");
  HttpsServer server(box / "https", box / "served");
  Network network;
  network.token = HttpsServer::password();
  network.ca_file = server.file("trusted.pem");
  std::filesystem::copy_file(server.ca(), network.ca_file);
  // Of each network step, so that a busy machine is no fault; a silent server costs it twice.
  network.deadline = std::chrono::seconds(15);
  auto mirror = Repository::open_mirror(box / "mirror", server.url("/git/app.git"), network);
  REQUIRE(mirror);

  SECTION("a token that was taken back") {
    check_nothing_is_lost(*mirror, box,
                          {[&] { server.set_password("another"); },
                           [&] { server.set_password(HttpsServer::password()); },
                           Code::unauthorized, "the user name and token were not accepted (401)"});
  }
  SECTION("a server that went silent") {
    check_nothing_is_lost(
        *mirror, box,
        {[&] { server.process().signal(SIGSTOP); }, [&] { server.process().signal(SIGCONT); },
         Code::timeout, "no answer from " + server.url("/git/app.git") + " within 15 s"});
  }
  SECTION("an authority that is not trusted") {
    const auto trust = [&](const std::filesystem::path& authority) {
      std::filesystem::copy_file(authority, network.ca_file,
                                 std::filesystem::copy_options::overwrite_existing);
    };
    check_nothing_is_lost(*mirror, box,
                          {[&] { trust(server.other_ca()); }, [&] { trust(server.ca()); },
                           Code::unauthorized, "is not signed by a known authority"});
  }
  SECTION("the history was rewritten meanwhile") {
    check_nothing_is_lost(
        *mirror, box,
        {[&] {
           server.set_password("another");
           shell(box / "work", "git checkout -q --orphan fresh && git branch -M main");
         },
         [&] { server.set_password(HttpsServer::password()); }, Code::unauthorized, "401"});
  }
}

TEST_CASE("https: an expired certificate is renewed, and the next fetch succeeds") {
  if (!can_run(HttpsServer::needs())) return;
  const Sandbox box;
  const std::string first = make_repository(box / "work");
  make_bare(box / "work", box / "served/app.git");
  HttpsServer server(box / "https", box / "served");
  Network network;
  network.token = HttpsServer::password();
  network.ca_file = server.ca();
  auto mirror =
      Repository::open_mirror(box / "mirror", server.expired_url("/git/app.git"), network);
  REQUIRE(mirror);
  expect(mirror->fetch(),
         {{}, {}, Code::unauthorized, "the certificate of 127.0.0.1 has expired on"});
  server.renew_certificate();
  REQUIRE(mirror->fetch());
  CHECK(mirror->resolve("main") == first);
}

TEST_CASE("ssh: after each fault a retry succeeds and nothing is lost") {
  if (!can_run(SshServer::needs())) return;
  const Sandbox box;
  make_repository(box / "work");
  make_bare(box / "work", box / "served/app.git");
  const SshServer server(box / "ssh");
  Network network;
  network.ssh_key = box / "key";
  network.known_hosts = box / "hosts";
  network.deadline = std::chrono::seconds(15);
  const auto use = [](const std::filesystem::path& from, const std::filesystem::path& to) {
    write_file(to, read_file(from));
    std::filesystem::permissions(to, std::filesystem::perms(0600));
  };
  const std::string url = server.url(box / "served/app.git");
  use(server.key("ed25519"), network.ssh_key);
  use(server.known_hosts(), network.known_hosts);
  auto mirror = Repository::open_mirror(box / "mirror", url, network);
  REQUIRE(mirror);

  SECTION("another host key") {
    check_nothing_is_lost(*mirror, box,
                          {[&] { use(server.other_known_hosts(), network.known_hosts); },
                           [&] { use(server.known_hosts(), network.known_hosts); },
                           Code::unauthorized, "the host key of 127.0.0.1 is not the known one"});
  }
  SECTION("a key that the server does not know") {
    check_nothing_is_lost(*mirror, box,
                          {[&] { use(server.key("stranger"), network.ssh_key); },
                           [&] { use(server.key("ed25519"), network.ssh_key); }, Code::unauthorized,
                           "127.0.0.1 accepts none of our ssh keys"});
  }
  SECTION("a key that was changed to an RSA one") {
    check_nothing_is_lost(
        *mirror, box,
        {[&] { use(server.key("rsa"), network.ssh_key); },
         [&] { use(server.key("ed25519"), network.ssh_key); }, Code::invalid, "it is an RSA key"});
  }
  SECTION("a server that went silent") {
    check_nothing_is_lost(*mirror, box,
                          {[&] { server.process().signal(SIGSTOP); },
                           [&] { server.process().signal(SIGCONT); }, Code::timeout, "no answer"});
  }
}
