#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace flotilla::tests {

// Chance from a seed that the failing test tells.
class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}

  std::int64_t between(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
  }
  bool one_in(std::int64_t chances) { return between(1, chances) == 1; }
  template <class T>
  T pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(from.size()) - 1))];
  }
  std::string word(const std::vector<std::string>& from) { return pick(from); }

 private:
  std::mt19937 random_;
};

}  // namespace flotilla::tests
