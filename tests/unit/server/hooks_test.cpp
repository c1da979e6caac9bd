#include "reconciler/server/hooks.h"

#include "render/base/text.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::server;
using namespace std::chrono_literals;

namespace {

using Headers = std::map<std::string, std::string>;

const std::string commit = "4f2a91c04f2a91c04f2a91c04f2a91c04f2a91c0";
const std::string zeros(40, '0');
const Deliveries::Time noon{1'700'000'000s};

std::string hex(const std::string& bytes) {
  std::string text;
  for (const unsigned char byte : bytes) {
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 15U];
  }
  return text;
}

std::string body_of(const std::string& ref, const std::string& after = commit) {
  return R"({"ref":")" + ref + R"(","after":")" + after + "\"}";
}

Headers github(const std::string& body, const std::string& id = "id-1",
               const std::string& event = "push", const std::string& secret = "secret") {
  return {{"x-github-event", event},
          {"x-github-delivery", id},
          {"x-hub-signature-256", "sha256=" + hex(hmac_sha256(secret, body))}};
}

Headers gitea(const std::string& body, const std::string& id = "id-1") {
  return {{"x-gitea-event", "push"},
          {"x-gitea-delivery", id},
          {"x-gitea-signature", hex(hmac_sha256("secret", body))}};
}

Headers gitlab(const std::string& event = "Push Hook", const std::string& id = "id-1") {
  return {{"x-gitlab-event", event}, {"x-gitlab-token", "secret"}, {"x-gitlab-event-uuid", id}};
}

Headers generic(const std::string& body, const std::string& timestamp = {}) {
  const std::string text = timestamp.empty() ? body : timestamp + "." + body;
  Headers headers = {{"x-signature", "sha256=" + hex(hmac_sha256("secret", text))}};
  if (!timestamp.empty()) headers["x-flotilla-timestamp"] = timestamp;
  return headers;
}

// A receiver that follows main and tags, and has the commit "known".
struct Receiver {
  Secrets secrets = {"secret"};
  Deliveries::Time now = noon;
  Deliveries deliveries = {};

  Verdict take(HookKind kind, const Headers& headers, const std::string& body) {
    return judge_hook(
        {kind, headers, body}, secrets, now,
        [](const Push& push) {
          if (push.commit == std::string(40, 'a')) return Interest::known;
          const bool followed = push.ref == "refs/heads/main" || push.ref.starts_with("refs/tags/");
          return followed ? Interest::fetch : Interest::not_followed;
        },
        deliveries);
  }
};

}  // namespace

