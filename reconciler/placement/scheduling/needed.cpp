#include "reconciler/placement/scheduling/needed.h"

#include "render/document/tree.h"

#include <algorithm>
#include <charconv>

namespace flotilla::placement {

namespace {

// ---- times

struct Instant {
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;

  auto operator<=>(const Instant&) const = default;
};

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int number = 0;
  const char* end = text.data() + at + count;
  const auto [rest, fault] = std::from_chars(text.data() + at, end, number);
  if (fault != std::errc() || rest != end || number < 0) return std::nullopt;
  return number;
}

bool has(std::string_view text, std::size_t at, std::string_view any_of) {
  return at < text.size() && any_of.find(text[at]) != std::string_view::npos;
}

// Days since 1970-01-01 in the Gregorian calendar, by eras of 400 years that begin on 1 March.
std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  if (month <= 2) --year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

// "Z", "+01:00", "-05:30" from `at` to the end, in seconds.
std::optional<std::int64_t> offset_seconds(std::string_view text, std::size_t at) {
  if (has(text, at, "Zz"))
    return at + 1 == text.size() ? std::optional(std::int64_t{0}) : std::nullopt;
  if (!has(text, at, "+-") || !has(text, at + 3, ":") || text.size() != at + 6) return std::nullopt;
  const auto hours = digits(text, at + 1, 2);
  const auto minutes = digits(text, at + 4, 2);
  if (!hours || !minutes) return std::nullopt;
  const std::int64_t seconds = (*hours * 60 + *minutes) * 60;
  return text[at] == '-' ? -seconds : seconds;
}

std::optional<Instant> parse_time(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  const auto hour = digits(text, 11, 2);
  const auto minute = digits(text, 14, 2);
  const auto second = digits(text, 17, 2);
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  if (!has(text, 4, "-") || !has(text, 7, "-") || !has(text, 10, "Tt") || !has(text, 13, ":") ||
      !has(text, 16, ":"))
    return std::nullopt;
  if (*month < 1 || *month > 12 || *day < 1 || *day > 31 || *hour > 23 || *minute > 59 ||
      *second > 60)
    return std::nullopt;
  std::size_t at = 19;
  std::string fraction;
  if (has(text, at, "."))
    for (++at; has(text, at, "0123456789"); ++at) fraction += text[at];
  fraction.resize(9, '0');
  const auto offset = offset_seconds(text, at);
  if (!offset) return std::nullopt;
  const std::int64_t days = days_from_civil(*year, *month, *day);
  return Instant{((days * 24 + *hour) * 60 + *minute) * 60 + *second - *offset,
                 digits(fraction, 0, 9).value_or(0)};
}

// ---- placements

bool is_nothing(const Json::Value& value, std::string_view key) {
  if (value.isNull()) return true;
  if (value.isString() || value.isArray() || value.isObject())
    return value.isString() ? value.asString().empty() : value.empty();
  // Go leaves out a 0 that is no pointer.
  return value.isNumeric() && value.asDouble() == 0 && key != "tolerationSeconds";
}

// Without what Karmada leaves out when it writes a placement down.
Json::Value condensed(const Json::Value& value) {
  if (value.isArray()) {
    Json::Value list(Json::arrayValue);
    for (const Json::Value& entry : value) list.append(condensed(entry));
    return list;
  }
  if (!value.isObject()) return value;
  Json::Value map(Json::objectValue);
  for (auto it = value.begin(); it != value.end(); ++it) {
    Json::Value entry = condensed(*it);
    if (!is_nothing(entry, it.name())) map[it.name()] = std::move(entry);
  }
  return map;
}

bool same_part(const Json::Value& a, const Json::Value& b, std::string_view name) {
  const Json::Value* left = find(a, name);
  const Json::Value* right = find(b, name);
  if (left == nullptr || right == nullptr) return left == right;
  return same(*left, *right);
}

const Json::Value* term_named(const Json::Value& placement, const std::string& name) {
  const Json::Value* terms = find(placement, "clusterAffinities");
  if (terms == nullptr || !terms->isArray()) return nullptr;
  for (const Json::Value& term : *terms)
    if (get_string(term, "affinityName") == name) return &term;
  return nullptr;
}

bool affinities_changed(const Json::Value& placement, const Json::Value& applied,
                        const std::string& observed) {
  if (observed.empty()) return true;
  const Json::Value* now = term_named(placement, observed);
  const Json::Value* then = term_named(applied, observed);
  return now == nullptr || then == nullptr || !same(*now, *then);
}

// ---- replicas

bool components_changed(const Subject& subject, const TargetCluster& target) {
  if (target.components.size() != subject.components.size()) return true;
  for (std::size_t i = 0; i < subject.components.size(); ++i)
    if (target.components[i].first != subject.components[i].name ||
        target.components[i].second != subject.components[i].replicas)
      return true;
  return false;
}

// Sets of components have no sum of replicas: what counts is what was recorded of each component.
bool sets_changed(const Request& request, bool records_sets) {
  const std::vector<TargetCluster>& targets = request.previous->clusters;
  if (targets.empty()) return true;
  return records_sets &&
         std::any_of(targets.begin(), targets.end(), [&](const TargetCluster& target) {
           return components_changed(*request.subject, target);
         });
}

bool replicas_changed(const Request& request, bool records_sets, bool assigns) {
  if (!request.placement->replicas) return false;
  if (!request.subject->components.empty() && !assigns) return sets_changed(request, records_sets);
  std::int64_t sum = 0;
  for (const TargetCluster& target : request.previous->clusters) {
    const std::int64_t replicas = target.replicas.value_or(0);
    if (!request.placement->is_divided() && replicas != request.subject->replicas) return true;
    sum += replicas;
  }
  return request.placement->is_divided() && sum != request.subject->replicas;
}

bool target_leaves(const Schedule& previous, const Fleet& fleet) {
  return std::any_of(previous.clusters.begin(), previous.clusters.end(),
                     [&](const TargetCluster& target) {
                       const auto cluster = fleet.find(target.name);
                       return !cluster || fleet.is_leaving(*cluster);
                     });
}

}  // namespace

