#pragma once

#include "reconciler/decision/service_settings.h"
#include "reconciler/notify/events.h"
#include "reconciler/notify/outbox.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace flotilla::notify {

// Tells notifications and commit statuses what the fleet comes to. Lives on the loop's thread and
// delays nobody there: what is told is sent by tasks of its own.
class Notifier {
 public:
  struct Options {
    std::filesystem::path secrets;  // folder; empty: none
    // Seconds since 1970; the system's clock if not given.
    std::function<std::int64_t()> now = {};
    std::int64_t grace = 60;                         // seconds, see follow()
    std::chrono::milliseconds status_pause{10'000};  // between two pending statuses of a commit
    Outbox::Options outbox = {};
  };

  Notifier(kube::Loop& loop, Options options);

  // What was told before this process began, or before it stood by; before the next tell(). Else
  // this notifier knows better what it told, also where that could not be written down, and it is
  // taken no notice of. Without it, and with an empty state, the fleet begins now.
  void remember(State previous);

  // The fleet as it is now, after each commit to the status branch. Call it on one replica only.
  void tell(Facts now, const decision::ServiceSettings& settings);
  // The same fleet, while the repository cannot be read or a commit is refused; empty: all is well.
  void tell_source(const std::string& error);

  // While another replica tells it all, nothing is told.
  void stand_by(bool others_tell);

  // Before the loop is stopped: what waits gets Outbox::Options::patience.
  kube::Task<> finish();

  const State& state() const;
  const Sent& sent() const;
  std::size_t waiting() const;

 private:
  struct Core;
  static kube::Task<> look_again(std::shared_ptr<Core> core, std::chrono::milliseconds wait);
  static kube::Task<> tell_status_later(std::shared_ptr<Core> core, std::chrono::milliseconds wait);
  static void look(const std::shared_ptr<Core>& core);
  static void tell_status(const std::shared_ptr<Core>& core);
  std::shared_ptr<Core> core_;  // tasks under way hold it too
};

}  // namespace flotilla::notify
