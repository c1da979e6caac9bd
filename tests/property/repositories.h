#pragma once

#include "tests/property/dice.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

// Repositories at random, and what people do to them, from a seed that the failing test tells.
namespace flotilla::tests {

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
