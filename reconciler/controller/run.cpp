#include "reconciler/controller/run.h"

#include "reconciler/controller/exits.h"
#include "reconciler/controller/fleet.h"
#include "reconciler/controller/loop_options.h"
#include "reconciler/controller/status_pen.h"
#include "reconciler/decision/revision.h"
#include "reconciler/log/log.h"
#include "reconciler/status/summary.h"

#include <atomic>
#include <optional>

namespace flotilla::controller {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// After a stop, for the last status.
constexpr std::chrono::milliseconds farewell = 6s;

// True if another pass may bring objects to health: every cluster was reached and nothing was
// refused.
bool can_still_settle(const Fleet& fleet) {
  return exit_of(*fleet.decision(), fleet.reports()) == Exit::done;
}

// The newest commit's decision; for one that is refused that of the last good commit, if it is
// known, with source.refusal() set.
Result<Decided> first_decision(Source& source) {
  Result<std::optional<Decided>> decided = source.refresh();
  if (!decided && !source.refusal().empty()) {
    const Error refused = decided.error();
    decided = source.refresh();
    if (!decided || !*decided) return fail(refused);
  }
  if (!decided) return fail(std::move(decided).error());
  if (!*decided) return fail(Code::internal, "the first look at a repository found no decision");
  return std::move(**decided);
}

}  // namespace

Result<Outcome> run_once(const Options& given,
                         const std::function<void(const std::string&)>& progress,
                         std::stop_token stop) {
  const auto tell = [&](const std::string& text) {
    if (progress) progress(text);
  };
  tell("fetching " + git::shown_url(given.repo));
  Options options = given;
  const auto end = std::make_shared<std::atomic<Clock::time_point>>(Clock::time_point::max());
  options.network.end = end;
  const std::stop_callback on_stop_of_git(stop, [&] { *end = Clock::now() + farewell; });
  TRY_ASSIGN(Source source, Source::open(options));
  TRY_ASSIGN(Decided decided, first_decision(source));
  if (!source.refusal().empty())
    log::error("the repository cannot be followed: " + source.refusal());
  log_problems(*decided.decision);
  kube::Loop loop(loop_options(options));
  Fleet fleet(loop, options);
  const std::size_t total = decided.decision->clusters.size();
  std::size_t done = 0;
  fleet.on_report = [&](const member::Report& report) {
    tell(std::to_string(++done) + "/" + std::to_string(total) + " clusters (" + report.cluster +
         ")");
  };
  fleet.want(std::move(decided));
  const std::stop_callback on_stop(stop, [&] {
    loop.post([&] {
      fleet.stop();
      loop.stop();
    });
  });
  tell("0/" + std::to_string(total) + " clusters");
  loop.run(fleet.pass_once());
  // A cluster that turned out to be well again gets what it could not be given before.
  if (auto again = source.observe(fleet.observed()); again && !stop.stop_requested())
    loop.run(fleet.follow_up(std::move(*again)));
  const auto deadline = std::chrono::steady_clock::now() + options.wait_timeout;
  bool timed_out = false;
  while (options.wait && !stop.stop_requested() && !fleet.settled() && can_still_settle(fleet) &&
         !timed_out) {
    loop.run(loop.sleep(500ms));
    loop.run(fleet.pass_once());
    timed_out = std::chrono::steady_clock::now() > deadline;
  }
  tell("writing the status branch");
  Exit exit = stop.stop_requested() ? Exit::done : exit_of(*fleet.decision(), fleet.reports());
  if (timed_out && !fleet.settled()) {
    log::error("not everything became healthy in time",
               {{"seconds", std::to_string(options.wait_timeout.count() / 1000)}});
    exit = worse(exit, Exit::mend);
  }
  if (!source.refusal().empty()) exit = worse(exit, Exit::mend);
  status::Input input = status_input(fleet);
  input.source_trouble = source.refusal();
  input.changes = fleet.take_changes();
  const auto written = source.write_status(std::move(input));
  if (!written) {
    log::error("the status branch was not written: " + to_string(written.error()));
    exit = worse(exit, is_transient(written.error().code) ? Exit::partial : Exit::mend);
  } else if (options.rendered) {
    const auto manifests = source.write_rendered(*fleet.decision());
    if (!manifests) {
      log::error("the branch of manifests was not written: " + to_string(manifests.error()));
      exit = worse(exit, is_transient(manifests.error().code) ? Exit::partial : Exit::mend);
    }
  }
  tell("");
  input = status_input(fleet);
  input.source_trouble = source.refusal();
  const status::Summary summary = status::summarize(input, source.memory());
  return Outcome{exit, decision::short_revision(fleet.decision()->revision) + ": " +
                           status::fleet_conditions(summary).front().message};
}

}  // namespace flotilla::controller
