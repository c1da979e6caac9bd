#include "render/base/chunked.h"

#include <catch2/catch.hpp>

#include <random>
#include <set>
#include <string>

using namespace flotilla;

namespace {

std::vector<int> numbers(int from, int to) {
  std::vector<int> values;
  for (int i = from; i < to; ++i) values.push_back(i);
  return values;
}

std::vector<int> listed(const Chunked<int>& chunked) { return {chunked.begin(), chunked.end()}; }

}  // namespace

TEST_CASE("a chunked sequence reads like a vector") {
  const Chunked<int> chunked(numbers(0, 1300));  // three chunks
  CHECK(listed(chunked) == numbers(0, 1300));
  CHECK(chunked.size() == 1300);
  CHECK(chunked.front() == 0);
  CHECK(chunked[511] == 511);
  CHECK(chunked[512] == 512);
  CHECK(chunked[1299] == 1299);
  CHECK(Chunked<int>().empty());
  CHECK(Chunked<int>().begin() == Chunked<int>().end());
}

TEST_CASE("lower_bound finds the first value that is not before the key") {
  const auto before = [](int value, int key) { return value < key; };
  Chunked<int> even;
  for (int i = 0; i < 2000; i += 2) even.push_back(i);
  CHECK(*even.lower_bound(-1, before) == 0);
  CHECK(*even.lower_bound(1023, before) == 1024);
  CHECK(*even.lower_bound(1024, before) == 1024);
  CHECK(*even.lower_bound(1998, before) == 1998);
  CHECK(even.lower_bound(1999, before) == even.end());
}

TEST_CASE("copies keep what they were, and equal ones compare equal") {
  Chunked<int> first(numbers(0, 1000));
  const Chunked<int> copy = first;
  CHECK(first == copy);
  first.push_back(1000);
  CHECK(copy.size() == 1000);
  CHECK_FALSE(first == copy);
  CHECK(Chunked<int>(numbers(0, 1000)) == copy);
}

TEST_CASE("patching gives what a set gives") {
  std::mt19937 random(7);  // NOLINT: the same numbers in every run
  const auto pick = [&](int below) {
    return static_cast<int>(random() % static_cast<unsigned>(below));
  };
  std::set<int> wanted;
  Chunked<int> chunked;
  for (int round = 0; round < 200; ++round) {
    std::set<int> gone;
    std::set<int> added;
    const int most = pick(5) == 0 ? 900 : 6;
    for (int i = 0; i < pick(most); ++i) gone.insert(pick(3000));
    for (int i = 0; i < pick(most); ++i) added.insert(pick(3000));
    // As a list is patched in truth: nothing is put in that is there and stays there.
    for (const int value : wanted)
      if (!gone.contains(value)) added.erase(value);
    for (const int value : gone) wanted.erase(value);
    wanted.insert(added.begin(), added.end());
    chunked.patch({gone.begin(), gone.end()}, {added.begin(), added.end()}, std::less<>());
    REQUIRE(listed(chunked) == std::vector<int>(wanted.begin(), wanted.end()));
    REQUIRE(chunked.size() == wanted.size());
  }
}
