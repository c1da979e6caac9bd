#include "reconciler/decision/revision.h"
#include "reconciler/status/summary.h"
#include "render/base/text.h"

// README.md of the branch: sections stand there only when there is something to say.
namespace flotilla::status {
namespace {

// One line of Markdown, no column marks.
std::string cell(std::string text) {
  text = replace_all(std::move(text), "\n", " ");
  return replace_all(std::move(text), "|", "\\|");
}

void add_list(const std::string& title, const std::vector<std::string>& lines, std::string& text) {
  if (lines.empty()) return;
  text += "\n## " + title + "\n\n";
  for (const std::string& line : cut(lines)) text += "* " + replace_all(line, "\n", " ") + "\n";
}

void add_table(const std::string& title, const std::vector<std::string>& columns,
               const std::vector<std::vector<std::string>>& rows, std::string& text) {
  if (rows.empty()) return;
  text += "\n## " + title + "\n\n| " + join(columns, " | ") + " |\n|";
  for (std::size_t i = 0; i < columns.size(); ++i) text += "---|";
  text += "\n";
  std::vector<std::string> lines;
  for (const std::vector<std::string>& row : rows) {
    std::vector<std::string> cells;
    for (const std::string& value : row) cells.push_back(cell(value));
    lines.push_back("| " + join(cells, " | ") + " |");
  }
  const bool long_list = lines.size() > most_lines;
  lines = cut(std::move(lines));
  // What ends a long table is no row of it.
  const std::string rest = long_list ? lines.back() : "";
  if (long_list) lines.pop_back();
  text += join(lines, "\n") + "\n";
  if (long_list) text += "\n" + rest + "\n";
}

std::vector<std::string> note_lines(const std::vector<Attention::Note>& notes) {
  std::vector<std::string> lines;
  for (const Attention::Note& note : notes)
    lines.push_back("**" + note.cluster + "**: " + note.text +
                    (note.since.empty() ? "" : " (since " + note.since + ")"));
  return lines;
}

void add_cluster_table(const Summary& summary, std::string& text) {
  text +=
      "\n## Clusters\n\n| Cluster | Ready | Applied | Healthy | | Since "
      "|\n|---|---|---|---|---|---|\n";
  for (const ClusterSummary& line : summary.clusters) {
    const std::string total = "/" + std::to_string(line.wanted);
    std::vector<std::string> notes;
    if (!line.trouble.empty()) notes.push_back(cell(line.trouble));
    if (line.drifted > 0) notes.push_back(std::to_string(line.drifted) + " drifted");
    if (line.held > 0) notes.push_back(std::to_string(line.held) + " held");
    text += "| " + line.name + " | " + (line.ready ? "yes" : "**no**") + " | " +
            std::to_string(line.applied) + total + " | " + std::to_string(line.healthy) + total +
            " | " + join(notes, ", ") + " | " + line.since + " |\n";
  }
}

std::string some_of(const std::vector<std::string>& objects) {
  constexpr std::size_t most = 5;
  const std::size_t shown = std::min(objects.size(), most);
  std::string text =
      join({objects.begin(), objects.begin() + static_cast<std::ptrdiff_t>(shown)}, ", ");
  if (objects.size() > most) text += " and " + std::to_string(objects.size() - most) + " more";
  return text;
}

void add_held(const Attention& attention, std::string& text) {
  std::vector<std::string> lines;
  for (const Attention::Held& held : attention.held)
    lines.push_back("**" + held.cluster + "**: " + held.text + ". They are " +
                    some_of(held.objects) + ".");
  add_list("Deletions waiting for a person", lines, text);
  const std::string line = confirming_line(attention);
  if (line.empty()) return;
  text +=
      "\nNothing of this is deleted before the Fleet in the repository says "
      "so:\n\n```yaml\nspec:\n  " +
      line + "\n```\n";
}

void add_drift(const Attention& attention, std::string& text) {
  std::vector<std::vector<std::string>> rows;
  for (const Attention::Drift& drift : attention.drift)
    rows.push_back({drift.cluster, drift.object, drift.text, drift.time,
                    drift.stands ? "**stands**" : "corrected"});
  add_table("Drift", {"Cluster", "Object", "What and by whom", "Seen", ""}, rows, text);
}

void add_troubles(const Summary& summary, bool conflicts, std::string& text) {
  std::vector<std::vector<std::string>> rows;
  for (const Summary::Trouble& trouble : summary.troubles)
    if (trouble.conflict == conflicts)
      rows.push_back({trouble.cluster, trouble.object, trouble.message, trouble.since});
  add_table(conflicts ? "Conflicts" : "Not as wanted", {"Cluster", "Object", "Why", "Since"}, rows,
            text);
}

void add_repository(const decision::Decision& decision, std::string& text) {
  std::vector<std::string> lines;
  for (const Problem& problem : decision.problems) lines.push_back(to_string(problem));
  add_list("In the repository", lines, text);
  lines.clear();
  for (const ObjectKey& key : decision.unmatched) lines.push_back(to_string(key));
  add_list("Selected by no policy", lines, text);
}

}  // namespace

std::string readme(const Input& input, const Summary& summary, const Attention& attention,
                   const std::vector<Condition>& conditions) {
  const Condition& ready = conditions.front();
  std::string text =
      "# Fleet " + input.decision->owner + ": " + (ready.status ? "ready" : "not ready") + "\n\n";
  text += "Revision `" + decision::short_revision(input.decision->revision) + "`";
  if (!input.commit_subject.empty()) text += " (" + cell(input.commit_subject) + ")";
  text += ": " + ready.message + ".";
  if (!ready.since.empty())
    text += (ready.status ? " Ready since " : " Not ready since ") + ready.since + ".";
  text += "\n";
  if (!summary.rewritten_from.empty())
    text += "\nThe history was rewritten: `" + summary.rewritten_from.substr(0, 7) +
            "`, which was followed before, is not part of it any more.\n";
  add_cluster_table(summary, text);
  add_held(attention, text);
  add_list("Clusters that left the repository", note_lines(attention.leaving), text);
  add_list("Suspended", note_lines(attention.suspended), text);
  add_list("Unreachable clusters", note_lines(attention.unreachable), text);
  add_troubles(summary, true, text);
  add_troubles(summary, false, text);
  add_drift(attention, text);
  add_list("Beyond reach", note_lines(attention.beyond_reach), text);
  add_repository(*input.decision, text);
  text +=
      "\nThis branch is written by Flotilla. `bindings/` holds what was decided and how it fares, "
      "`inventory/` what is on each "
      "cluster, `clusters/` their state.\n";
  return text;
}

}  // namespace flotilla::status
