#include "reconciler/notify/notifier.h"

#include "render/document/json.h"
#include "tests/unit/kube/http_fixture.h"
#include "tests/unit/notify/captured_log.h"
#include "tests/unit/notify/facts.h"
#include "tests/unit/notify/until.h"

#include <catch2/catch.hpp>

#include <atomic>

using namespace flotilla;
using namespace flotilla::notify;
using namespace std::chrono_literals;
using test::HttpFixture;
using test::Reply;

namespace {

// A receiver, a folder of secrets, and a notifier with a clock of its own.
struct Scene {
  HttpFixture server{[](const test::Request&) { return Reply{200}; }};
  test::TempDir secrets;
  kube::Loop loop;
  std::atomic<std::int64_t> now = 1'000'000;
  decision::ServiceSettings settings;
  std::optional<Notifier> notifier;

  explicit Scene(std::chrono::milliseconds pause = 10'000ms) {
    Notifier::Options options;
    options.secrets = secrets.path();
    options.now = [this] { return now.load(); };
    options.status_pause = pause;
    options.grace = 1;
    notifier.emplace(loop, options);
    secrets.write("url", server.url() + "/hook-s3cret\n");
    secrets.write("token", "tok-s3cret\n");
  }

  void notify(std::vector<std::string> on) {
    decision::Notification notification;
    notification.name = "ops";
    notification.type = "slack";
    notification.address_from = "url";
    notification.events = std::move(on);
    notification.template_ = "{{ .event }} {{ .cluster }}";
    settings.notifications.push_back(notification);
  }
  void status() {
    decision::CommitStatus status;
    status.provider = "github";
    status.address = server.url();
    status.repository = "acme/shop";
    status.token_from = "token";
    settings.commit_status = status;
  }
  // What the server has been told, once there is so much.
  std::vector<std::string> texts(std::size_t wanted, const char* field) {
    CHECK(test::until(
        loop, [&] { return server.requests().size() >= wanted && notifier->waiting() == 0; }));
    std::vector<std::string> found;
    for (const test::Request& request : server.requests())
      found.push_back(get_string(*parse_json(request.body), field));
    return found;
  }
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a fleet's events are told to who wants them") {
  test::CapturedLog log;
  Scene scene;
  scene.notify({"Deployed", "ClusterUnreachable", "SourceError"});
  scene.notifier->tell(test::fleet(), scene.settings);
  scene.notifier->tell(test::fleet(), scene.settings);
  CHECK(scene.texts(1, "text") == Texts{"Deployed "});
  CHECK(scene.server.requests()[0].path == "/hook-s3cret");
  // Told after the grace, though nobody calls.
  Facts facts = test::fleet();
  test::lose(facts.clusters["us"]);
  scene.notifier->tell(facts, scene.settings);
  scene.notifier->tell_source("no such host");
  scene.now += 1;
  CHECK(scene.texts(3, "text") == Texts{"Deployed ", "ClusterUnreachable us", "SourceError "});
  CHECK(log.text().find("s3cret") == std::string::npos);
}

TEST_CASE("what was remembered is not told again") {
  Scene scene;
  scene.notify({"Deployed", "Progressing"});
  scene.notifier->remember(follow({}, test::fleet(), 900'000, 60).state);
  scene.notifier->tell(test::fleet(), scene.settings);
  CHECK(scene.notifier->waiting() == 0);
  Facts on_its_way = test::fleet(test::second);
  on_its_way.clusters["us"].current = false;
  scene.notifier->tell(on_its_way, scene.settings);
  scene.notifier->tell(test::fleet(test::second), scene.settings);
  CHECK(scene.texts(2, "text") == Texts{"Progressing ", "Deployed "});
}

TEST_CASE("whoever stands by tells nothing, and goes on where it is alone again") {
  Scene scene;
  scene.notify({"SourceError", "SourceRecovered"});
  scene.notifier->tell(test::fleet(), scene.settings);
  scene.notifier->stand_by(true);
  scene.notifier->tell_source("no such host");
  scene.now += 2;
  scene.notifier->tell_source("connection refused");
  CHECK(scene.notifier->waiting() == 0);
  scene.notifier->stand_by(false);
  scene.notifier->tell_source("no route");
  scene.now += 2;
  scene.notifier->tell_source("no such host");
  CHECK(scene.texts(1, "text") == Texts{"SourceError "});
}

TEST_CASE("what the status branch remembers counts only if others may have told something since") {
  Scene scene;
  scene.notify({"Deployed"});
  const State nothing_told;
  const State second_told = follow({}, test::fleet(test::second), 900'000, 60).state;
  scene.notifier->remember(nothing_told);
  scene.notifier->tell(test::fleet(), scene.settings);
  scene.notifier->remember(nothing_told);  // as after its status could not be written
  scene.notifier->tell(test::fleet(), scene.settings);
  CHECK(scene.texts(1, "text") == Texts{"Deployed "});
  scene.notifier->stand_by(true);
  scene.notifier->stand_by(false);
  scene.notifier->remember(second_told);
  scene.notifier->tell(test::fleet(test::second), scene.settings);
  CHECK(scene.notifier->waiting() == 0);
}

TEST_CASE("a commit's status is told when it changes") {
  Scene scene;
  scene.status();
  Facts facts = test::fleet();
  facts.clusters["us"].healthy = 0;
  scene.notifier->tell(facts, scene.settings);
  CHECK(scene.texts(1, "state") == Texts{"pending"});
  CHECK(scene.server.requests()[0].path == "/repos/acme/shop/statuses/" + std::string(40, '1'));
  CHECK(scene.server.requests()[0].headers.at("authorization") == "Bearer tok-s3cret");
  scene.notifier->tell(facts, scene.settings);
  scene.notifier->tell(test::fleet(), scene.settings);
  CHECK(scene.texts(2, "state") == Texts{"pending", "success"});
  scene.notifier->tell(test::fleet(), scene.settings);
  CHECK(scene.notifier->waiting() == 0);
}

TEST_CASE("a commit that is overtaken gets a last word") {
  Scene scene;
  scene.status();
  Facts facts = test::fleet();
  facts.clusters["us"].healthy = 0;
  SECTION("told in this process") {
    scene.notifier->tell(facts, scene.settings);
    scene.texts(1, "state");
  }
  SECTION("told by another") {
    scene.notifier->remember(follow({}, facts, 900'000, 60).state);
    scene.notifier->tell(facts, scene.settings);
    scene.texts(1, "state");
  }
  scene.notifier->tell(test::fleet(test::second), scene.settings);
  CHECK(scene.texts(3, "description") ==
        Texts{"1 of 2 clusters", "superseded by 2222222", "2 clusters, 4 objects healthy"});
  CHECK(scene.server.requests()[1].path == "/repos/acme/shop/statuses/" + std::string(40, '1'));
}

TEST_CASE("progress is told now and then") {
  Scene scene(300ms);
  scene.status();
  Facts facts = test::fleet();
  for (const char* name : {"a", "b", "c"}) {
    facts.clusters[name] = test::well();
    facts.clusters[name].healthy = 0;
  }
  scene.notifier->tell(facts, scene.settings);
  for (const char* name : {"a", "b"}) {
    facts.clusters[name].healthy = 2;
    scene.notifier->tell(facts, scene.settings);
  }
  CHECK(scene.texts(1, "description") == Texts{"2 of 5 clusters"});
  CHECK(scene.texts(2, "description") == Texts{"2 of 5 clusters", "4 of 5 clusters"});
}

TEST_CASE("nothing is said of what is no commit, nor without settings") {
  Scene scene;
  scene.notifier->tell(test::fleet(), scene.settings);
  scene.status();
  scene.notifier->tell(test::fleet("main@sha1:11"), scene.settings);
  scene.loop.run(scene.notifier->finish());
  CHECK(scene.server.requests().empty());
}
