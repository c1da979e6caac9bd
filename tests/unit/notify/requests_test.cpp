#include "reconciler/notify/requests.h"

#include "render/base/digest.h"
#include "render/base/text.h"
#include "render/document/json.h"
#include "tests/unit/notify/facts.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::notify;

namespace {

Event event() {
  Event event{"Failed", {{"eu", "Deployment.apps/shop/web: 2 < 3 & so on"}}};
  event.fleet = "shop";
  event.revision = test::first;
  event.subject = "Cart <1.4.0>";
  event.time = 1'795'000'000;
  return event;
}

decision::Notification receiver(const std::string& type) {
  decision::Notification notification;
  notification.name = "ops";
  notification.type = type;
  notification.events = {"Failed"};
  return notification;
}

decision::CommitStatus forge(const std::string& provider, const std::string& address,
                             const std::string& repository) {
  decision::CommitStatus status;
  status.provider = provider;
  status.address = address;
  status.repository = repository;
  return status;
}

const std::string commit(40, '1');

}  // namespace

TEST_CASE("Slack gets one escaped text") {
  decision::Notification notification = receiver("slack");
  Request request = notification_request(notification, event(), {"https://h/x", "", ""});
  CHECK(request.url == "https://h/x");
  CHECK(request.headers.at("Content-Type") == "application/json");
  CHECK(
      request.body ==
      R"({"text":"shop: main@1111111 failed (Cart &lt;1.4.0&gt;):\neu: Deployment.apps/shop/web: 2 &lt; 3 &amp; so on"})");
  notification.template_ = "<https://h|{{ .subject }}>";
  request = notification_request(notification, event(), {"https://h/x", "", ""});
  CHECK(request.body == R"({"text":"<https://h|Cart &lt;1.4.0&gt;>"})");
}

TEST_CASE("a webhook gets every field, a token and a signature") {
  const Request request =
      notification_request(receiver("webhook"), event(), {"https://h/x", "secret-token", "key"});
  CHECK(request.body.find("secret-token") == std::string::npos);
  CHECK(request.headers.at("Authorization") == "Bearer secret-token");
  CHECK(request.headers.at("X-Flotilla-Signature") ==
        "sha256=" + hmac_sha256_hex("key", request.body));
  CHECK(request.headers.at("X-Flotilla-Delivery").size() == 32);
  const auto document = parse_json(request.body);
  REQUIRE(document);
  CHECK(get_string(*document, "apiVersion") == "flotilla.dev/v1alpha1");
  CHECK(get_string(*document, "kind") == "Notification");
  CHECK(get_string(*document, "name") == "ops");
  CHECK(get_string(*document, "event") == "Failed");
  CHECK(get_string(*document, "fleet") == "shop");
  CHECK(get_string(*document, "revision") == test::first);
  CHECK(get_string(*document, "commit") == commit);
  CHECK(get_string(*document, "time") == "2026-11-18T11:06:40Z");
  CHECK(get_string(*document, "message") == "eu: Deployment.apps/shop/web: 2 < 3 & so on");
  CHECK((*document)["lines"][0]["cluster"].asString() == "eu");
  CHECK((*document)["moreLines"].asInt() == 0);
  CHECK((*document)["counts"].size() == 9);
}

TEST_CASE("an event without details has no lines") {
  Event deployed = event();
  deployed.lines = {{"", ""}};
  const auto document =
      parse_json(notification_request(receiver("webhook"), deployed, {"https://h/x", "", ""}).body);
  REQUIRE(document);
  CHECK((*document)["lines"].isArray());
  CHECK((*document)["lines"].empty());
  CHECK((*document)["moreLines"].asInt() == 0);
}

TEST_CASE("HMAC-SHA256 of RFC 4231") {
  CHECK(hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("user and password of an address go into a header") {
  const Request request = notification_request(receiver("webhook"), event(),
                                               {"https://me:p%40ss@h:8443/x?a=b@c", "", ""});
  CHECK(request.url == "https://h:8443/x?a=b@c");
  CHECK(request.headers.at("Authorization") == "Basic " + base64_encode("me:p@ss"));
}

TEST_CASE("words on a commit") {
  const auto word = [](const Facts& facts, const State& before = {}) {
    return word_of(follow(before, facts, 1'000, 60).state);
  };
  using S = Word::State;
  CHECK(word(test::fleet()) == Word{S::success, "2 clusters, 4 objects healthy"});
  Facts facts = test::fleet();
  facts.clusters["eu"] = test::well(1'239);
  facts.clusters.erase("us");
  CHECK(word(facts) == Word{S::success, "1 cluster, 1,239 objects healthy"});
  facts = test::fleet();
  facts.clusters["eu"].healthy = 0;
  CHECK(word(facts) == Word{S::pending, "1 of 2 clusters"});
  facts.clusters["eu"].held = 12;
  CHECK(word(facts) == Word{S::pending, "1 of 2 clusters; 12 deletions held"});
  facts.suspended = true;
  CHECK(word(facts) == Word{S::pending, "1 of 2 clusters; suspended; 12 deletions held"});
  facts = test::fleet();
  test::lose(facts.clusters["eu"]);
  CHECK(word(facts) == Word{S::pending, "1 of 2 clusters; 1 not reachable"});
  const State lost = follow({}, facts, 900, 60).state;
  CHECK(word(facts, lost) == Word{S::success, "1 of 2 clusters; 1 not reachable"});
  facts = test::fleet();
  facts.clusters["eu"].failures = {"a: x", "b: y"};
  CHECK(word(facts) == Word{S::failure, "2 objects not applied as wanted; 1 of 2 clusters"});
  facts.problems = {"a.yaml:1:1: error: x"};
  CHECK(word(facts) == Word{S::error,
                            "1 error in the repository, 2 objects not applied as "
                            "wanted; 1 of 2 clusters"});
}

TEST_CASE("a commit that was deployed stays a success while clusters come and go") {
  const State before = follow({}, test::fleet(), 1'000, 60).state;
  Facts facts = test::fleet();
  test::lose(facts.clusters["eu"]);
  facts.clusters["us"].healthy = 0;
  CHECK(word_of(follow(before, facts, 2'000, 60).state) == word_of(before));
}

TEST_CASE("the requests of the forges") {
  const Word pending{Word::State::pending, "3 of 20 clusters"};
  Request request = status_request(forge("github", "https://api.github.com", "acme/shop"), commit,
                                   pending, "tok");
  CHECK(request.url == "https://api.github.com/repos/acme/shop/statuses/" + commit);
  CHECK(request.headers.at("Authorization") == "Bearer tok");
  CHECK(request.headers.at("Accept") == "application/vnd.github+json");
  CHECK(request.headers.contains("X-GitHub-Api-Version"));
  CHECK(request.body ==
        R"({"context":"flotilla","description":"3 of 20 clusters","state":"pending"})");
  decision::CommitStatus gitlab = forge("gitlab", "https://git.acme.com", "a/b c/d");
  gitlab.target_url = "https://status/x";
  request = status_request(gitlab, commit, pending, "tok");
  CHECK(request.url == "https://git.acme.com/api/v4/projects/a%2Fb%20c%2Fd/statuses/" + commit);
  CHECK(request.headers.at("PRIVATE-TOKEN") == "tok");
  CHECK_FALSE(request.headers.contains("Authorization"));
  CHECK(
      request.body ==
      R"({"description":"3 of 20 clusters","name":"flotilla","state":"running","target_url":"https://status/x"})");
  request = status_request(forge("gitea", "https://g", "acme/shop"), commit, pending, "tok");
  CHECK(request.url == "https://g/api/v1/repos/acme/shop/statuses/" + commit);
  CHECK(request.headers.at("Authorization") == "token tok");
}

TEST_CASE("states by the words of each forge") {
  using S = Word::State;
  using Row = std::tuple<S, std::string, std::string>;
  const auto [state, github, gitlab] = GENERATE(table<S, std::string, std::string>({
      Row{S::pending, "pending", "running"},
      Row{S::success, "success", "success"},
      Row{S::failure, "failure", "failed"},
      Row{S::error, "error", "failed"},
      Row{S::superseded, "success", "canceled"},
  }));
  const auto state_of = [&, word = Word{state, ""}](const std::string& provider) {
    const Request request = status_request(forge(provider, "https://h", "a/b"), commit, word, "t");
    return get_string(*parse_json(request.body), "state");
  };
  CHECK(state_of("github") == github);
  CHECK(state_of("gitea") == github);
  CHECK(state_of("gitlab") == gitlab);
  CHECK(superseded_word(std::string(40, '2')).description == "superseded by 2222222");
}
