#include "reconciler/controller/report_log.h"

#include "reconciler/decision/revision.h"
#include "reconciler/log/log.h"
#include "reconciler/status/summary.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace flotilla::controller {
namespace {

// More objects than these, with which the same is the matter, are only counted.
constexpr std::size_t most_named = 20;

void log_course(const member::Report& report, const member::Report* last) {
  if (report.error) {
    const bool told =
        last != nullptr && last->error && last->error->message == report.error->message;
    if (!told)
      log::warning(report.reached ? "the cluster was not finished" : "the cluster was not reached",
                   {{"cluster", report.cluster}, {"why", to_string(*report.error)}});
  } else if (!report.created.empty() || !report.configured.empty() || !report.pruned.empty()) {
    log::info("pass", {{"cluster", report.cluster},
                       {"revision", decision::short_revision(report.revision)},
                       {"created", std::to_string(report.created.size())},
                       {"configured", std::to_string(report.configured.size())},
                       {"pruned", std::to_string(report.pruned.size())}});
  }
}

// A kind that is beyond reach is told once, not for each object.
bool is_told_by_kind(const member::Report& report, const ObjectKey& key,
                     const member::ObjectReport& object) {
  return object.state == member::State::refused && object.code == Code::forbidden &&
         report.beyond_reach.contains(key.group_kind());
}

std::string names_of(const std::vector<const ObjectKey*>& objects) {
  std::string names;
  for (std::size_t i = 0; i < std::min(objects.size(), most_named); ++i)
    names += (i == 0 ? "" : ", ") + to_string(*objects[i]);
  if (objects.size() > most_named)
    names += " and " + std::to_string(objects.size() - most_named) + " more";
  return names;
}

// What is the matter with many objects alike is one line.
void log_troubles(const member::Report& report, const member::Report* last) {
  std::map<std::pair<member::State, std::string_view>, std::vector<const ObjectKey*>> alike;
  for (const auto& [key, object] : report.objects) {
    const member::ObjectReport* before = member::find_object(last, key);
    const bool told =
        before != nullptr && before->state == object.state && before->message == object.message;
    if (object.state == member::State::applied || told || is_told_by_kind(report, key, object))
      continue;
    alike[{object.state, object.message}].push_back(&key);
  }
  for (const auto& [what, objects] : alike)
    log::warning("not as wanted", {{"cluster", report.cluster},
                                   {objects.size() == 1 ? "object" : "objects", names_of(objects)},
                                   {"state", std::string(to_string(what.first))},
                                   {"why", std::string(what.second)}});
}

void log_drift(const member::Report& report, const member::Report* last) {
  for (const auto& [key, object] : report.objects) {
    if (object.drift_time.empty()) continue;
    const member::ObjectReport* before = member::find_object(last, key);
    if (before != nullptr && before->drift_time == object.drift_time) continue;
    log::warning("drift", {{"cluster", report.cluster},
                           {"object", to_string(key)},
                           {"changed", member::drift_text(object.drift)},
                           {"now", std::string(to_string(object.state))}});
  }
}

// Nobody need wonder why a cluster does not follow.
void log_suspension(const member::Report& report, const member::Report* last) {
  const std::string before = last == nullptr ? std::string() : last->suspended;
  if (report.suspended == before) return;
  if (report.suspended.empty())
    log::info("changes are applied again", {{"cluster", report.cluster}});
  else
    log::info("nothing is written to the cluster",
              {{"cluster", report.cluster}, {"why", report.suspended}});
}

}  // namespace

void log_news(const member::Report& report, const member::Report* last) {
  log_course(report, last);
  log_suspension(report, last);
  log_drift(report, last);
  log_troubles(report, last);
  for (const auto& [kind, why] : report.beyond_reach)
    if (last == nullptr || !last->beyond_reach.contains(kind))
      log::warning(why, {{"cluster", report.cluster}});
  for (const std::string& warning : report.warnings)
    if (last == nullptr ||
        std::find(last->warnings.begin(), last->warnings.end(), warning) == last->warnings.end())
      log::warning(warning, {{"cluster", report.cluster}});
}

}  // namespace flotilla::controller
