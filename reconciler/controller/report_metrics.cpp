#include "reconciler/controller/report_metrics.h"

#include "reconciler/metrics/metrics.h"

#include <map>
#include <string>

namespace flotilla::controller {
void count_pass(const member::Report& report, const member::Report* last) {
  const std::string& name = report.cluster;
  metrics::cluster_ready(name, report.complete());
  std::map<std::string, std::size_t> states;
  std::size_t held = 0;
  for (const auto& [key, object] : report.objects) {
    ++states[std::string(to_string(object.state))];
    held += object.state == member::State::held ? 1U : 0U;
    const bool refused = object.state == member::State::refused;
    if (!refused && object.state != member::State::conflict) continue;
    const member::ObjectReport* before = member::find_object(last, key);
    if (before == nullptr || before->state != object.state)
      metrics::applied(name, refused ? metrics::Applied::refused : metrics::Applied::conflict);
  }
  metrics::cluster_objects(name, states);
  metrics::held_deletions(name, held);
  metrics::applied(name, metrics::Applied::created, report.created.size());
  std::size_t corrected = 0;
  for (const ObjectKey& key : report.configured)
    if (const auto* object = member::find_object(&report, key);
        object != nullptr && !object->drift.empty())
      ++corrected;
  metrics::applied(name, metrics::Applied::configured, report.configured.size() - corrected);
  metrics::drift_corrected(name, corrected);
  metrics::pruned(name, report.pruned.size());
}

}  // namespace flotilla::controller
