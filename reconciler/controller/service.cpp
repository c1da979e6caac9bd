#include "reconciler/controller/git_thread.h"
#include "reconciler/controller/run.h"
#include "reconciler/controller/status_pen.h"
#include "reconciler/log/log.h"

namespace flotilla::controller {
namespace {

using namespace std::chrono_literals;

// Keeps the loop running while there is nothing to do.
kube::Task<> stay(kube::Loop& loop) {
  while (true) co_await loop.sleep(1h);
}

}  // namespace

Result<Exit> run_forever(const Options& options, std::stop_token stop) {
  TRY_ASSIGN(Source source, Source::open(options));
  kube::Loop loop(loop_options());
  Fleet fleet(loop, options);
  fleet.keep_going();
  StatusPen pen(loop, fleet);
  fleet.on_report = [&](const member::Report&) { pen.changed(); };
  GitThread::Listener listener;
  listener.on_decision = [&](Decided decided) {
    if (decided.commit_is_new)
      log::info("new revision", {{"revision", status::short_revision(decided.decision->revision)},
                                 {"subject", decided.subject}});
    fleet.want(std::move(decided));
    pen.changed();
  };
  listener.on_written = [&](Written written) { pen.written(std::move(written)); };
  listener.on_trouble = [&](std::string why) { pen.trouble(std::move(why)); };
  GitThread git(std::move(source), options, loop, std::move(listener));
  pen.use(git);
  const std::stop_callback on_stop(stop, [&] {
    loop.post([&] {
      fleet.stop();
      loop.stop();
    });
  });
  loop.spawn(stay(loop));
  loop.run();
  pen.flush();
  log::info("stopped");
  return Exit::done;
}

}  // namespace flotilla::controller
