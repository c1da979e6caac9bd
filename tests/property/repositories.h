#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

// Repositories at random, and what people do to them, from a seed that the failing test tells.
namespace flotilla::tests {

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

// A file that the repository may have, with one object of its kind; what is in it changes.
struct Slot {
  std::string path;
  std::string (*write)(const Slot&, Dice&);
  std::string namespace_;
  std::string name;
};

// Every file that a random repository may have: some 60.
std::vector<Slot> slots();

class Repository {
 public:
  // Most of the slots are filled.
  explicit Repository(Dice& dice);

  // One thing that people do: they add, change, remove, break, mend, double or move a file. Says
  // what was done.
  std::string edit(Dice& dice);
  // Every fault is mended.
  void mend(Dice& dice);

  const std::map<std::string, std::string>& files() const { return files_; }

 private:
  const Slot& any(Dice& dice) const {
    return slots_[static_cast<std::size_t>(
        dice.between(0, static_cast<std::int64_t>(slots_.size()) - 1))];
  }

  std::vector<Slot> slots_;
  std::map<std::string, std::string> files_;
};

}  // namespace flotilla::tests
