#include "reconciler/notify/text.h"

#include "reconciler/decision/revision.h"
#include "reconciler/status/documents.h"
#include "render/base/text.h"
#include "render/interpreter/timestamp.h"

#include <algorithm>
#include <map>

namespace flotilla::notify {
namespace {

// `{{ .cluster }}` names up to four.
std::string clusters_text(const Event& event) {
  std::set<std::string> names;
  for (const Event::Line& line : event.lines)
    if (!line.cluster.empty()) names.insert(line.cluster);
  if (names.size() > 4) return std::to_string(names.size()) + " clusters";
  return join({names.begin(), names.end()}, ", ");
}

const std::string& default_template(const std::string& event) {
  static const std::string counts =
      "{{ .counts.done }} of {{ .counts.clusters }} clusters, {{ .counts.healthy }} of "
      "{{ .counts.wanted }} objects healthy";
  static const std::string subject = "{{ if .subject }} ({{ .subject }}){{ end }}";
  static const std::map<std::string, std::string, std::less<>> texts = {
      {"Deployed", "{{ .fleet }}: {{ .revision }} is deployed" + subject + ": " + counts},
      {"Failed", "{{ .fleet }}: {{ .revision }} failed" + subject + ":\n{{ .message }}"},
      {"Progressing", "{{ .fleet }}: {{ .revision }} is on its way" + subject},
      {"ClusterUnreachable", "{{ .fleet }}: not reachable: {{ .message }}"},
      {"ClusterRecovered", "{{ .fleet }}: reachable again: {{ .cluster }}"},
      {"Degraded", "{{ .fleet }}: degraded: {{ .message }}"},
      {"Recovered", "{{ .fleet }}: healthy again: {{ .message }}"},
      {"DeletionsHeld", "{{ .fleet }}: deletions are held: {{ .message }}"},
      {"Drift", "{{ .fleet }}: changed on the cluster and left so: {{ .message }}"},
      {"Fight", "{{ .fleet }}: changed again and again by somebody else: {{ .message }}"},
      {"SuspendedChanged", "{{ .fleet }}: {{ .message }}"},
      {"SourceError", "{{ .fleet }}: no new commit can be applied: {{ .message }}"},
      {"SourceRecovered", "{{ .fleet }}: commits can be applied again"}};
  return texts.at(event);
}

}  // namespace

std::optional<Event> selected(const decision::Notification& notification, const Event& event) {
  const auto& events = notification.events;
  if (std::find(events.begin(), events.end(), event.name) == events.end()) return std::nullopt;
  const auto& wanted = notification.clusters;
  if (wanted.empty()) return event;
  Event chosen = event;
  std::erase_if(chosen.lines, [&](const Event::Line& line) {
    return !line.cluster.empty() &&
           std::find(wanted.begin(), wanted.end(), line.cluster) == wanted.end();
  });
  if (chosen.lines.empty()) return std::nullopt;
  return chosen;
}

std::string message_of(const Event& event) {
  std::vector<std::string> lines;
  for (const Event::Line& line : event.lines) {
    std::string text = line.cluster;
    if (!text.empty() && !line.text.empty()) text += ": ";
    text += shortened(replace_all(line.text, "\n", " "), 500);
    if (!text.empty()) lines.push_back(std::move(text));
  }
  if (lines.size() > most_event_lines) {
    const std::size_t more = lines.size() - most_event_lines;
    lines.resize(most_event_lines);
    lines.push_back("and " + grouped(more) + " more");
  }
  return shortened(join(lines, "\n"), longest_text);
}

decision::MessageValues values_of(const Event& event) {
  decision::MessageValues values = {{"event", event.name},
                                    {"fleet", event.fleet},
                                    {"revision", decision::short_revision(event.revision)},
                                    {"commit", decision::commit_of(event.revision)},
                                    {"subject", shortened(event.subject, 200)},
                                    {"cluster", clusters_text(event)},
                                    {"message", message_of(event)},
                                    {"time", interpreter::format_timestamp(event.time)}};
  for (const auto& [name, number] : list_of(event.counts))
    values["counts." + name] = std::to_string(number);
  return values;
}

std::string text_of(const decision::Notification& notification, const Event& event,
                    const std::function<std::string(std::string)>& escape) {
  const bool own = !notification.template_.empty();
  const auto pattern =
      decision::read_template(own ? notification.template_ : default_template(event.name));
  if (!pattern) return message_of(event);  // the reader of the Fleet refused it
  decision::MessageValues values = values_of(event);
  const auto plain = [](std::string text) { return text; };
  const std::string full = decision::fill_in(*pattern, values, plain);
  if (full.size() <= longest_text) return decision::fill_in(*pattern, values, escape);
  // The message gives way first: it alone has no bound of its own.
  const std::size_t excess = full.size() - longest_text;
  std::string& message = values["message"];
  message = shortened(message, message.size() > excess ? message.size() - excess : 0);
  if (decision::fill_in(*pattern, values, plain).size() <= longest_text)
    return decision::fill_in(*pattern, values, escape);
  return escape(shortened(full, longest_text));
}

std::string grouped(std::size_t number) {
  std::string text = std::to_string(number);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string counted(std::size_t number, std::string_view one) {
  return grouped(number) + " " + std::string(one) + (number == 1 ? "" : "s");
}

std::string shortened(std::string text, std::size_t most) {
  constexpr std::string_view mark = "...";
  if (text.size() <= most) return text;
  if (most < mark.size()) return {};
  std::size_t end = most - mark.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text.append(mark);
}

}  // namespace flotilla::notify
