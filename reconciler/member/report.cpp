#include "reconciler/member/report.h"

#include <algorithm>

namespace flotilla::member {

std::string_view to_string(State state) {
  switch (state) {
    case State::applied:
      return "Applied";
    case State::refused:
      return "Refused";
    case State::conflict:
      return "Conflict";
    case State::waiting:
      return "Waiting";
    case State::deleting:
      return "Deleting";
    case State::kept:
      return "Kept";
    case State::drifted:
      return "Drifted";
    case State::held:
      return "HeldForDeletion";
  }
  return "Applied";
}

namespace {

void add_to(std::vector<ObjectKey>& list, const std::vector<ObjectKey>& earlier) {
  if (earlier.empty()) return;
  list.insert(list.end(), earlier.begin(), earlier.end());
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

template <class To, class From>
void add_all(To& to, const From& from) {
  add_to(to.created, from.created);
  add_to(to.configured, from.configured);
  add_to(to.pruned, from.pruned);
}

}  // namespace

const ObjectReport* find_object(const Report* report, const ObjectKey& key) {
  if (report == nullptr) return nullptr;
  const auto found = report->objects.find(key);
  return found == report->objects.end() ? nullptr : &found->second;
}

void add_changes(Report& report, const Report& earlier) { add_all(report, earlier); }
void add_changes(Changes& changes, const Report& report) { add_all(changes, report); }
void add_changes(Changes& changes, const Changes& others) { add_all(changes, others); }

bool Planned::empty() const {
  return created.empty() && configured.empty() && adopted.empty() && pruned.empty() && kept.empty();
}

bool drift_stands(const ObjectReport& object) {
  return object.state == State::drifted || object.message.find(changed_mark) != std::string::npos;
}

std::string drift_text(const std::vector<manifest::LostField>& lost) {
  constexpr std::size_t most = 3;
  std::string text;
  for (std::size_t i = 0; i < lost.size() && i < most; ++i) {
    const manifest::LostField& field = lost[i];
    if (!text.empty()) text += "; ";
    text += field.path.empty() ? "the object" : field.path;
    if (field.manager.empty()) {
      text += " removed";
      continue;
    }
    text += " by " + field.manager;
    if (!field.subresource.empty()) text += " (" + field.subresource + ")";
    if (!field.time.empty()) text += " at " + field.time;
  }
  if (lost.size() > most) text += "; and " + std::to_string(lost.size() - most) + " more";
  return text;
}

bool wants_retry(const Report& report) {
  if (!report.complete()) return true;
  return std::any_of(report.objects.begin(), report.objects.end(), [](const auto& entry) {
    const ObjectReport& object = entry.second;
    if (object.suspended) return false;
    return object.state == State::waiting || object.state == State::deleting ||
           (object.state == State::refused && is_transient(object.code));
  });
}

bool is_settled(const Report& report) {
  if (wants_retry(report)) return false;
  return std::all_of(report.objects.begin(), report.objects.end(), [](const auto& entry) {
    const ObjectReport& object = entry.second;
    return object.state != State::applied || object.health == interpreter::Health::healthy;
  });
}

}  // namespace flotilla::member
