#include "reconciler/member/mirror.h"

#include "tests/unit/member/mirror_fixture.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace flotilla;
using test::config_map;
using test::decision_of;
using test::deployment;
using test::MirrorFixture;
using test::named;
using test::secret;
using test::wanted;

namespace {

const std::string widget_group = "mirror.example.com";
const GroupKind widget{widget_group, "Widget"};
const ObjectKey widget_definition{"apiextensions.k8s.io", "CustomResourceDefinition", "",
                                  "widgets.mirror.example.com"};

// Forty objects of each of five kinds.
std::vector<manifest::Manifest> two_hundred(const MirrorFixture& fixture) {
  std::vector<manifest::Manifest> all;
  for (int i = 0; i < 40; ++i) {
    const std::string name = "app-" + std::to_string(i);
    const std::string& in = fixture.space;
    all.push_back(fixture.config(name, "blue"));
    all.push_back(
        wanted(named("v1", "Secret", in, name, R"(,"data":{"key":"c2VjcmV0"})"), fixture.id));
    all.push_back(wanted(named("v1", "ServiceAccount", in, name, ""), fixture.id));
    all.push_back(wanted(
        named("v1", "Service", in, name, R"(,"spec":{"ports":[{"port":80,"protocol":"TCP"}]})"),
        fixture.id));
    all.push_back(wanted(
        named(
            "apps/v1", "Deployment", in, name,
            R"(,"spec":{"replicas":0,"selector":{"matchLabels":{"app":"a"}},"template":{)"
            R"("metadata":{"labels":{"app":"a"}},"spec":{"containers":[{"name":"a","image":"a"}]}}})"),
        fixture.id));
  }
  return all;
}

std::string definition() {
  return R"({"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",)"
         R"("metadata":{"name":"widgets.mirror.example.com"},"spec":{"group":"mirror.example.com",)"
         R"("scope":"Namespaced","names":{"plural":"widgets","singular":"widget","kind":"Widget",)"
         R"("listKind":"WidgetList"},"versions":[{"name":"v1","served":true,"storage":true,)"
         R"("schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object",)"
         R"("x-kubernetes-preserve-unknown-fields":true},"status":{"type":"object",)"
         R"("x-kubernetes-preserve-unknown-fields":true}}}}}]}})";
}

void make_definition(MirrorFixture& fixture) {
  fixture.make(definition());
  REQUIRE(fixture.until([&] { return fixture.serves(widget); }));
}

void remove_definition(MirrorFixture& fixture) {
  fixture.remove(widget_definition);
  REQUIRE(fixture.until([&] { return !fixture.serves(widget); }));
}

std::size_t lists_in(const std::vector<std::string>& asked) {
  return static_cast<std::size_t>(std::ranges::count_if(
      asked, [](const std::string& target) { return target.find("limit=") != std::string::npos; }));
}

}  // namespace

TEST_CASE("a mirror asks for nothing while nothing happens, and tells of a change once") {
  MirrorFixture fixture;
  const auto manifests = two_hundred(fixture);
  for (const manifest::Manifest& manifest : manifests) fixture.apply(manifest);
  const std::set<GroupKind> kinds{
      config_map, secret, deployment, {"", "Service"}, {"", "ServiceAccount"}};
  fixture.mirror->judge_by(decision_of(manifests), "eu");
  fixture.read(kinds);
  fixture.follow();
  REQUIRE(fixture.until([&] { return fixture.watches() == 5; }));
  fixture.settle();
  CHECK(fixture.mirror->faults().empty());
  CHECK(fixture.mirror->is_live());
  CHECK(fixture.mirror->objects().size() == 200);
  for (const auto& [key, seen] : fixture.mirror->objects()) {
    INFO(to_string(key));
    CHECK(seen.lost.empty());
    CHECK(seen.digest == seen.item.digest);
  }

  const std::size_t asked = fixture.asked().size();
  const int changes = fixture.changes;
  fixture.patch({"", "ConfigMap", fixture.space, "app-7"},
                R"([{"op":"replace","path":"/data/color","value":"red"}])");
  REQUIRE(fixture.until([&] { return fixture.changes > changes; }));
  fixture.settle();
  CHECK(fixture.changes == changes + 1);
  const auto& lost = fixture.seen(config_map, "app-7")->lost;
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].pointer == "/data/color");
  CHECK(lost[0].manager == "kubectl-edit");

  // What is watched is known: a pass costs nothing.
  fixture.read(kinds);
  CHECK(fixture.asked().size() == asked);
  CHECK(fixture.mirror->objects().size() == 200);

  // Corrected by another writer of ours, which its own note and the event agree on.
  fixture.mirror->note(fixture.apply(fixture.config("app-7", "blue")));
  CHECK(fixture.seen(config_map, "app-7")->lost.empty());
  fixture.settle();
  CHECK(fixture.changes == changes + 1);
  CHECK(fixture.asked().size() == asked);
}

