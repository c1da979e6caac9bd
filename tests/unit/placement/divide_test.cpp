#include "reconciler/placement/divide.h"

#include "reconciler/placement/scheduling/seats.h"

#include <catch2/catch.hpp>

#include <random>
#include <string>

using namespace flotilla::placement;

namespace {

// "A=3 B=2" from the weights of A, B, C, ...
std::string seats(std::int64_t total, const std::vector<std::int64_t>& weights,
                  const std::string& uid = "") {
  std::vector<Share> shares;
  for (const std::int64_t weight : weights)
    shares.push_back({std::string(1, static_cast<char>('A' + shares.size())), weight});
  std::string text;
  for (const Share& share : divide_by_weight(total, shares, uid))
    text += (text.empty() ? "" : " ") + share.name + "=" + std::to_string(share.value);
  return text;
}

const std::string even_uid = "4858ca61-3ff8-4095-8267-f3d059d8074c";
const std::string odd_uid = "d43fdeeb-d750-4e2b-bee3-64eb94534f4c";

// The rule as it is written down, one seat after another.
void divide_naively(std::int64_t total, TieOrder order, std::vector<Seat>& entries) {
  const auto quotient = [](const Seat& entry) {
    return static_cast<double>(entry.weight) / static_cast<double>(2 * entry.seats + 1);
  };
  const auto goes_first = [&](const Seat& a, const Seat& b) {
    if (quotient(a) != quotient(b)) return quotient(a) > quotient(b);
    if (a.seats != b.seats) return a.seats < b.seats;
    return order == TieOrder::ascending ? a.name < b.name : a.name > b.name;
  };
  for (; total > 0; --total) {
    Seat* best = &entries.front();
    for (Seat& entry : entries)
      if (goes_first(entry, *best)) best = &entry;
    ++best->seats;
  }
}

}  // namespace

TEST_CASE("seats by weight") {
  const auto [total, weights, uid, wanted] =
      GENERATE(table<std::int64_t, std::vector<std::int64_t>, std::string, std::string>({
          {12, {3, 2, 1}, "", "A=6 B=4 C=2"},
          {13, {3, 2, 1}, "", "A=7 B=4 C=2"},
          {14, {3, 2, 1}, "", "A=7 B=5 C=2"},
          {7, {2, 1, 1, 1}, "", "A=3 B=2 C=1 D=1"},
          {8, {2, 1, 1, 1}, "", "A=3 B=2 C=2 D=1"},
          {9, {2, 1, 1, 1}, "", "A=3 B=2 C=2 D=2"},
          {6, {1, 1, 1, 1}, "", "A=2 B=2 C=1 D=1"},
          {6, {2, 1, 1, 1}, "", "A=3 B=1 C=1 D=1"},
          {5, {1, 1, 1}, "", "A=2 B=2 C=1"},
          {5, {170, 110, 60}, "", "A=2 B=2 C=1"},
          {6, {170, 110, 60}, "", "A=3 B=2 C=1"},
          {1, {2, 1}, "", "A=1 B=0"},
          {2, {2, 1}, "", "A=1 B=1"},
          {3, {2, 1}, "", "A=2 B=1"},
          {5, {1, 1}, "", "A=3 B=2"},
          {5, {1, 1}, even_uid, "A=3 B=2"},
          {5, {1, 1}, odd_uid, "A=2 B=3"},
          {0, {1, 1}, "", "A=0 B=0"},
          {-1, {1, 1}, "", "A=0 B=0"},
          {5, {0, 1}, "", "A=0 B=5"},
          {5, {0, 0}, "", ""},
          {5, {}, "", ""},
      }));
  INFO(total << " " << uid);
  CHECK(seats(total, weights, uid) == wanted);
}

TEST_CASE("shares come out by name, whatever order they go in") {
  const std::vector<Share> shares = divide_by_weight(3, {{"b", 1}, {"a", 2}}, "");
  REQUIRE(shares.size() == 2);
  CHECK(shares[0].name == "a");
  CHECK(shares[0].value == 2);
  CHECK(shares[1].name == "b");
  CHECK(shares[1].value == 1);
}

TEST_CASE("equal quotients go to fewer seats, even before the name") {
  // 3/3 and 1/1 are equal: the second seat is B's, who has none.
  CHECK(seats(2, {3, 1}) == "A=1 B=1");
  CHECK(seats(2, {1, 3}) == "A=1 B=1");
}

TEST_CASE("the short cuts give what the one-by-one rule gives") {
  std::mt19937 random(20260301);
  const auto upto = [&](std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(0, most)(random);
  };
  for (int round = 0; round < 4000; ++round) {
    // Small weights make many exact ties; large ones rounded quotients.
    const std::int64_t largest =
        std::vector<std::int64_t>{1, 3, 12, 1000, 4'000'000'000}[static_cast<std::size_t>(upto(4))];
    std::vector<Seat> entries;
    const std::int64_t size = 1 + upto(round % 10 == 0 ? 120 : 12);
    for (std::int64_t i = 0; i < size; ++i)
      entries.push_back({static_cast<std::size_t>(i), upto(largest), 0});
    entries[static_cast<std::size_t>(upto(size - 1))].weight = 1 + upto(largest);
    std::shuffle(entries.begin(), entries.end(), random);
    const std::int64_t total = upto(round % 3 == 0 ? 5000 : 100);
    const TieOrder order = round % 2 == 0 ? TieOrder::ascending : TieOrder::descending;

    std::vector<Seat> wanted = entries;
    divide_naively(total, order, wanted);
    divide_seats(total, order, entries);
    INFO("round " << round << ", " << total << " seats, " << size << " entries");
    for (std::size_t i = 0; i < entries.size(); ++i) REQUIRE(entries[i].seats == wanted[i].seats);
  }
}

TEST_CASE("a million seats are a matter of microseconds and add up") {
  std::vector<Seat> entries = {{0, 3, 0}, {1, 2, 0}, {2, 1, 0}};
  divide_seats(2'000'000'000, TieOrder::ascending, entries);
  CHECK(entries[0].seats == 1'000'000'000);
  CHECK(entries[1].seats == 666'666'667);
  CHECK(entries[2].seats == 333'333'333);
}
