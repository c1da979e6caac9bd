#include "reconciler/git/complaint.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::git;

namespace {

Error classified(const std::string& text) { return classify({"https://host/app", "host", text}); }

}  // namespace

// What the programs said, word for word.
TEST_CASE("complaints of git and ssh get their code") {
  struct Case {
    std::string text;
    Code code;
    std::string message;
  };
  const Case cases[] = {
      {"ssh: Could not resolve hostname host: Name or service not known\nfatal: Could not read "
       "from remote repository.\n",
       Code::not_found, "no such host host"},
      {"fatal: unable to access 'https://host/app/': Could not resolve host: host", Code::not_found,
       "no such host host"},
      {"remote: Repository not found.\nfatal: repository 'https://github.com/o/r/' not found",
       Code::not_found, "no such repository"},
      {"ERROR: Repository not found.\nfatal: Could not read from remote repository.\n\nPlease make "
       "sure you have the correct access "
       "rights\nand the repository exists.",
       Code::not_found, "no such repository"},
      {"fatal: '/srv/x' does not appear to be a git repository", Code::not_found,
       "no such repository"},
      {"remote: The project you were looking for could not be found or you don't have permission "
       "to view it.",
       Code::not_found, "no such repository"},
      {"fatal: could not read Username for 'https://host': terminal prompts disabled",
       Code::unauthorized, "the user name and token were not accepted (401)"},
      {"remote: HTTP Basic: Access denied\nfatal: Authentication failed for 'https://host/app/'",
       Code::unauthorized, "the user name and token were not accepted (401)"},
      {"git@host: Permission denied (publickey).\nfatal: Could not read from remote repository.",
       Code::unauthorized, "host accepts none of our ssh keys"},
      {"@@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\nHost key verification "
       "failed.",
       Code::unauthorized, "the host key of host is not the known one"},
      {"No ED25519 host key is known for host and you have requested strict checking.\nHost key "
       "verification failed.",
       Code::unauthorized, "the host key of host is not known"},
      {"fatal: unable to access 'https://host/app/': SSL certificate problem: certificate has "
       "expired",
       Code::unauthorized, "the certificate of host has expired"},
      {"fatal: unable to access 'https://host/app/': SSL certificate problem: unable to get local "
       "issuer certificate",
       Code::unauthorized, "the certificate of host is not signed by a known authority"},
      {"fatal: unable to access 'https://host/app/': The requested URL returned error: 403",
       Code::forbidden, "the server forbids it (403)"},
      {"fatal: unable to access 'https://host/app/': The requested URL returned error: 502",
       Code::unavailable,
       "unable to access 'https://host/app/': The requested URL returned error: 502"},
      {"fatal: unable to access 'https://host/app/': Failed to connect to host port 443: "
       "Connection refused",
       Code::unavailable, "connection refused"},
      {"ssh: connect to host host port 22: Connection timed out", Code::timeout,
       "no answer in time"},
      {"error: RPC failed; curl 28 Operation too slow. Less than 1 bytes/sec transferred the last "
       "60 seconds",
       Code::timeout, "the transfer was too slow"},
      {"fetch-pack: unexpected disconnect while reading sideband packet\nfatal: early EOF",
       Code::unavailable, "the server closed the connection"},
      {"fatal: transport 'ext' not allowed", Code::invalid, "transport 'ext' not allowed"},
      {"fatal: mismatched algorithms: client sha1; server sha256", Code::invalid,
       "it uses SHA-256 object ids, only SHA-1 repositories are supported"},
      {"something nobody has seen\n", Code::internal, "something nobody has seen"},
      {"", Code::unavailable, "git gave no reason"},
  };
  for (const Case& item : cases) {
    CAPTURE(item.text);
    const Error error = classified(item.text);
    CHECK(error.code == item.code);
    CHECK(error.message == "cannot reach https://host/app: " + item.message);
  }
}

TEST_CASE("refused pushes are told apart") {
  const auto pushed = [](const std::string& report, const std::string& text = "") {
    return classify_push({"https://host/app", "host", text},
                         "To https://host/app\n" + report + "\nDone\n");
  };
  CHECK(pushed("!\tabc:refs/heads/b\t[rejected] (stale info)").code == Code::conflict);
  CHECK(pushed("!\tabc:refs/heads/b\t[rejected] (fetch first)").code == Code::conflict);
  CHECK(pushed("!\tabc:refs/heads/b\t[remote rejected] (failed to update ref)").code ==
        Code::conflict);
  CHECK(pushed("!\tabc:refs/heads/b\t[remote rejected] (cannot lock ref 'refs/heads/b': is at 1 "
               "but expected 2)")
            .code == Code::conflict);
  CHECK(pushed("!\tabc:refs/heads/b\t[remote rejected] (unpacker error)").code ==
        Code::unavailable);
  const Error denied =
      pushed("!\tabc:refs/heads/b\t[remote rejected] (protected branch hook declined)",
             "remote: GitLab: You are not allowed to push code to protected branches.\nerror: "
             "failed to push some refs");
  CHECK(denied.code == Code::forbidden);
  CHECK(denied.message ==
        "cannot push to https://host/app: refused by the server: [remote rejected] (protected "
        "branch hook declined): GitLab: You are "
        "not allowed to push code to protected branches");
}

TEST_CASE("damage is ours, not the remote's") {
  CHECK(is_damage("fatal: bad object refs/heads/main\n"));
  CHECK(is_damage("error: object file objects/ab/cd is empty\n"));
  CHECK(is_damage("error: https://host/app did not send all necessary objects\n"));
  CHECK_FALSE(is_damage("remote: fatal: bad object refs/heads/main\n"));
  CHECK_FALSE(is_damage("fatal: early EOF\n"));
}

TEST_CASE("messages are one line of bounded length without control characters") {
  CHECK(essence("fatal: one\x1b[31m\nerror: two\nhint: do this\n") == "one [31m; two");
  CHECK(essence(std::string(5000, 'x')).size() < 500);
}
