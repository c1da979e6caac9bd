#include "reconciler/notify/outbox.h"

#include "tests/unit/kube/certificates.h"
#include "tests/unit/kube/http_fixture.h"
#include "tests/unit/notify/captured_log.h"
#include "tests/unit/notify/until.h"

#include <catch2/catch.hpp>

#include <atomic>

using namespace flotilla;
using namespace flotilla::notify;
using namespace std::chrono_literals;
using test::HttpFixture;
using test::Reply;

namespace {

Outbox::Options quick() {
  Outbox::Options options;
  options.first_wait = 5ms;
  options.longest_wait = 20ms;
  return options;
}

Delivery delivery(const std::string& receiver, const std::string& url, const std::string& body,
                  const std::string& ca = "") {
  Delivery delivery;
  delivery.receiver = receiver;
  delivery.prepare = [url, body, ca]() -> Result<Prepared> {
    return Prepared{Request{url, {{"Authorization", "Bearer token-s3cret"}}, body}, ca};
  };
  return delivery;
}

std::string bodies(const HttpFixture& server) {
  std::string text;
  for (const test::Request& request : server.requests()) text += request.body + " ";
  return text;
}

}  // namespace

TEST_CASE("messages to one receiver arrive in their order, failures repeated") {
  test::CapturedLog log;
  HttpFixture server([](const test::Request& request) {
    const int statuses[] = {500, 503, 200, 429, 408, 200};
    return Reply{request.number < 6 ? statuses[request.number] : 200};
  });
  kube::Loop loop;
  Outbox outbox(loop, quick());
  for (const char* body : {"a", "b", "c"})
    outbox.put(delivery("r", server.url() + "/path-s3cret", body));
  CHECK(outbox.waiting() == 3);
  REQUIRE(test::until(loop, [&] { return outbox.waiting() == 0; }));
  CHECK(bodies(server) == "a a a b b b c ");
  CHECK(server.requests()[0].method == "POST");
  CHECK(outbox.sent().delivered == 3);
  CHECK(log.text().empty());
}

TEST_CASE("the receiver's own Retry-After counts") {
  HttpFixture server([](const test::Request& request) {
    if (request.number > 0) return Reply{200};
    return Reply{429, "", {{"Retry-After", "1"}}};
  });
  kube::Loop loop;
  Outbox outbox(loop, quick());
  const auto begun = std::chrono::steady_clock::now();
  outbox.put(delivery("r", server.url(), "a"));
  REQUIRE(test::until(loop, [&] { return outbox.sent().delivered == 1; }));
  CHECK(std::chrono::steady_clock::now() - begun >= 1s);
}

TEST_CASE("what a receiver refuses is told once and not repeated") {
  test::CapturedLog log;
  std::atomic<int> status = 404;
  HttpFixture server([&](const test::Request&) { return Reply{status, "answer-s3cret"}; });
  kube::Loop loop;
  Outbox outbox(loop, quick());
  for (const char* body : {"a", "b", "c"})
    outbox.put(delivery("ops", server.url() + "/path-s3cret?key=s3cret", body));
  REQUIRE(test::until(loop, [&] { return outbox.waiting() == 0; }));
  CHECK(bodies(server) == "a b c ");
  CHECK(outbox.sent().refused == 3);
  CHECK(log.count("not delivered") == 1);
  CHECK(log.count("answered 404") == 1);
  CHECK(log.count(server.url()) == 1);
  // After a delivery it is news again.
  status = 200;
  outbox.put(delivery("ops", server.url(), "d"));
  REQUIRE(test::until(loop, [&] { return outbox.waiting() == 0; }));
  status = 302;
  outbox.put(delivery("ops", server.url(), "e"));
  REQUIRE(test::until(loop, [&] { return outbox.waiting() == 0; }));
  CHECK(log.count("not delivered") == 2);
  CHECK(log.text().find("s3cret") == std::string::npos);
}

TEST_CASE("a receiver that hangs delays nobody else, and is given up") {
  test::CapturedLog log;
  HttpFixture silent([](const test::Request&) {
    Reply reply;
    reply.then = Reply::Then::hang;
    return reply;
  });
  HttpFixture quick_one([](const test::Request&) { return Reply{200}; });
  kube::Loop loop;
  Outbox::Options options = quick();
  options.timeout = 200ms;
  options.give_up_after = 500ms;
  Outbox outbox(loop, options);
  for (int i = 0; i < 3; ++i) outbox.put(delivery("slow", silent.url() + "/s3cret", "a"));
  outbox.put(delivery("fast", quick_one.url(), "b"));
  REQUIRE(test::until(loop, [&] { return outbox.sent().delivered == 1; }));
  CHECK(outbox.waiting() == 3);
  CHECK(outbox.sent().abandoned == 0);
  REQUIRE(test::until(loop, [&] { return outbox.waiting() == 0; }));
  CHECK(outbox.sent().abandoned == 3);
  CHECK(log.count("to the last attempt") == 1);
  CHECK(log.text().find("s3cret") == std::string::npos);
}

TEST_CASE("too many messages: the oldest goes") {
  test::CapturedLog log;
  HttpFixture server([](const test::Request&) { return Reply{200}; });
  kube::Loop loop;
  Outbox::Options options = quick();
  options.most_waiting = 3;
  Outbox outbox(loop, options);
  for (const char* body : {"a", "b", "c", "d", "e"}) outbox.put(delivery("r", server.url(), body));
  CHECK(outbox.waiting() == 3);
  REQUIRE(test::until(loop, [&] { return outbox.waiting() == 0; }));
  CHECK(outbox.sent().abandoned == 2);
  CHECK(bodies(server).ends_with("d e "));
  CHECK(server.requests().size() == 3);
  CHECK(log.count("the oldest is dropped") == 2);
}

