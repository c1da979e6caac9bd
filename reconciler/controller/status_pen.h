#pragma once

#include "reconciler/controller/fleet.h"
#include "reconciler/controller/git_thread.h"

#include <chrono>
#include <functional>
#include <string>

namespace flotilla::controller {

// When to write the status branch: at once when everything is settled, and at most once in five
// seconds while things move. Lives on the loop's thread.
class StatusPen {
 public:
  StatusPen(kube::Loop& loop, Fleet& fleet) : loop_(loop), fleet_(fleet) {}
  void use(GitThread& git) { git_ = &git; }

  void changed();
  // Something that nobody waits for: it goes with the next commit, or a few seconds after the last.
  void observed();
  // The repository is not followed; empty: it is.
  void trouble(std::string why);
  // What could not be written may be tried at once, and not only when its wait is over.
  void try_again();
  // What has not been written yet, for the last commit before the end.
  void flush();
  bool is_writing() const { return writing_; }
  void written(Written written);

  // Whether this replica writes the branch now, and what is added to each writing.
  std::function<bool()> may_write = [] { return true; };
  std::function<void(status::Input&)> add = [](status::Input&) {};
  // Called with what was written, once it is on the branch.
  std::function<void(const status::Input&)> on_written = [](const status::Input&) {};

 private:
  void consider();
  void write();
  void later(std::chrono::milliseconds duration);
  static kube::Task<> ring(StatusPen& pen, std::chrono::milliseconds duration);

  kube::Loop& loop_;
  Fleet& fleet_;
  GitThread* git_ = nullptr;
  std::string trouble_;
  std::chrono::steady_clock::time_point next_{};
  std::chrono::steady_clock::time_point dirty_since_{};
  std::chrono::milliseconds retry_{0};
  StatusJob under_way_;
  bool dirty_ = false;
  bool urgent_ = false;
  bool writing_ = false;
  bool timer_ = false;
};

// What the status branch is written from.
status::Input status_input(const Fleet& fleet);

}  // namespace flotilla::controller
