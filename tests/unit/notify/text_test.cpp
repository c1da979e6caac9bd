#include "reconciler/notify/text.h"

#include "tests/unit/notify/facts.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::notify;

namespace {

std::string plain(std::string text) { return text; }

Event event(const std::string& name, std::vector<Event::Line> lines) {
  Event event{name, std::move(lines)};
  event.fleet = "shop";
  event.revision = test::first;
  event.subject = "Cart 1.4.0";
  event.counts.clusters = 20;
  event.counts.done = 20;
  event.counts.wanted = event.counts.healthy = 1240;
  return event;
}

decision::Notification about(std::vector<std::string> on) {
  decision::Notification notification;
  notification.name = "ops";
  notification.events = std::move(on);
  return notification;
}

}  // namespace

TEST_CASE("every event has a default text") {
  const decision::Notification notification = about(decision::notification_events());
  for (const std::string& name : decision::notification_events()) {
    INFO(name);
    const std::string text = text_of(notification, event(name, {{"eu", "the reason"}}), plain);
    CHECK(text.starts_with("shop: "));
    CHECK(text.find("{{") == std::string::npos);
  }
  CHECK(text_of(notification, event("Deployed", {{"", ""}}), plain) ==
        "shop: main@1111111 is deployed (Cart 1.4.0): 20 of 20 clusters, 1240 of 1240 objects "
        "healthy");
  CHECK(text_of(notification, event("ClusterUnreachable", {{"eu", "refused"}, {"us", "late"}}),
                plain) == "shop: not reachable: eu: refused\nus: late");
}

TEST_CASE("a notification gets the events and clusters that it is about") {
  decision::Notification notification = about({"Drift", "Failed"});
  const Event drift = event("Drift", {{"eu", "a"}, {"us", "b"}});
  CHECK(selected(notification, drift)->lines.size() == 2);
  CHECK_FALSE(selected(notification, event("Deployed", {{"", ""}})));
  notification.clusters = {"us"};
  const auto chosen = selected(notification, drift);
  REQUIRE(chosen);
  CHECK(message_of(*chosen) == "us: b");
  CHECK_FALSE(selected(notification, event("Drift", {{"eu", "a"}})));
  CHECK(selected(notification, event("Failed", {{"", "bad file"}})));
}

TEST_CASE("a message is bounded in lines and bytes") {
  Event many = event("Drift", {});
  for (int i = 0; i < 22; ++i) many.lines.push_back({"c" + std::to_string(i), "x\ny"});
  const std::string message = message_of(many);
  CHECK(message.starts_with("c0: x y\nc1: x y\n"));
  CHECK(message.ends_with("c9: x y\nand 12 more"));
  CHECK(values_of(many)["cluster"] == "22 clusters");
  for (Event::Line& line : many.lines) line.text = std::string(5'000, 'a');
  CHECK(message_of(many).size() <= longest_text);
  decision::Notification notification = about({"Drift"});
  CHECK(text_of(notification, many, plain).size() <= longest_text);
  notification.template_ = std::string(2'900, 'b') + "{{ .message }} the end";
  const std::string text = text_of(notification, many, plain);
  CHECK(text.size() <= longest_text);
  CHECK(text.ends_with("... the end"));
  notification.template_ = std::string(5'000, 'b') + "{{ .message }}";
  CHECK(text_of(notification, many, plain).size() == longest_text);
}

TEST_CASE("texts for people") {
  CHECK(grouped(0) == "0");
  CHECK(grouped(999) == "999");
  CHECK(grouped(1'000) == "1,000");
  CHECK(grouped(1'234'567) == "1,234,567");
  CHECK(counted(1, "object") == "1 object");
  CHECK(counted(1'240, "object") == "1,240 objects");
  CHECK(shortened("abcdef", 6) == "abcdef");
  CHECK(shortened("abcdefg", 6) == "abc...");
  CHECK(shortened("a\xC3\xA4\xC3\xA4\xC3\xA4", 6) == "a\xC3\xA4...");
  CHECK(shortened("abcd", 2).empty());
}
