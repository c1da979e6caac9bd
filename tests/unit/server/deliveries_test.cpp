#include "reconciler/server/deliveries.h"

#include <catch2/catch.hpp>

using namespace flotilla::server;
using namespace std::chrono_literals;

TEST_CASE("Deliveries are remembered for an hour") {
  Deliveries deliveries;
  const Deliveries::Time noon{1'700'000'000s};
  CHECK_FALSE(deliveries.has("a", noon));
  deliveries.add("a", noon);
  deliveries.add("a", noon + 30min);  // its hour began with the first one
  deliveries.add("b", noon + 30min);
  CHECK(deliveries.has("a", noon + 59min));
  CHECK_FALSE(deliveries.has("a", noon + 60min));
  CHECK(deliveries.has("b", noon + 60min));
  CHECK(deliveries.size() == 1);
}

TEST_CASE("The oldest of ten thousand deliveries gives way") {
  Deliveries deliveries;
  const Deliveries::Time noon{1'700'000'000s};
  for (std::size_t i = 0; i <= Deliveries::most; ++i) deliveries.add(std::to_string(i), noon);
  CHECK(deliveries.size() == Deliveries::most);
  CHECK_FALSE(deliveries.has("0", noon));
  CHECK(deliveries.has("1", noon));
  CHECK(deliveries.has(std::to_string(Deliveries::most), noon));
}
