#include "reconciler/member/fights.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace std::chrono_literals;

namespace {

const ObjectKey web{"apps", "Deployment", "shop", "web"};
const ObjectKey other{"apps", "Deployment", "shop", "other"};
const member::Fights::Time start{1000h};

}  // namespace

TEST_CASE("more than five corrections in a minute are a fight") {
  member::Fights fights;
  for (int i = 0; i < 5; ++i) {
    CHECK(fights.may_correct(web, start + i * 10s));
    fights.corrected(web, start + i * 10s);
  }
  CHECK(fights.may_correct(web, start + 50s));
  CHECK_FALSE(fights.next(start + 50s));
  fights.corrected(web, start + 50s);
  CHECK(fights.corrections(web) == 6);

  CHECK_FALSE(fights.may_correct(web, start + 50s));
  CHECK_FALSE(fights.may_correct(web, start + 109s));
  CHECK(fights.rest(web) == 60s);
  CHECK(fights.next(start + 50s) == start + 110s);
  CHECK(fights.may_correct(other, start + 50s));
  CHECK(fights.may_correct(web, start + 110s));
}

TEST_CASE("five corrections a minute for hours are no fight") {
  member::Fights fights;
  for (int i = 0; i < 300; ++i) {
    CHECK(fights.may_correct(web, start + i * 13s));
    fights.corrected(web, start + i * 13s);
  }
}

TEST_CASE("a fight that goes on after a rest gets a longer rest at once") {
  member::Fights fights;
  auto now = start;
  for (int i = 0; i < 6; ++i) fights.corrected(web, now);
  for (const auto rest : {60s, 120s, 240s, 480s, 960s, 960s}) {
    CHECK(fights.rest(web) == rest);
    now += rest;
    CHECK(fights.may_correct(web, now));
    fights.corrected(web, now);
    if (rest == 60s) CHECK(fights.corrections(web) == 7);
  }
}

TEST_CASE("ten quiet minutes end a fight") {
  member::Fights fights;
  for (int i = 0; i < 6; ++i) fights.corrected(web, start);
  const auto later = start + 60s + 601s;
  for (int i = 0; i < 5; ++i) fights.corrected(web, later);
  CHECK(fights.may_correct(web, later));
  fights.corrected(web, later);
  CHECK(fights.rest(web) == 60s);
}