TEST_CASE("an object that somebody deletes or takes our label from is gone from the mirror") {
  MirrorFixture fixture;
  const auto one = fixture.config("one", "blue");
  const auto two = fixture.config("two", "blue");
  fixture.apply(one);
  fixture.apply(two);
  fixture.mirror->judge_by(decision_of({one, two}), "eu");
  fixture.follow();
  fixture.read({config_map});
  REQUIRE(fixture.mirror->objects().size() == 2);

  fixture.remove(one.key);
  REQUIRE(fixture.until([&] { return fixture.seen(config_map, "one") == nullptr; }));
  const std::string path = R"("path":"/metadata/labels/applyset.kubernetes.io~1part-of")";
  fixture.patch(two.key, R"([{"op":"remove",)" + path + "}]");
  REQUIRE(fixture.until([&] { return fixture.seen(config_map, "two") == nullptr; }));
  REQUIRE(fixture.until([&] { return fixture.changes > 0; }));

  fixture.apply(two);
  REQUIRE(fixture.until([&] { return fixture.seen(config_map, "two") != nullptr; }));
  fixture.apply(one);
  REQUIRE(fixture.until([&] { return fixture.seen(config_map, "one") != nullptr; }));
  CHECK(fixture.mirror->is_live());
}

TEST_CASE("a list after an expired watch finds what was deleted meanwhile") {
  MirrorFixture fixture;
  const auto stays = fixture.config("stays", "blue");
  const auto goes = fixture.config("goes", "blue");
  fixture.apply(stays);
  fixture.apply(goes);
  fixture.mirror->judge_by(decision_of({stays, goes}), "eu");
  fixture.read({config_map});
  fixture.follow();
  REQUIRE(fixture.until([&] { return fixture.watches() == 1; }));
  const std::size_t lists = lists_in(fixture.asked());
  CHECK(lists == 1);

  fixture.server->stop();
  REQUIRE(fixture.until([&] { return !fixture.mirror->is_live(); }));
  CHECK(fixture.mirror->objects().size() == 2);
  fixture.server->start();
  fixture.remove(goes.key);
  // More than a server remembers.
  for (int i = 0; i < 1100; ++i)
    fixture.patch(stays.key, R"([{"op":"add","path":"/metadata/annotations/count","value":")" +
                                 std::to_string(i) + R"("}])");
  REQUIRE(fixture.until([&] { return fixture.seen(config_map, "goes") == nullptr; }));
  REQUIRE(fixture.until([&] { return fixture.changes > 0; }));
  REQUIRE(fixture.seen(config_map, "stays") != nullptr);
  CHECK(lists_in(fixture.asked()) == lists + 1);
  REQUIRE(fixture.until([&] { return fixture.mirror->is_live(); }));

  fixture.remove(stays.key);
  CHECK(fixture.until([&] { return fixture.mirror->objects().empty(); }));
}

