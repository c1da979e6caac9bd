#include "reconciler/decision/schedule_text.h"

#include "render/base/text.h"

#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <vector>

namespace flotilla::decision {

namespace {

struct Range {
  const char* name;
  int least;
  int most;
  std::vector<std::string> names;  // of the values from `least` on
};

const std::array<Range, 5>& ranges() {
  static const std::array<Range, 5> all = {{
      {"minute", 0, 59, {}},
      {"hour", 0, 23, {}},
      {"day", 1, 31, {}},
      {"month",
       1,
       12,
       {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}},
      {"day of the week", 0, 6, {"sun", "mon", "tue", "wed", "thu", "fri", "sat"}},
  }};
  return all;
}

std::optional<int> whole(std::string_view text) {
  int number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || fault != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<int> value_of(const std::string& text, const Range& range) {
  for (std::size_t i = 0; i < range.names.size(); ++i)
    if (range.names[i] == lower(text)) return range.least + static_cast<int>(i);
  return whole(text);
}

// "*", "a", "a-b", each with "/step" or without.
bool is_part(const std::string& part, const Range& range) {
  const std::vector<std::string> stepped = split(part, '/');
  if (stepped.size() > 2) return false;
  if (stepped.size() == 2 && whole(stepped[1]).value_or(0) <= 0) return false;
  if (stepped[0] == "*" || stepped[0] == "?") return true;
  const std::vector<std::string> ends = split(stepped[0], '-');
  if (ends.size() > 2) return false;
  const auto first = value_of(ends.front(), range);
  const auto last = value_of(ends.back(), range);
  return first && last && range.least <= *first && *first <= *last && *last <= range.most;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  for (const std::string& word : split(text, ' '))
    if (!word.empty()) found.push_back(word);
  return found;
}

}  // namespace

std::string schedule_fault(std::string_view text) {
  static const std::set<std::string, std::less<>> descriptors = {
      "@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"};
  if (text.starts_with('@'))
    return descriptors.contains(text) || text.starts_with("@every ")
               ? ""
               : "want @hourly, @daily, @weekly, @monthly, @yearly or @every";
  std::vector<std::string> fields = words(text);
  if (!fields.empty() && (fields[0].starts_with("TZ=") || fields[0].starts_with("CRON_TZ=")))
    fields.erase(fields.begin());
  if (fields.size() != ranges().size())
    return "has " + std::to_string(fields.size()) + " fields, want five";
  for (std::size_t i = 0; i < fields.size(); ++i)
    for (const std::string& part : split(fields[i], ','))
      if (!is_part(part, ranges()[i])) return "\"" + part + "\" is no " + ranges()[i].name;
  return "";
}

}  // namespace flotilla::decision
