#include "reconciler/kube/circuit.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::kube;
using namespace std::chrono_literals;
using Time = Circuit::Time;

namespace {

const std::string kServer = "https://10.0.0.1:6443";
const Error kRefused{Code::unavailable, "https://10.0.0.1:6443: connection refused"};
const Error kLate{Code::timeout, "https://10.0.0.1:6443: no answer in time"};
const Time kStart = Time() + 1h;

ClientOptions options_of(std::chrono::milliseconds longest = 60s) {
  ClientOptions options;
  options.longest_rest = longest;
  return options;
}

std::chrono::milliseconds rest_of(const Circuit& circuit, Time now) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(circuit.outage()->next_try - now);
}

void open(Circuit& circuit, Time now) {
  for (int i = 0; i < 3; ++i) circuit.gave_up(kRefused, now);
}

}  // namespace

TEST_CASE("a circuit opens after so many failures in a row, and an answer starts the count anew") {
  Circuit circuit(kServer, options_of());
  circuit.gave_up(kRefused, kStart);
  circuit.gave_up(kRefused, kStart);
  circuit.answered(kStart);
  circuit.gave_up(kRefused, kStart);
  circuit.gave_up(kRefused, kStart);
  CHECK(circuit.admits(kStart));
  CHECK_FALSE(circuit.outage());
  circuit.gave_up(kRefused, kStart);
  CHECK_FALSE(circuit.admits(kStart));
  CHECK_FALSE(circuit.admit(kStart));
  REQUIRE(circuit.outage());
  CHECK(circuit.outage()->failures == 3);
  CHECK(circuit.outage()->error.message == kRefused.message);
  const Error refusal = circuit.refusal(kStart);
  CHECK(refusal.code == Code::unavailable);
  CHECK_THAT(
      refusal.message,
      Catch::StartsWith("the cluster did not answer 3 times (connection refused), next try in "));
}

TEST_CASE("after a rest one call tries, and the others still fail") {
  Circuit circuit(kServer, options_of());
  open(circuit, kStart);
  const Time later = circuit.outage()->next_try;
  CHECK_FALSE(circuit.admits(later - 1ms));
  {
    const auto pass = circuit.admit(later);
    REQUIRE(pass);
    CHECK_FALSE(circuit.admit(later));
    CHECK_THAT(circuit.refusal(later).message, Catch::EndsWith("a try is under way"));
    SECTION("its answer lets all through") {
      circuit.answered(later);
      CHECK_FALSE(circuit.outage());
      CHECK(circuit.admit(later));
      CHECK(circuit.admit(later));
      return;
    }
    SECTION("its failure means a longer rest") {
      const auto first = rest_of(circuit, kStart);
      circuit.missed(*pass, kRefused, later);
      CHECK(circuit.outage()->failures == 4);
      CHECK(rest_of(circuit, later) > first * 5 / 4);
      return;
    }
    SECTION("when it is dropped, the next one tries") {}
  }
  CHECK(circuit.admit(later));
}

TEST_CASE("what was sent before the circuit opened does not make the rest longer") {
  Circuit circuit(kServer, options_of());
  const auto earlier = circuit.admit(kStart);
  open(circuit, kStart);
  const Time next = circuit.outage()->next_try;
  circuit.missed(*earlier, kRefused, kStart + 10ms);
  circuit.gave_up(kRefused, kStart + 10ms);
  CHECK(circuit.outage()->next_try == next);
  CHECK(circuit.outage()->failures == 3);
}

TEST_CASE("rests double up to the longest, each 20 % shorter or longer") {
  Circuit circuit(kServer, options_of(8s));
  open(circuit, kStart);
  Time now = kStart;
  for (const auto wanted : {1000ms, 2000ms, 4000ms, 8000ms, 8000ms, 8000ms}) {
    const auto rest = rest_of(circuit, now);
    CHECK(rest >= wanted * 8 / 10);
    CHECK(rest <= wanted * 12 / 10);
    now = circuit.outage()->next_try;
    const auto pass = circuit.admit(now);
    REQUIRE(pass);
    circuit.missed(*pass, kRefused, now);
  }
}

TEST_CASE("rests differ from server to server, and are the same each time") {
  std::vector<std::chrono::milliseconds> rests;
  for (const char* server : {"https://a:6443", "https://b:6443", "https://a:6443"}) {
    Circuit circuit(server, options_of());
    open(circuit, kStart);
    rests.push_back(rest_of(circuit, kStart));
  }
  CHECK(rests[0] != rests[1]);
  CHECK(rests[0] == rests[2]);
}

TEST_CASE("one request is enough when nobody was answered for its whole time") {
  Circuit circuit(kServer, options_of());
  const auto pass = circuit.admit(kStart);
  SECTION("nobody was") {
    CHECK(circuit.timed_out(*pass, kLate, kStart + 30s));
    CHECK_THAT(circuit.refusal(kStart + 30s).message,
               Catch::StartsWith("the cluster did not answer (no answer in time), next try in "));
  }
  SECTION("somebody was") {
    circuit.heard(kStart + 1s);
    CHECK_FALSE(circuit.timed_out(*pass, kLate, kStart + 30s));
    CHECK_FALSE(circuit.outage());
  }
}
