#include "reconciler/kube/access.h"
#include "reconciler/kube/exec_credential.h"
#include "tests/unit/kube/temp_dir.h"

#include <catch2/catch.hpp>

#include <fstream>

using namespace flotilla;
using namespace flotilla::kube;
using namespace std::chrono_literals;
using test::TempDir;

namespace {

const std::string kHead =
    R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential")";

ExecPlugin plugin_of(const std::filesystem::path& script) {
  ExecPlugin plugin;
  plugin.api_version = "client.authentication.k8s.io/v1";
  plugin.command = script.string();
  return plugin;
}

Result<ExecCredential> run_script(const std::string& script, std::chrono::seconds timeout = 30s) {
  const TempDir dir;
  ExecPlugin plugin = plugin_of(dir.write_script("plugin", script));
  plugin.timeout = timeout;
  return run_exec_plugin(plugin, {});
}

}  // namespace

TEST_CASE("a plugin gives a token, knows its arguments and the cluster, and has nothing to read") {
  const TempDir dir;
  const auto script = dir.write_script("plugin", R"(
read line && exit 9
printf '%s' "$KUBERNETES_EXEC_INFO" > "$OUT"
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{
  "token":"'$1-$MORE'","expirationTimestamp":"2026-11-21T12:00:00Z"}}')");
  ExecPlugin plugin = plugin_of(script);
  plugin.args = {"one"};
  plugin.env = {{"MORE", "two"}, {"OUT", (dir.path() / "info").string()}};
  plugin.provide_cluster_info = true;
  Access access;
  access.server = "https://host:1";
  access.peer.ca_pem = "ca";
  const Result<ExecCredential> credential = run_exec_plugin(plugin, access);
  REQUIRE(credential);
  CHECK(credential->token == "one-two");
  CHECK(credential->expires == parse_rfc3339("2026-11-21T12:00:00Z"));
  std::string info;
  std::getline(std::ifstream(dir.path() / "info"), info);
  CHECK(
      info ==
      R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"cluster":)"
      R"({"certificate-authority-data":"Y2E=","server":"https://host:1"},"interactive":false}})");
}

TEST_CASE("a plugin may give a client certificate") {
  const auto credential = run_script(
      "echo '" + kHead + R"(,"status":{"clientCertificateData":"cert","clientKeyData":"key"}}')");
  REQUIRE(credential);
  CHECK(credential->client_cert_pem == "cert");
  CHECK(credential->client_key_pem == "key");
  CHECK_FALSE(credential->expires);
}

TEST_CASE("what goes wrong with a plugin is said without what it printed") {
  const auto [script, message] = GENERATE_COPY(table<std::string, std::string>({
      {"echo s3cret; exit 3", " ended with exit code 3"},
      {"echo 'please log in' >&2; echo s3cret >&2; exit 1",
       " ended with exit code 1: please log in"},
      {"kill -9 $$", " was ended by signal 9"},
      {"echo s3cret", ": its output is no JSON object"},
      {"echo '{\"token\":\"s3cret\"}'",
       ": its output is no ExecCredential of client.authentication.k8s.io/v1"},
      {"echo '" + kHead + "}'", ": its output has neither a token nor a client certificate"},
      {"echo '" + kHead + ",\"status\":{\"clientKeyData\":\"s3cret\"}}'",
       ": its output has only one of clientCertificateData and clientKeyData"},
      {"echo '" + kHead + ",\"status\":{\"token\":\"s3cret s3cret\"}}'",
       ": the token in its output holds white space"},
      {"echo '" + kHead + ",\"status\":{\"token\":\"t\",\"expirationTimestamp\":\"soon\"}}'",
       ": its expirationTimestamp is no RFC 3339 time"},
  }));
  const auto credential = run_script(script);
  REQUIRE_FALSE(credential);
  CHECK(credential.error().code == Code::unauthorized);
  CHECK_THAT(credential.error().message, Catch::EndsWith("/plugin" + message));
  CHECK_THAT(credential.error().message, !Catch::Contains("s3cret"));
}

TEST_CASE("a plugin that is not there") {
  const Result<ExecCredential> credential =
      run_exec_plugin(plugin_of("no-such-credential-plugin"), {});
  REQUIRE_FALSE(credential);
  CHECK(credential.error().code == Code::unauthorized);
  CHECK(credential.error().message ==
        "credential plugin no-such-credential-plugin cannot be run: no such file or directory");
}

TEST_CASE("a plugin that hangs is killed with its children at the deadline") {
  const auto start = std::chrono::steady_clock::now();
  const auto credential = run_script("sleep 60 & sleep 60", 1s);
  REQUIRE_FALSE(credential);
  CHECK(credential.error().code == Code::timeout);
  CHECK_THAT(credential.error().message, Catch::EndsWith("did not end within 1000 ms"));
  CHECK(std::chrono::steady_clock::now() - start < 20s);
}

TEST_CASE("a plugin that writes without end is stopped") {
  const auto credential = run_script("exec yes");
  REQUIRE_FALSE(credential);
  CHECK(credential.error().code == Code::too_large);
}

TEST_CASE("times of RFC 3339") {
  using std::chrono::system_clock;
  const auto seconds = [](const char* text) -> long {
    const auto time = parse_rfc3339(text);
    return time ? static_cast<long>(system_clock::to_time_t(*time)) : -1;
  };
  CHECK(seconds("1970-01-01T00:00:01Z") == 1);
  CHECK(seconds("2026-11-21T12:55:01Z") == 1795265701);
  CHECK(seconds("2026-11-21T12:55:01.123456Z") == 1795265701);
  CHECK(seconds("2026-11-21T14:55:01+02:00") == 1795265701);
  CHECK(seconds("2026-11-21T07:25:01-05:30") == 1795265701);
  CHECK(parse_rfc3339("9999-12-31T23:59:59Z") > parse_rfc3339("2026-11-21T12:55:01Z"));
  CHECK(parse_rfc3339("0001-01-01T00:00:00Z") < parse_rfc3339("2026-11-21T12:55:01Z"));
  for (const char* text :
       {"", "2026-11-21", "2026-13-21T12:55:01Z", "2026-02-30T12:55:01Z", "2026-11-21T12:55:01",
        "2026-11-21T12:55:01Z ", "-026-11-21T12:55:01Z", "2026-11-21T12:55:01+2"}) {
    CHECK_FALSE(parse_rfc3339(text));
  }
}
