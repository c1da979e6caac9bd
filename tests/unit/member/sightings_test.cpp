#include "reconciler/member/sightings.h"

#include "render/document/json.h"
#include "tests/unit/member/mirror_fixture.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using member::Sightings;

namespace {

const std::string id = "our-id";
const GroupKind config_maps{"", "ConfigMap"};
const ObjectKey one{"", "ConfigMap", "shop", "one"};

Json::Value live(const std::string& uid, const std::string& version,
                 const std::string& digest = "d") {
  return parse_json(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one",)"
                    R"("namespace":"shop","uid":")" +
                    uid + R"(","resourceVersion":")" + version +
                    R"(","labels":{"applyset.kubernetes.io/part-of":"our-id"},"annotations":{)"
                    R"("flotilla.dev/origin":"created","flotilla.dev/digest":")" +
                    digest + R"("}}})")
      .value();
}

struct Clock {
  std::int64_t seconds = 1000;
  std::function<std::int64_t()> now() {
    return [this] { return seconds; };
  }
};

}  // namespace

TEST_CASE("resourceVersions compare as numbers of any length") {
  CHECK(member::is_newer("10", "9"));
  CHECK_FALSE(member::is_newer("9", "10"));
  CHECK_FALSE(member::is_newer("10", "010"));
  CHECK(member::is_newer("184467440737095516160", "18446744073709551615"));
  CHECK(member::is_newer("x", "y"));
  CHECK_FALSE(member::is_newer("x", "x"));
}

TEST_CASE("a late event undoes neither a write of ours nor a deletion") {
  Clock clock;
  Sightings sightings(id, clock.now());
  CHECK(sightings.on_event({"ADDED", live("u1", "10", "old")}));
  sightings.note(live("u1", "12", "new"));
  CHECK_FALSE(sightings.on_event({"MODIFIED", live("u1", "11", "old")}));
  CHECK_FALSE(sightings.on_event({"MODIFIED", live("u1", "12", "new")}));
  CHECK(sightings.objects().at(one).item.digest == "new");
  CHECK_FALSE(sightings.on_event({"DELETED", live("u1", "11")}));
  CHECK(sightings.objects().contains(one));

  sightings.forget(one);
  CHECK_FALSE(sightings.on_event({"MODIFIED", live("u1", "13")}));
  CHECK(sightings.objects().empty());

  SECTION("made anew it is another one") {
    CHECK(sightings.on_event({"ADDED", live("u2", "15")}));
    CHECK_FALSE(sightings.on_event({"DELETED", live("u1", "14")}));
    CHECK(sightings.objects().at(one).item.uid == "u2");
  }
  SECTION("an answer to a newer write brings it back") {
    sightings.note(live("u1", "14"));
    CHECK(sightings.objects().contains(one));
    CHECK(sightings.on_event({"MODIFIED", live("u1", "15", "other")}));
  }
  SECTION("after its end no event is late") {
    CHECK_FALSE(sightings.on_event({"DELETED", live("u1", "14")}));
    CHECK(sightings.on_event({"ADDED", live("u1", "15")}));
  }
  SECTION("after a minute no event is late") {
    clock.seconds += 61;
    CHECK(sightings.on_event({"MODIFIED", live("u1", "14")}));
  }
}

TEST_CASE("a list says what is there, but for what was written while it was read") {
  Clock clock;
  Sightings sightings(id, clock.now());
  sightings.on_event({"ADDED", live("u1", "10")});

  SECTION("what is not in it is gone") {
    Sightings::Listing listing(sightings, config_maps, "");
    listing.begin();
    CHECK(listing.end());
    CHECK(sightings.objects().empty());
  }
  SECTION("an object of another namespace or kind is not its business") {
    Sightings::Listing elsewhere(sightings, config_maps, "other");
    CHECK_FALSE(elsewhere.end());
    Sightings::Listing secrets(sightings, {"", "Secret"}, "");
    CHECK_FALSE(secrets.end());
    CHECK(sightings.objects().size() == 1);
  }
  SECTION("a list that starts over forgets what it had") {
    Sightings::Listing listing(sightings, config_maps, "");
    listing.begin();
    listing.add(live("u1", "10"));
    listing.begin();
    CHECK(listing.end());
    CHECK(sightings.objects().empty());
  }
  SECTION("a server that was set back is believed") {
    Sightings::Listing listing(sightings, config_maps, "");
    listing.add(live("u1", "3", "older"));
    CHECK(listing.end());
    CHECK(sightings.objects().at(one).item.digest == "older");
  }
  SECTION("what was applied meanwhile stays") {
    Sightings::Listing listing(sightings, config_maps, "");
    sightings.note(live("u1", "12", "new"));
    listing.add(live("u1", "10"));
    CHECK_FALSE(listing.end());
    CHECK(sightings.objects().at(one).item.digest == "new");
  }
  SECTION("what was made meanwhile stays") {
    sightings.forget(one);
    Sightings::Listing listing(sightings, config_maps, "");
    sightings.note(live("u2", "12"));
    CHECK_FALSE(listing.end());
    CHECK(sightings.objects().contains(one));
  }
  SECTION("what was deleted meanwhile does not come back") {
    Sightings::Listing listing(sightings, config_maps, "");
    sightings.forget(one);
    listing.add(live("u1", "10"));
    CHECK_FALSE(listing.end());
    CHECK(sightings.objects().empty());
  }
  SECTION("what was deleted before and is listed still is still there") {
    sightings.forget(one);
    Sightings::Listing listing(sightings, config_maps, "");
    listing.add(live("u1", "11"));
    CHECK(listing.end());
    CHECK(sightings.objects().contains(one));
  }
}

TEST_CASE("a copy that a controller made with our labels is not ours") {
  Clock clock;
  Sightings sightings(id, clock.now());
  Json::Value copy = live("u1", "10");
  copy["metadata"].removeMember("annotations");
  CHECK_FALSE(sightings.on_event({"ADDED", copy}));
  Json::Value other = live("u1", "10");
  set_label(other, manifest::part_of_label, "their-id");
  CHECK_FALSE(sightings.on_event({"ADDED", other}));
  CHECK(sightings.objects().empty());
}
