#pragma once

#include "tests/property/dice.h"
#include "tests/soak/controller.h"
#include "tests/soak/line.h"
#include "tests/soak/notes.h"
#include "tests/soak/watch.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace flotilla::soak {

// What goes wrong: the seed says what, where and for how long.
class Faults {
 public:
  struct On {
    tests::Members& members;
    testing::HttpsServer& server;
    Controller& controller;
    Watch& watch;
    const Line& line;
    Notes& notes;
    const tests::World& world;
    std::filesystem::path bare;  // the repository behind the server
  };
  Faults(On on, unsigned seed) : on_(on), seed_(seed), dice_(seed) {}

  bool may_end_controller = true;

  // Begins the next one if it is due, and ends those whose time has come.
  void tick();
  // False while a fault keeps it from running.
  bool controller_may_run() const { return is_free("controller"); }
  // Ends all that last, and begins none until tick() is called again.
  void heal();

  const std::map<std::string, int>& counts() const { return counts_; }

 private:
  struct Lasting {
    std::string place;  // a cluster, "git", "controller"
    Clock::time_point until;
    std::function<void()> undo;
  };
  void begin();
  void last(const std::string& place, int least, int most, std::function<void()> undo);
  bool is_free(const std::string& place) const;
  void end_controller();
  void disturb_git();
  void disturb_cluster(const std::string& cluster);
  void edit_by_hand(const std::string& cluster, bool deletes);

  On on_;
  unsigned seed_;
  unsigned number_ = 0;
  tests::Dice dice_;  // of the fault at hand
  Clock::time_point next_{};
  std::vector<Lasting> lasting_;
  std::map<std::string, Clock::time_point> touched_;  // "cluster object", by hand
  std::map<std::string, int> counts_;
};

}  // namespace flotilla::soak