TEST_CASE("HMAC-SHA256 as others compute it") {
  // RFC 4231, test case 2; GitHub's documentation; `openssl dgst -sha256 -hmac`.
  CHECK(hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex(hmac_sha256("It's a Secret to Everybody", "Hello, World!")) ==
        "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
  CHECK(hex(hmac_sha256("secret-of-github", body_of("refs/heads/main"))) ==
        "095438147633b181778f41ae661418d884f7d42c63e0357df401b156531d8c1a");
  CHECK(hex(hmac_sha256("", "")) ==
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("The generic kind is read as JSON whatever its sender calls it") {
  // `curl -d` calls every body a form.
  Receiver receiver;
  const std::string body = R"({"ref": "refs/heads/main"})";
  Headers headers = generic(body, "1700000000");
  headers["content-type"] = "application/x-www-form-urlencoded";
  const Verdict verdict = receiver.take(HookKind::generic, headers, body);
  CHECK(verdict.status == 200);
  CHECK(verdict.text == "accepted");
  REQUIRE(verdict.push);
  CHECK(verdict.push->ref == "refs/heads/main");
}

TEST_CASE("A signature has to be whole and of the right text") {
  const std::string good = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
  const Secrets secrets = {"other", "It's a Secret to Everybody"};
  CHECK(is_signed(secrets, "Hello, World!", good));
  CHECK(is_signed(secrets, "Hello, World!",
                  "757107EA0EB2509FC211221CCE984B8A37570B6D7586C22C46F4379C8B043E17"));
  CHECK_FALSE(is_signed(secrets, "Hello, World?", good));
  CHECK_FALSE(is_signed({"other"}, "Hello, World!", good));
  CHECK_FALSE(is_signed({}, "Hello, World!", good));
  CHECK_FALSE(is_signed(secrets, "Hello, World!", ""));
  CHECK_FALSE(is_signed(secrets, "Hello, World!", good.substr(2)));
  CHECK_FALSE(is_signed(secrets, "Hello, World!", good + "00"));
  CHECK_FALSE(is_signed(secrets, "Hello, World!", "x" + good.substr(1)));
}

TEST_CASE("A push is accepted, with what it says") {
  struct Case {
    HookKind kind;
    Headers headers;
    std::string body;
    Push push;
  };
  const std::string main = body_of("refs/heads/main");
  const std::string tag = body_of("refs/tags/v1");
  const std::string gone = body_of("refs/heads/main", zeros);
  const std::string odd = R"({"ref":"refs/heads/main\n","after":7})";
  const Case row =
      GENERATE_COPY(Case{HookKind::github, github(main), main, {"refs/heads/main", commit}},
                    Case{HookKind::github, github(tag), tag, {"refs/tags/v1", commit}},
                    Case{HookKind::github, github(gone), gone, {"refs/heads/main", ""}},
                    Case{HookKind::github, github(odd), odd, {"", ""}},
                    Case{HookKind::github, github("no json"), "no json", {"", ""}},
                    Case{HookKind::gitea, gitea(main), main, {"refs/heads/main", commit}},
                    Case{HookKind::gitlab, gitlab(), main, {"refs/heads/main", commit}},
                    Case{HookKind::gitlab, gitlab("Tag Push Hook"), tag, {"refs/tags/v1", commit}},
                    Case{HookKind::gitlab,
                         gitlab("System Hook"),
                         R"({"event_name":"push","ref":"refs/heads/main"})",
                         {"refs/heads/main", ""}},
                    Case{HookKind::generic, generic(""), "", {"", ""}},
                    Case{HookKind::generic, generic(main), main, {"refs/heads/main", commit}},
                    Case{HookKind::generic, generic("{}", "1700000299"), "{}", {"", ""}},
                    Case{HookKind::generic, {{"authorization", "Bearer secret"}}, "", {"", ""}},
                    Case{HookKind::generic,
                         {{"authorization", "bearer  secret "}},
                         R"({"ref":"main"})",
                         {"", ""}});
  CAPTURE(to_string(row.kind), row.body);
  Receiver receiver;
  const Verdict verdict = receiver.take(row.kind, row.headers, row.body);
  CHECK(verdict.status == 200);
  CHECK(verdict.result == HookResult::accepted);
  REQUIRE(verdict.push);
  CHECK(verdict.push->ref == row.push.ref);
  CHECK(verdict.push->commit == row.push.commit);
}

TEST_CASE("A form is read too, and signed as it came") {
  const std::string body =
      "x=1&payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%2C+%22after%22%3A%22" + commit +
      "%22%7D";
  Headers headers = github(body);
  headers["content-type"] = "application/x-www-form-urlencoded";
  Receiver receiver;
  CHECK(receiver.take(HookKind::github, headers, body).push == Push{"refs/heads/main", commit});
}

TEST_CASE("What does not fit is refused with the same words") {
  const std::string body = body_of("refs/heads/main");
  struct Case {
    HookKind kind;
    Headers headers;
  };
  Headers other_body = github(body + " ");
  Headers no_prefix = github(body);
  no_prefix["x-hub-signature-256"] = no_prefix["x-hub-signature-256"].substr(7);
  Headers sha1 = {{"x-github-event", "push"}, {"x-hub-signature", "sha1=00"}};
  Headers late = generic(body, "1699999699");
  Headers early = generic(body, "1700000301");
  Headers no_number = generic(body, "1700000000s");
  Headers huge = generic(body, "99999999999999999999");
  Headers stripped = generic(body, "1700000000");
  stripped.erase("x-flotilla-timestamp");
  Headers moved = generic(body, "1700000000");
  moved["x-flotilla-timestamp"] = "1700000001";
  const Case row = GENERATE_COPY(
      Case{HookKind::github, {}}, Case{HookKind::github, other_body},
      Case{HookKind::github, github(body, "id", "push", "wrong")},
      Case{HookKind::github, github(body, "id", "ping", "wrong")},
      Case{HookKind::github, no_prefix}, Case{HookKind::github, sha1},
      Case{HookKind::github, gitlab()}, Case{HookKind::gitea, {}},
      Case{HookKind::gitea, gitea(body + " ")}, Case{HookKind::gitlab, {}},
      Case{HookKind::gitlab, {{"x-gitlab-token", ""}}},
      Case{HookKind::gitlab, {{"x-gitlab-token", "secre"}}},
      Case{HookKind::gitlab, {{"x-gitlab-token", "secret2"}}}, Case{HookKind::generic, {}},
      Case{HookKind::generic, {{"authorization", "Bearer"}}},
      Case{HookKind::generic, {{"authorization", "Bearer wrong"}}},
      Case{HookKind::generic, {{"authorization", "Basic secret"}}}, Case{HookKind::generic, late},
      Case{HookKind::generic, early}, Case{HookKind::generic, no_number},
      Case{HookKind::generic, huge}, Case{HookKind::generic, stripped},
      Case{HookKind::generic, moved});
  CAPTURE(to_string(row.kind), row.headers);
  Receiver receiver;
  const Verdict verdict = receiver.take(row.kind, row.headers, body);
  CHECK(verdict.status == 401);
  CHECK(verdict.text == "signature does not fit");
  CHECK(verdict.result == HookResult::refused);
  CHECK_FALSE(verdict.push);
  CHECK(receiver.deliveries.size() == 0);
}

TEST_CASE("The signing headers of Standard Webhooks") {
  // The example of the specification.
  const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const std::string body = R"({"test": 2432232314})";
  Headers headers = {
      {"x-gitlab-event", "Push Hook"},
      {"webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
      {"webhook-timestamp", "1614265330"},
      {"webhook-signature", "v2,x v1,Zm9v v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}};
  Receiver receiver;
  receiver.secrets = {"token", secret};
  receiver.now = Deliveries::Time(1'614'265'330s);
  const auto status = [&] { return receiver.take(HookKind::gitlab, headers, body).status; };

  SECTION("are enough") {
    CHECK(receiver.take(HookKind::gitlab, headers, body).result == HookResult::accepted);
    CHECK(receiver.take(HookKind::gitlab, headers, body).result == HookResult::replayed);
  }
  SECTION("count for five minutes") {
    receiver.now += 301s;
    CHECK(status() == 401);
  }
  SECTION("sign the id") {
    headers["webhook-id"] = "msg_other";
    CHECK(status() == 401);
  }
  SECTION("need the id") {
    headers.erase("webhook-id");
    CHECK(status() == 401);
  }
  SECTION("need their key") {
    receiver.secrets = {"token"};
    CHECK(status() == 401);
    headers["x-gitlab-token"] = "token";
    CHECK(status() == 200);
  }
  SECTION("make no token of their key") {
    headers.erase("webhook-signature");
    headers["x-gitlab-token"] = secret;
    CHECK(status() == 401);
  }
}

TEST_CASE("What is no push causes nothing") {
  Receiver receiver;
  const std::string body = body_of("refs/heads/main");
  const Verdict ping = receiver.take(HookKind::github, github(body, "id", "ping"), body);
  CHECK(ping.status == 200);
  CHECK_FALSE(ping.push);
  const auto ignored = [&](HookKind kind, const Headers& headers) {
    const Verdict verdict = receiver.take(kind, headers, body);
    return verdict.status == 202 && verdict.result == HookResult::ignored && !verdict.push;
  };
  CHECK(ignored(HookKind::github, github(body, "id", "issues")));
  CHECK(ignored(HookKind::gitlab, gitlab("Issue Hook")));
  CHECK(ignored(HookKind::gitlab, gitlab("System Hook")));
  Headers release = gitea(body);
  release["x-gitea-event"] = "release";
  CHECK(ignored(HookKind::gitea, release));
  const Verdict odd = receiver.take(HookKind::generic, generic("[1]"), "[1]");
  CHECK(odd.status == 400);
  CHECK(odd.result == HookResult::malformed);
  CHECK_FALSE(odd.push);
}

TEST_CASE("Nobody fetches for a branch that is not followed or a commit that is known") {
  Receiver receiver;
  const std::string status = body_of("refs/heads/flotilla/status");
  const Verdict other = receiver.take(HookKind::github, github(status), status);
  CHECK(other.status == 200);
  CHECK(other.text == "not followed");
  CHECK_FALSE(other.push);
  const std::string known = body_of("refs/heads/main", std::string(40, 'a'));
  const Verdict again = receiver.take(HookKind::github, github(known), known);
  CHECK(again.result == HookResult::known);
  CHECK_FALSE(again.push);
  CHECK(receiver.deliveries.size() == 0);
}

TEST_CASE("A delivery that comes again does nothing") {
  Receiver receiver;
  const std::string body = body_of("refs/heads/main");
  const std::string next = body_of("refs/heads/main", std::string(40, 'b'));
  const auto result = [&](HookKind kind, const Headers& headers, const std::string& text) {
    return receiver.take(kind, headers, text).result;
  };

  SECTION("of GitHub and Gitea, known by its id or by its body") {
    CHECK(result(HookKind::github, github(body, "id-1"), body) == HookResult::accepted);
    CHECK(result(HookKind::github, github(body, "id-1"), body) == HookResult::replayed);
    CHECK(result(HookKind::github, github(body, "forged"), body) == HookResult::replayed);
    CHECK(result(HookKind::github, github(next, "id-1"), next) == HookResult::replayed);
    CHECK(result(HookKind::github, github(next, "id-2"), next) == HookResult::accepted);
    CHECK(result(HookKind::gitea, gitea(body, "id-1"), body) == HookResult::accepted);
    CHECK(result(HookKind::gitea, gitea(body, "id-1"), body) == HookResult::replayed);
  }
  SECTION("of GitLab, known by its key or by event and body") {
    CHECK(result(HookKind::gitlab, gitlab(), body) == HookResult::accepted);
    CHECK(result(HookKind::gitlab, gitlab(), body) == HookResult::replayed);
    CHECK(result(HookKind::gitlab, gitlab(), next) == HookResult::accepted);
    Headers keyed = gitlab("Push Hook", "id-2");
    keyed["idempotency-key"] = "key";
    CHECK(result(HookKind::gitlab, keyed, body) == HookResult::accepted);
    CHECK(result(HookKind::gitlab, keyed, body) == HookResult::replayed);
  }
  SECTION("of anybody, known by what is signed") {
    CHECK(result(HookKind::generic, generic("{}"), "{}") == HookResult::accepted);
    CHECK(result(HookKind::generic, generic("{}"), "{}") == HookResult::replayed);
    CHECK(result(HookKind::generic, generic("{}", "1700000000"), "{}") == HookResult::accepted);
    CHECK(result(HookKind::generic, generic("{}", "1700000000"), "{}") == HookResult::replayed);
    CHECK(result(HookKind::generic, generic("{}", "1700000001"), "{}") == HookResult::accepted);
  }
  SECTION("but a bearer of the token may ask as often as he likes") {
    const Headers bearer = {{"authorization", "Bearer secret"}};
    CHECK(result(HookKind::generic, bearer, "") == HookResult::accepted);
    CHECK(result(HookKind::generic, bearer, "") == HookResult::accepted);
  }
  SECTION("within an hour") {
    CHECK(result(HookKind::github, github(body), body) == HookResult::accepted);
    receiver.now += 59min;
    CHECK(result(HookKind::github, github(body), body) == HookResult::replayed);
    receiver.now += 1min;
    CHECK(result(HookKind::github, github(body), body) == HookResult::accepted);
  }
}

TEST_CASE("Old and new secret are good while a secret is exchanged") {
  Receiver receiver;
  receiver.secrets = {"old", "secret"};
  const std::string body = body_of("refs/heads/main");
  CHECK(receiver.take(HookKind::github, github(body), body).status == 200);
  const std::string next = body + " ";
  CHECK(receiver.take(HookKind::github, github(next, "id-2", "push", "old"), next).status == 200);
}