TEST_CASE("a server that hangs is a fault of what is asked, and no more than that") {
  MirrorFixture fixture;
  const auto one = fixture.config("one", "blue");
  fixture.apply(one);
  fixture.mirror->judge_by(decision_of({one}), "eu");
  fixture.read({config_map});
  fixture.follow();
  REQUIRE(fixture.until([&] { return fixture.watches() == 1; }));

  fixture.server->hang(true);
  fixture.read({config_map, secret});
  REQUIRE(fixture.mirror->faults().size() == 1);
  CHECK(fixture.mirror->faults().begin()->first == secret);
  CHECK_FALSE(fixture.mirror->is_live());
  CHECK(fixture.mirror->objects().size() == 1);

  fixture.server->hang(false);
  fixture.read({config_map, secret});
  CHECK(fixture.mirror->faults().empty());
  CHECK(fixture.mirror->is_live());
  fixture.patch(one.key, R"([{"op":"replace","path":"/data/color","value":"red"}])");
  CHECK(fixture.until([&] { return fixture.seen(config_map, "one")->lost.size() == 1; }));
}

TEST_CASE("what a server that was away has changed is told by the watch when it is back") {
  MirrorFixture fixture;
  const auto one = fixture.config("one", "blue");
  fixture.apply(one);
  fixture.mirror->judge_by(decision_of({one}), "eu");
  fixture.read({config_map});
  fixture.follow();
  REQUIRE(fixture.until([&] { return fixture.watches() == 1; }));
  fixture.server->stop();
  REQUIRE(fixture.until([&] { return !fixture.mirror->is_live(); }));
  fixture.read({config_map});
  CHECK(fixture.mirror->faults().contains(config_map));
  CHECK(fixture.mirror->objects().size() == 1);

  fixture.server->start();
  fixture.patch(one.key, R"([{"op":"replace","path":"/data/color","value":"red"}])");
  CHECK(fixture.until([&] { return fixture.seen(config_map, "one")->lost.size() == 1; }));
  fixture.read({config_map});
  CHECK(fixture.mirror->faults().empty());
  CHECK(fixture.mirror->is_live());
}

TEST_CASE("a kind goes and comes with its definition") {
  MirrorFixture fixture;
  make_definition(fixture);
  const auto one = wanted(
      named("mirror.example.com/v1", "Widget", fixture.space, "one", R"(,"spec":{"size":1})"),
      fixture.id);
  fixture.apply(one);
  fixture.mirror->judge_by(decision_of({one}), "eu");
  fixture.follow();
  fixture.read({config_map, widget});
  const member::Seen* seen = fixture.seen(widget, "one");
  REQUIRE(seen != nullptr);

  // Nobody writes a status: after a while that is as good as it gets.
  CHECK(seen->observed.readiness.state == interpreter::Readiness::no_status);
  CHECK(fixture.until(
      [&] { return seen->observed.readiness.state == interpreter::Readiness::current; }));
  CHECK(fixture.until([&] { return fixture.changes == 1; }));

  remove_definition(fixture);
  REQUIRE(fixture.until([&] { return fixture.mirror->objects().empty(); }));
  REQUIRE(fixture.until([&] { return fixture.changes > 1; }));
  fixture.read({config_map, widget});  // by a discovery that is too old
  CHECK(fixture.mirror->faults().empty());
  fixture.discover();
  fixture.read({config_map, widget});
  CHECK(fixture.mirror->faults().empty());
  CHECK(fixture.mirror->is_live());

  make_definition(fixture);
  fixture.apply(one);
  fixture.discover();
  fixture.read({config_map, widget});
  REQUIRE(fixture.seen(widget, "one") != nullptr);
  fixture.patch(one.key, R"([{"op":"replace","path":"/spec/size","value":2}])");
  CHECK(fixture.until([&] { return fixture.seen(widget, "one")->lost.size() == 1; }));
  remove_definition(fixture);
}

