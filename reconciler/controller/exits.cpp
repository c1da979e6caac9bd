#include "reconciler/controller/exits.h"

namespace flotilla::controller {

Exit worse(Exit a, Exit b) {
  const auto urgency = [](Exit exit) {
    switch (exit) {
      case Exit::mend:
        return 4;
      case Exit::held:
        return 3;
      case Exit::partial:
        return 2;
      case Exit::changes:
        return 1;
      case Exit::done:
        return 0;
    }
    return 0;
  };
  return urgency(a) >= urgency(b) ? a : b;
}

namespace {

Exit exit_of(Code code) { return is_transient(code) ? Exit::partial : Exit::mend; }

}  // namespace

Exit exit_of(const decision::Decision& decision,
             const std::map<std::string, status::ReportPtr>& reports) {
  Exit exit = has_error(decision.problems) ? Exit::mend : Exit::done;
  for (const decision::LeavingCluster& leaving : decision.leaving)
    if (!leaving.confirmed) exit = worse(exit, Exit::held);
  for (const auto& [name, report] : reports) {
    if (report->error) exit = worse(exit, exit_of(report->error->code));
    if (!report->reached) continue;
    if (!report->beyond_reach.empty()) exit = worse(exit, Exit::mend);
    for (const auto& [key, object] : report->objects) {
      if (object.state == member::State::conflict) exit = worse(exit, Exit::mend);
      if (object.state == member::State::refused) exit = worse(exit, exit_of(object.code));
      if (object.state == member::State::waiting) exit = worse(exit, Exit::partial);
      if (object.state == member::State::held) exit = worse(exit, Exit::held);
    }
  }
  return exit;
}

}  // namespace flotilla::controller
