#include "reconciler/controller/run.h"

#include "reconciler/cli/commands.h"
#include "reconciler/cli/print.h"
#include "reconciler/cli/signals.h"

#include <csignal>
#include <thread>

namespace flotilla::cli {

int run(const RunOptions& options) {
  StopOnSignal signals;
  if (options.once) {
    Progress progress;
    const auto outcome = controller::run_once(
        options.controller, [&](const std::string& text) { progress.show(text); }, signals.token());
    if (!outcome) return complain(outcome.error());
    print(outcome->summary + "\n");
    return static_cast<int>(outcome->exit);
  }
  const auto exit = controller::run_forever(
      options.controller, signals.token(),
      [&](std::function<void()> reload) { signals.on_hangup(std::move(reload)); });
  if (!exit) return complain(exit.error());
  return static_cast<int>(*exit);
}

}  // namespace flotilla::cli
