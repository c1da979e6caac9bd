#pragma once

#include "reconciler/controller/options.h"

#include <functional>
#include <stop_token>
#include <string>

namespace flotilla::controller {

struct Outcome {
  Exit exit = Exit::done;
  std::string summary;  // one line for people
};

// One pass over the repository and every cluster. Errors that concern all of it (the repository
// cannot be read) are returned; all others are in the exit code, the log and the status branch: so
// is that the newest commit is refused, if the last good one is known, which the pass is then over.
// A stop ends it early, with what was done in the status branch. `progress` gets one line of text
// per step, for a terminal.
Result<Outcome> run_once(const Options& options,
                         const std::function<void(const std::string&)>& progress = {},
                         std::stop_token stop = {});

// Until `stop`: follows the repository, keeps the clusters at what it says, writes the status
// branch. An unreadable repository is tried again; only one that could never be opened is an error.
Result<Exit> run_forever(const Options& options, std::stop_token stop);
// The same; `on_reload` is given a function that makes it read credentials and repository anew, to
// be called from any thread until it is given an empty one.
Result<Exit> run_forever(const Options& options, std::stop_token stop,
                         const std::function<void(std::function<void()>)>& on_reload);

}  // namespace flotilla::controller
