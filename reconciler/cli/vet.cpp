#include "reconciler/cli/commands.h"
#include "reconciler/cli/input.h"
#include "reconciler/cli/print.h"
#include "reconciler/decision/loose_ends.h"
#include "render/document/json.h"

#include <algorithm>
#include <set>

namespace flotilla::cli {

int vet(const VetOptions& options) {
  const auto snapshot = read_snapshot(options.repo, options.ref, options.network);
  if (!snapshot) return complain(snapshot.error());
  const auto memory = read_status_dir(options.status_dir);
  if (!memory) return complain(memory.error());
  const decision::Decision decision = decision::decide(*snapshot, memory->previous);
  Problems problems = decision.problems;
  const std::set<ObjectKey> unmatched(decision.unmatched.begin(), decision.unmatched.end());
  for (const catalog::ObjectPtr& object : snapshot->catalog.templates)
    if (unmatched.contains(object->key))
      problems.push_back(
          warning_at("not-selected", object->source,
                     "no policy selects it and nothing that is placed needs it, so it "
                     "goes nowhere",
                     to_string(object->key)));
  for (Problem& problem : decision::loose_ends(*snapshot, decision))
    problems.push_back(std::move(problem));
  // What Karmada's API server would refuse and we can do with. And `vet` has no credentials at hand
  // that could name the server, so the file has to.
  for (Problem& problem : problems)
    if (problem.code == "no-server" || problem.code == "no-sync-mode")
      problem.severity = Severity::error;
  problems = sorted(std::move(problems));
  if (options.output == Output::table) {
    // What is to be mended first: warnings may follow from it.
    std::stable_partition(problems.begin(), problems.end(), [](const Problem& problem) {
      return problem.severity == Severity::error;
    });
    for (const Problem& problem : problems) print(to_string(problem) + "\n");
  } else {
    Json::Value root(Json::objectValue);
    Json::Value& list = root["errors"] = Json::Value(Json::arrayValue);
    for (const Problem& problem : problems) list.append(problem_json(problem));
    print(pretty_json(root) + "\n");
  }
  return has_error(problems) ? 2 : 0;
}

}  // namespace flotilla::cli