TEST_CASE("a kind whose API is down is a fault, and what is ours of it is not forgotten") {
  MirrorFixture fixture;
  make_definition(fixture);
  const auto one =
      wanted(named("mirror.example.com/v1", "Widget", fixture.space, "one", ""), fixture.id);
  fixture.apply(one);
  fixture.mirror->judge_by(decision_of({one}), "eu");
  fixture.read({config_map, widget});
  REQUIRE(fixture.seen(widget, "one") != nullptr);
  fixture.read_without(widget, {config_map, widget});
  REQUIRE(fixture.mirror->faults().size() == 1);
  CHECK(fixture.mirror->faults().at(widget).error.code == Code::unavailable);
  CHECK(fixture.seen(widget, "one") != nullptr);
  remove_definition(fixture);
}

TEST_CASE("what is not asked for any longer is neither watched nor known") {
  MirrorFixture fixture;
  const auto one = fixture.config("one", "blue");
  fixture.apply(one);
  fixture.mirror->judge_by(decision_of({one}), "eu");
  fixture.follow();
  fixture.read({config_map, secret});
  REQUIRE(fixture.mirror->objects().size() == 1);
  fixture.read({secret});
  CHECK(fixture.mirror->objects().empty());
  fixture.patch(one.key, R"([{"op":"replace","path":"/data/color","value":"red"}])");
  fixture.settle();
  CHECK(fixture.mirror->objects().empty());
  CHECK(fixture.changes == 0);
  fixture.read({config_map, secret});
  CHECK(fixture.seen(config_map, "one") != nullptr);
}

TEST_CASE("a manifest that was never compared with an object has its kind listed again") {
  MirrorFixture fixture;
  const auto one = fixture.config("one", "blue");
  fixture.apply(one);
  fixture.mirror->judge_by(decision_of({fixture.config("one", "green")}), "eu");
  fixture.read({config_map, secret});
  fixture.follow();
  REQUIRE(fixture.seen(config_map, "one") != nullptr);
  CHECK(fixture.seen(config_map, "one")->digest.empty());
  const std::size_t lists = lists_in(fixture.asked());
  fixture.mirror->judge_by(decision_of({one}), "eu");
  fixture.read({config_map, secret});
  CHECK(lists_in(fixture.asked()) == lists + 1);
  CHECK(fixture.seen(config_map, "one")->digest == one.digest);

  // What was compared once stands, whatever is wanted in between.
  fixture.mirror->judge_by(decision_of({fixture.config("one", "green")}), "eu");
  fixture.read({config_map, secret});
  fixture.mirror->judge_by(decision_of({one}), "eu");
  fixture.read({config_map, secret});
  CHECK(lists_in(fixture.asked()) == lists + 1);
  CHECK(fixture.mirror->is_live());
}

TEST_CASE("watches under way outlive their mirror and touch nothing of it") {
  MirrorFixture fixture;
  const auto one = fixture.config("one", "blue");
  fixture.apply(one);
  fixture.mirror->judge_by(decision_of({one}), "eu");
  fixture.follow();
  fixture.read({config_map, secret});
  REQUIRE(fixture.until([&] { return fixture.watches() == 2; }));
  fixture.use(fixture.server->access());
  fixture.patch(one.key, R"([{"op":"replace","path":"/data/color","value":"red"}])");
  fixture.settle();
  CHECK(fixture.changes == 0);
  CHECK(fixture.mirror->objects().empty());
}

TEST_CASE("without follow each read lists") {
  MirrorFixture fixture;
  const auto one = fixture.config("one", "blue");
  fixture.apply(one);
  fixture.mirror->judge_by(decision_of({one}), "eu");
  fixture.read({config_map, {"nowhere.example.com", "Nothing"}});
  CHECK(fixture.mirror->faults().empty());
  CHECK(fixture.mirror->objects().size() == 1);
  CHECK_FALSE(fixture.mirror->is_live());
  fixture.patch(one.key, R"([{"op":"replace","path":"/data/color","value":"red"}])");
  fixture.read({config_map});
  CHECK(fixture.seen(config_map, "one")->lost.size() == 1);
  CHECK(fixture.watches() == 0);
}
