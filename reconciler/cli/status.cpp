#include "reconciler/cli/commands.h"
#include "reconciler/cli/input.h"
#include "reconciler/cli/print.h"
#include "reconciler/cli/signals.h"
#include "reconciler/cli/status_branch.h"

#include <unistd.h>

#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <optional>

namespace flotilla::cli {
namespace {

using namespace std::chrono_literals;

// What `--watch` shows and has shown.
class Watch {
 public:
  explicit Watch(const StatusOptions& options)
      : options_(options), terminal_(isatty(STDOUT_FILENO) == 1) {}

  // One look. An error is told once for as long as it is the same, and tried again.
  void look() {
    const auto shown = show();
    if (shown) {
      said_.clear();
      return;
    }
    const std::string text = to_string(shown.error());
    if (text != said_ || terminal_) complain("error: " + text);
    said_ = text;
  }

 private:
  Result<void> show() {
    if (!opened_) {
      TRY_ASSIGN(opened_, open_repository(options_.repo, options_.network));
    } else {
      TRY(opened_->repository.fetch());
    }
    TRY_ASSIGN(const std::string head,
               status_head(opened_->repository, options_.branch, options_.repo));
    if (head != head_) TRY(follow(head));
    StatusView view = options_.view;
    view.newest = newest_commit(opened_->repository, memory_);
    const std::string newest = view.newest ? view.newest->revision : std::string();
    if (head == head_ && newest == newest_ && !terminal_) return {};
    view.now = seconds_now();
    TRY_ASSIGN(const std::string text, status_text(memory_, view));
    if (terminal_)
      print("\033[H\033[2J\033[3J" + text);
    else
      print((head_.empty() ? "" : separator()) + text);
    std::fflush(stdout);
    head_ = head;
    newest_ = newest;
    return {};
  }

  // Reads what differs from what was read before.
  Result<void> follow(const std::string& head) {
    TRY_ASSIGN(const auto tree, opened_->repository.tree(head));
    std::optional<std::vector<catalog::FileChange>> changes;
    if (!read_.empty()) {
      TRY_ASSIGN(changes, tree->changes_since(read_));
    }
    if (changes) {
      std::map<std::string, std::optional<std::string>> files;
      for (const catalog::FileChange& change : *changes) {
        if (!status::is_status_file(change.path)) continue;
        std::optional<std::string>& text = files[change.path];
        if (!change.entry) continue;
        TRY_ASSIGN(text, tree->read(*change.entry));
      }
      status::update_memory(memory_, files);
    } else {
      TRY_ASSIGN(memory_, status::read_memory(*tree));
    }
    read_ = head;
    return {};
  }

  std::string separator() const {
    if (options_.view.output == Output::json) return "";
    return options_.view.output == Output::yaml ? "---\n" : "\n";
  }

  const StatusOptions& options_;
  bool terminal_;
  std::optional<Opened> opened_;
  std::string head_;    // what is shown; empty: nothing yet
  std::string newest_;  // the commit that is shown as not told of yet; empty: none
  std::string read_;    // what memory_ holds; empty: nothing yet
  status::Memory memory_;
  std::string said_;  // the last error
};

int watch(const StatusOptions& options) {
  const StopOnSignal signals;
  const std::stop_token stop = signals.token();
  // A folder that is no repository will not become one.
  if (git::is_local(options.repo))
    if (const auto opened = open_repository(options.repo, options.network); !opened)
      return complain(opened.error());
  auto interval = options.interval;
  if (interval == 0ms) interval = git::is_local(options.repo) ? 2s : 10s;
  Watch shown(options);
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  while (!stop.stop_requested()) {
    shown.look();
    wake.wait_for(lock, stop, interval, [] { return false; });
  }
  return 0;
}

Result<std::string> read_once(const StatusOptions& options) {
  TRY_ASSIGN(const Opened opened, open_repository(options.repo, options.network));
  TRY_ASSIGN(const std::string head, status_head(opened.repository, options.branch, options.repo));
  TRY_ASSIGN(status::Memory memory, memory_at(opened.repository, head));
  StatusView view = options.view;
  view.newest = newest_commit(opened.repository, memory);
  return status_text(std::move(memory), view);
}

}  // namespace

int status(const StatusOptions& given) {
  StatusOptions options = given;
  if (options.part == "clusters") options.view.part = StatusPart::clusters;
  if (options.part == "bindings") options.view.part = StatusPart::bindings;
  options.view.now = seconds_now();
  if (options.watch) return watch(options);
  const auto text = read_once(options);
  if (!text) return complain(text.error());
  print(*text);
  return 0;
}

}  // namespace flotilla::cli