std::string_view to_string(Need need) {
  switch (need) {
    case Need::none:
      return "nothing changed";
    case Need::never_scheduled:
      return "never scheduled";
    case Need::placement_changed:
      return "placement changed";
    case Need::replicas_changed:
      return "replicas changed";
    case Need::asked:
      return "rescheduling was asked for";
    case Need::always:
      return "no workload, or duplicated: scheduled in every pass";
    case Need::cluster_leaving:
      return "a target cluster is being removed";
  }
  return "";
}

bool is_later(std::string_view a, std::string_view b) {
  const auto left = parse_time(a);
  const auto right = parse_time(b);
  return left && right && *left > *right;
}

bool placement_changed(const Json::Value& placement, const Json::Value& applied,
                       const std::string& observed) {
  if (applied.isNull()) return true;
  if (same(placement, applied)) return false;
  const Json::Value now = condensed(placement);
  const Json::Value then = condensed(applied);
  if (same(now, then)) return false;
  for (const char* part :
       {"clusterAffinity", "clusterTolerations", "spreadConstraints", "replicaScheduling"})
    if (!same_part(now, then, part)) return true;
  return affinities_changed(now, then, observed);
}

bool reschedule_asked(const Request& request) {
  return request.previous != nullptr && !request.reschedule_triggered_at.empty() &&
         is_later(request.reschedule_triggered_at, request.previous->last_scheduled_time);
}

Need need_of(const Request& request, const Fleet& fleet, bool records_sets, bool assigns) {
  if (request.previous == nullptr) return Need::never_scheduled;
  const Schedule& previous = *request.previous;
  if (previous.applied_placement.isNull()) return Need::never_scheduled;
  if (placement_changed(request.placement->tree, previous.applied_placement,
                        previous.affinity_name))
    return Need::placement_changed;
  if (replicas_changed(request, records_sets, assigns)) return Need::replicas_changed;
  if (reschedule_asked(request)) return Need::asked;
  if (!request.subject->is_workload() || !request.placement->is_divided()) return Need::always;
  return target_leaves(previous, fleet) ? Need::cluster_leaving : Need::none;
}

}  // namespace flotilla::placement
