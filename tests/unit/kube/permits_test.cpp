#include "reconciler/kube/permits.h"

#include "tests/unit/kube/run.h"

#include <catch2/catch.hpp>

#include <vector>

using namespace flotilla;
using namespace flotilla::kube;

namespace {

Task<> hold(Permits& permits, Semaphore& gate, int number, std::vector<int>* order) {
  auto turn = permits.acquire();
  const Permits::Permit permit = co_await turn;
  order->push_back(number);
  co_await gate.acquire();
}

Task<> take(Permits& permits, std::vector<Permits::Permit>* held) {
  auto turn = permits.acquire();
  Permits::Permit permit = co_await turn;
  held->push_back(std::move(permit));
}

// Takes as many permits as there are now.
std::vector<Permits::Permit> fill(Loop& loop, Permits& permits) {
  std::vector<Permits::Permit> held;
  while (permits.in_use() < permits.limit()) loop.run(take(permits, &held));
  return held;
}

void succeed(Permits& permits, std::size_t times) {
  for (std::size_t i = 0; i < times; ++i) permits.succeeded();
}

}  // namespace

TEST_CASE("permits are had in the order of asking") {
  Loop loop;
  Permits permits(2);
  Semaphore gate(0);
  std::vector<int> order;
  for (int i = 0; i < 5; ++i) loop.spawn(hold(permits, gate, i, &order));
  loop.run(loop.sleep(std::chrono::milliseconds(1)));
  CHECK(order == std::vector<int>{0, 1});
  for (int i = 0; i < 5; ++i) gate.release();
  loop.run();
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
  CHECK(permits.in_use() == 0);
}

TEST_CASE("too many requests halve the permits, once for all that were in flight") {
  Loop loop;
  Permits permits(32);
  succeed(permits, 1000);
  {
    const std::vector<Permits::Permit> held = fill(loop, permits);
    REQUIRE(held.size() == 32);
    for (const Permits::Permit& permit : held) permits.too_many(permit);
    CHECK(permits.limit() == 16);
  }
  for (const std::size_t wanted : {8U, 4U, 2U, 1U, 1U}) {
    const std::vector<Permits::Permit> held = fill(loop, permits);
    permits.too_many(held.front());
    CHECK(permits.limit() == wanted);
  }
}

TEST_CASE("a server is not asked for everything at once before it has answered") {
  Permits permits(32);
  CHECK(permits.limit() == 8);
  succeed(permits, 4);
  CHECK(permits.limit() == 9);
  succeed(permits, 4 * 22);
  CHECK(permits.limit() == 31);
  succeed(permits, 100);
  CHECK(permits.limit() == 32);
  CHECK(Permits(4).limit() == 4);
}

TEST_CASE("each round of successes gives one permit back, up to what was allowed") {
  Loop loop;
  Permits permits(4);
  {
    const std::vector<Permits::Permit> held = fill(loop, permits);
    permits.too_many(held.front());
  }
  CHECK(permits.limit() == 2);
  succeed(permits, 1);
  CHECK(permits.limit() == 2);
  succeed(permits, 1);
  CHECK(permits.limit() == 3);
  succeed(permits, 3);
  CHECK(permits.limit() == 4);
  succeed(permits, 100);
  CHECK(permits.limit() == 4);
}

TEST_CASE("a new permit goes to who waits, and one who went does not get it") {
  Permits permits(2);
  Loop loop;
  std::vector<Permits::Permit> held = fill(loop, permits);
  permits.too_many(held.front());
  held.pop_back();  // one in use, which is all there are now
  Semaphore gate(0);
  std::vector<int> order;
  {
    Loop other;
    other.spawn(hold(permits, gate, 1, &order));
    other.run(other.sleep(std::chrono::milliseconds(1)));
  }  // drops the one that waits
  loop.spawn(hold(permits, gate, 2, &order));
  loop.run(loop.sleep(std::chrono::milliseconds(1)));
  CHECK(order.empty());
  permits.succeeded();
  loop.run(loop.sleep(std::chrono::milliseconds(1)));
  CHECK(order == std::vector<int>{2});
}