TEST_CASE("a newer message takes the place of one on the same subject") {
  HttpFixture server([](const test::Request&) { return Reply{200}; });
  kube::Loop loop;
  Outbox outbox(loop, quick());
  for (const char* body : {"a", "b", "c", "d"}) {
    Delivery next = delivery("r", server.url(), body);
    next.subject = body[0] == 'a' ? "" : "commit";
    outbox.put(std::move(next));
  }
  REQUIRE(test::until(loop, [&] { return outbox.waiting() == 0; }));
  CHECK(bodies(server) == "a d ");
}

TEST_CASE("GitLab's refusal of an equal status is a success") {
  HttpFixture server([](const test::Request&) {
    return Reply{400, R"({"message":"Cannot transition status via :run from :running"})"};
  });
  kube::Loop loop;
  Outbox outbox(loop, quick());
  Delivery status = delivery("gitlab", server.url(), "a");
  status.same_status_is_fine = true;
  outbox.put(std::move(status));
  REQUIRE(test::until(loop, [&] { return outbox.waiting() == 0; }));
  CHECK(outbox.sent().delivered == 1);
  outbox.put(delivery("other", server.url(), "a"));
  REQUIRE(test::until(loop, [&] { return outbox.waiting() == 0; }));
  CHECK(outbox.sent().refused == 1);
}

TEST_CASE("a receiver with a certificate of its own CA") {
  test::CapturedLog log;
  const test::Certificate ca = test::make_ca("ours");
  const test::Certificate own = test::make_certificate(ca, "receiver");
  HttpFixture server([](const test::Request&) { return Reply{200}; }, {own.cert_pem, own.key_pem});
  kube::Loop loop;
  Outbox outbox(loop, quick());
  outbox.put(delivery("right", server.url(), "a", ca.cert_pem));
  outbox.put(delivery("wrong", server.url(), "b", test::make_ca("other").cert_pem));
  REQUIRE(test::until(loop, [&] { return outbox.waiting() == 0; }));
  CHECK(outbox.sent().delivered == 1);
  CHECK(outbox.sent().refused == 1);
  CHECK(bodies(server) == "a ");
  CHECK(log.count("\"receiver\":\"wrong\"") == 1);
}

TEST_CASE("a secret that is missing is told once, and read anew for the next message") {
  test::CapturedLog log;
  test::TempDir folder;
  HttpFixture server([](const test::Request&) { return Reply{200}; });
  decision::Notification notification;
  notification.name = "ops";
  notification.type = "slack";
  notification.address_from = "url";
  const Event event{"SourceRecovered", {{"", ""}}};
  kube::Loop loop;
  Outbox outbox(loop, quick());
  const auto put = [&] {
    Delivery next;
    next.receiver = "ops";
    next.prepare = [&] { return prepare_notification(folder.path(), notification, event); };
    outbox.put(std::move(next));
    return test::until(loop, [&] { return outbox.waiting() == 0; });
  };
  REQUIRE(put());
  REQUIRE(put());
  CHECK(log.count("not delivered") == 1);
  CHECK(log.count("/url does not exist") == 1);
  folder.write("url", "gopher-s3cret\n");
  REQUIRE(put());
  CHECK(log.count("/url holds no http or https address") == 1);
  folder.write("url", "\n");
  REQUIRE(put());
  CHECK(log.count("/url is empty") == 1);
  std::string with_user = server.url() + "/one\n";
  with_user.insert(with_user.find("://") + 3, "me:s3cret@");
  folder.write("url", with_user);
  REQUIRE(put());
  folder.write("url", server.url() + "/two\r\n");
  REQUIRE(put());
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[0].path == "/one");
  CHECK(server.requests()[0].headers.at("authorization") == "Basic bWU6czNjcmV0");
  CHECK(server.requests()[1].path == "/two");
  CHECK(log.text().find("s3cret") == std::string::npos);
}

TEST_CASE("at the end what waits is sent, for a while") {
  std::atomic<bool> well = false;
  HttpFixture server([&](const test::Request&) { return Reply{well ? 200 : 500}; });
  kube::Loop loop;
  Outbox::Options options = quick();
  options.first_wait = options.longest_wait = 1h;
  options.give_up_after = 10h;
  options.patience = 300ms;
  SECTION("the receiver is well again") {
    options.patience = 20s;
    Outbox outbox(loop, options);
    outbox.put(delivery("r", server.url(), "a"));
    outbox.put(delivery("r", server.url(), "b"));
    REQUIRE(test::until(loop, [&] { return server.requests().size() == 1; }));
    // The answer has come when the next request on the loop has.
    HttpFixture other([](const test::Request&) { return Reply{200}; });
    outbox.put(delivery("other", other.url(), "c"));
    REQUIRE(test::until(loop, [&] { return outbox.sent().delivered == 1; }));
    well = true;
    loop.run(outbox.finish());
    CHECK(outbox.waiting() == 0);
    CHECK(outbox.sent().delivered == 3);
  }
  SECTION("or is not") {
    test::CapturedLog log;
    Outbox outbox(loop, options);
    outbox.put(delivery("r", server.url(), "a"));
    loop.run(outbox.finish());
    CHECK(outbox.waiting() == 1);
    CHECK(log.count("stopped before all messages were delivered") == 1);
  }
}
