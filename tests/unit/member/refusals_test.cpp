#include "reconciler/member/refusals.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace std::chrono_literals;
using member::Refusals;
using member::State;

namespace {

const ObjectKey web{"apps", "Deployment", "shop", "web"};
const Refusals::Time start{1000h};
const Refusals::Attempt attempt{"digest", "main@sha1:1", "uid", true};

Error error(Code code) {
  Error error;
  error.code = code;
  return error;
}

}  // namespace

TEST_CASE("what only a commit mends is tried once for a commit") {
  Refusals refusals;
  CHECK(refusals.find(web, attempt, start) == nullptr);
  refusals.note(web, attempt, State::refused, error(Code::invalid), start);
  CHECK(refusals.find(web, attempt, start + 1000h) != nullptr);
  CHECK_FALSE(refusals.next(start));

  Refusals::Attempt other = attempt;
  SECTION("another commit") { other.revision = "main@sha1:2"; }
  SECTION("another manifest") { other.digest = "other"; }
  SECTION("another object stands there") { other.standing = "other"; }
  SECTION("its kind went or came") { other.served = false; }
  CHECK(refusals.find(web, other, start) == nullptr);
}

TEST_CASE("what is mended on the cluster is tried again, more and more rarely") {
  Refusals refusals;
  auto now = start;
  for (const auto pause : {5min, 10min, 20min, 40min, 80min, 80min}) {
    refusals.note(web, attempt, State::refused, error(Code::forbidden), now);
    CHECK(refusals.next(now) == now + pause);
    CHECK(refusals.find(web, attempt, now + pause - 1s) != nullptr);
    now += pause;
    CHECK(refusals.find(web, attempt, now) == nullptr);
    CHECK_FALSE(refusals.next(now));  // whoever did not try is not called in vain
  }
  Refusals::Attempt other = attempt;
  other.revision = "main@sha1:2";
  refusals.note(web, other, State::conflict, error(Code::conflict), now);
  CHECK(refusals.next(now) == now + 5min);
  refusals.keep([](const ObjectKey&) { return false; });
  CHECK_FALSE(refusals.next(start));
}
