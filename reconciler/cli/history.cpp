#include "reconciler/cli/history.h"

#include "reconciler/cli/commands.h"
#include "reconciler/cli/input.h"
#include "reconciler/cli/print.h"
#include "reconciler/cli/status_branch.h"
#include "render/document/json.h"
#include "render/yaml/emitter.h"

namespace flotilla::cli {
namespace {

Result<std::string> show_at(const git::Repository& repository, const std::string& head,
                            const HistoryOptions& options) {
  TRY_ASSIGN(const StatusAt found, status_at(repository, head, options.at, seconds_now()));
  TRY_ASSIGN(status::Memory memory, memory_at(repository, found.commit.id));
  StatusView view;
  view.output = options.output;
  view.cluster = options.cluster;
  view.now = found.time;
  return status_text(std::move(memory), view);
}

Result<std::string> show(const HistoryOptions& options) {
  HistoryQuery query{options.limit, options.cluster, std::nullopt, options.all};
  if (!options.object.empty()) {
    TRY_ASSIGN(query.object, read_object_name(options.object));
  }
  TRY_ASSIGN(const Opened opened, open_repository(options.repo, options.network));
  TRY_ASSIGN(const std::string head, status_head(opened.repository, options.branch, options.repo));
  if (!options.at.empty()) return show_at(opened.repository, head, options);
  TRY_ASSIGN(const History history, read_history(opened.repository, head, query));
  if (auto unknown = unknown_object(history, query, options.object))
    return fail(std::move(*unknown));
  if (history.rows.empty() && !options.cluster.empty()) {
    TRY_ASSIGN(const status::Memory memory, memory_at(opened.repository, head));
    if (!memory.previous.cluster_objects.contains(options.cluster))
      return fail(unknown_cluster(options.cluster, memory));
  }
  if (options.output == Output::json) return pretty_json(history_document(history)) + "\n";
  if (options.output == Output::yaml) return yaml::emit(history_document(history));
  return history_table(history, query, options.output);
}

}  // namespace

int history(const HistoryOptions& options) {
  const auto text = show(options);
  if (!text) return complain(text.error());
  print(*text);
  return 0;
}

}  // namespace flotilla::cli
