#pragma once

#include "tests/integration/fleet/work_tree.h"
#include "tests/soak/content.h"

#include <chrono>
#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace flotilla::soak {

using Clock = std::chrono::steady_clock;

// What was at the head of the branch, and when.
struct Head {
  std::string commit;
  std::shared_ptr<const Wanted> wanted;
  Clock::time_point from;                              // its push had begun
  Clock::time_point until = Clock::time_point::max();  // the push of the next one had ended
};

// The branch main of a bare repository, as its author makes it. heads() may be called by any
// thread.
class Line {
 public:
  Line(tests::WorkTree& repo, std::filesystem::path bare, Content first);

  const Content& content() const { return commits_.back().content; }
  const std::string& head() const { return commits_.back().id; }
  std::size_t length() const { return commits_.size(); }
  std::size_t pushes() const { return pushes_; }

  // Commits and pushes.
  void commit(Content content, const std::string& message);
  // Replaces the last `count` commits by one that changes what was before them, with a forced push;
  // fewer if what lies before stays().
  Content before_last(std::size_t count) const;
  void replace_last(std::size_t count, Content content, const std::string& message);
  // What is committed up to now is never rewritten.
  void stays() { fixed_ = commits_.size(); }

  // All was as the newest commit wants it: nothing older has any right from now on.
  void settled();

  // Every head since then, the oldest first; the one before any commit wants nothing. `since` moves
  // on to where all was settled, if that is later and `at` is later still.
  struct Span {
    std::vector<Head> heads;
    Clock::time_point since;
  };
  Span heads(Clock::time_point since, Clock::time_point at) const;
  std::shared_ptr<const Wanted> newest() const;

 private:
  struct Commit {
    std::string id;
    Content content;
  };
  std::size_t at_most(std::size_t count) const;
  void push(Content content, const std::string& message, bool force);

  tests::WorkTree& repo_;
  std::filesystem::path bare_;
  std::vector<Commit> commits_;
  std::map<std::string, std::string> files_;  // of the work tree
  std::size_t fixed_ = 1;
  std::size_t pushes_ = 0;
  mutable std::mutex mutex_;
  std::deque<Head> heads_;
  Clock::time_point settled_at_{};
};

}  // namespace flotilla::soak
