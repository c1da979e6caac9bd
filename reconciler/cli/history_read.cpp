#include "reconciler/cli/history.h"
#include "reconciler/cli/when.h"
#include "reconciler/decision/revision.h"
#include "render/base/text.h"
#include "render/interpreter/timestamp.h"
#include "render/yaml/reader.h"

#include <algorithm>
#include <charconv>

namespace flotilla::cli {
namespace {

constexpr std::string_view inventory_folder = "inventory/";
constexpr std::string_view yaml_end = ".yaml";

// The text after the first line of `message` that begins so, to its end.
std::string line_after(const std::string& message, std::string_view beginning) {
  for (const std::string& line : split(message, '\n'))
    if (line.starts_with(beginning)) return std::string(trim(line.substr(beginning.size())));
  return {};
}

// 2 of the headline "main@0ac85e0: create 2, remove 1 on eu"; 0 if it says nothing of the kind, or
// that others were updated: those look the same in an inventory.
std::size_t created_in(const std::string& headline) {
  constexpr std::string_view mark = ": create ";
  const std::size_t at = headline.find(mark);
  if (at == std::string::npos || headline.find(", update ") != std::string::npos) return 0;
  std::size_t number = 0;
  std::from_chars(headline.data() + at + mark.size(), headline.data() + headline.size(), number);
  return number;
}

// "eu" of "inventory/eu.yaml"; empty for other paths.
std::string cluster_of(const std::string& path) {
  if (!path.starts_with(inventory_folder) || !path.ends_with(yaml_end)) return {};
  return path.substr(inventory_folder.size(),
                     path.size() - inventory_folder.size() - yaml_end.size());
}

Result<std::string> read_if_there(const git::Repository& repository, const std::string& commit,
                                  const std::string& path) {
  auto text = repository.read_file(commit, path);
  if (!text && text.error().code == Code::not_found) return std::string();
  return text;
}

class Walk {
 public:
  Walk(const git::Repository& repository, const HistoryQuery& query)
      : repository_(repository), query_(query) {}

  Result<History> run(const std::string& head) {
    TRY_ASSIGN(git::Commit commit, repository_.commit(head));
    while (true) {
      TRY_ASSIGN(std::optional<git::Commit> older, parent_of(commit));
      TRY(look(commit, older));
      if (query_.limit > 0 && history_.rows.size() >= query_.limit) break;
      if (!older) {
        history_.begin = commit;
        break;
      }
      commit = std::move(*older);
    }
    return std::move(history_);
  }

 private:
  // nullopt where the history begins: there was none before, or this clone is without it.
  Result<std::optional<git::Commit>> parent_of(const git::Commit& commit) const {
    if (commit.parents.empty()) return std::optional<git::Commit>();
    auto parent = repository_.commit(commit.parents.front());
    if (parent) return std::optional(std::move(*parent));
    if (parent.error().code == Code::not_found) return std::optional<git::Commit>();
    return fail(std::move(parent).error());
  }

  Result<void> look(const git::Commit& commit, const std::optional<git::Commit>& older) {
    if (last_.empty()) last_ = commit.id;
    HistoryRow row;
    row.commit = commit.id;
    row.time = commit.time;
    row.revision = revision_in(commit.message);
    if (older) {
      TRY(compare(commit, *older, row));
    } else {
      TRY(begin(commit, row));
    }
    if (!is_wanted(row, older)) return {};
    row.subject = subject_of(commit, row.revision);
    if (!query_.object) {
      TRY_ASSIGN(row.fleet, fleet_at(last_));
    }
    last_.clear();
    history_.rows.push_back(std::move(row));
    return {};
  }

  bool is_wanted(const HistoryRow& row, const std::optional<git::Commit>& older) const {
    if (query_.object) return !row.clusters.empty();
    const bool did = std::ranges::any_of(row.clusters, [](const auto& entry) {
      return std::ranges::any_of(entry.second, [](const status::InventoryChange& change) {
        return change.deed != status::Deed::told;
      });
    });
    if (did || (query_.all && (query_.cluster.empty() || !row.clusters.empty()))) return true;
    if (!query_.cluster.empty() || row.revision.empty()) return false;
    return !older || row.revision != revision_in(older->message);
  }

  Result<void> compare(const git::Commit& commit, const git::Commit& older, HistoryRow& row) {
    TRY_ASSIGN(const auto tree, repository_.tree(commit.id));
    TRY_ASSIGN(const auto changes, tree->changes_since(older.id));
    if (!changes)
      return fail(Code::not_found, "the files of status commit " + older.id + " are not there");
    for (const catalog::FileChange& change : *changes) {
      const std::string cluster = cluster_of(change.path);
      if (!is_asked_for(cluster)) continue;
      TRY_ASSIGN(const std::string before, read_if_there(repository_, older.id, change.path));
      std::string after;
      if (change.entry) {
        TRY_ASSIGN(after, tree->read(*change.entry));
      }
      keep(cluster, status::inventory_changes(before, after, name()), row);
    }
    return {};
  }

  // What the first commit has was created with it only if it says so itself, of as many as have its
  // revision: a history that was cut short begins with all that there was.
  Result<void> begin(const git::Commit& commit, HistoryRow& row) {
    const std::size_t said = created_in(commit.subject);
    if (said == 0 && !query_.object) return {};
    TRY_ASSIGN(const auto tree, repository_.tree(commit.id));
    TRY_ASSIGN(const auto entries, tree->list());
    std::size_t created = 0;
    for (const catalog::FileEntry& entry : entries) {
      const std::string cluster = cluster_of(entry.path);
      if (cluster.empty()) continue;
      TRY_ASSIGN(const std::string text, tree->read(entry));
      auto changes = status::inventory_changes("", text);
      if (is_asked_for(cluster)) learn(changes);
      std::erase_if(changes, [&](const status::InventoryChange& change) {
        return change.deed != status::Deed::created || change.after->item.revision != row.revision;
      });
      created += changes.size();
      if (is_asked_for(cluster)) keep(cluster, std::move(changes), row);
    }
    if (created > said) row.clusters.clear();
    return {};
  }

  bool is_asked_for(const std::string& cluster) const {
    return !cluster.empty() && (query_.cluster.empty() || cluster == query_.cluster);
  }

  std::string_view name() const {
    return query_.object ? std::string_view(query_.object->name) : std::string_view();
  }

  void keep(const std::string& cluster, std::vector<status::InventoryChange> changes,
            HistoryRow& row) {
    learn(changes);
    if (query_.object)
      std::erase_if(changes,
                    [&](const auto& change) { return !means(*query_.object, change.key); });
    if (!changes.empty()) row.clusters[cluster] = std::move(changes);
  }

  void learn(const std::vector<status::InventoryChange>& changes) {
    if (!query_.object) return;
    for (const status::InventoryChange& change : changes) {
      if (means(*query_.object, change.key))
        history_.knows_object = true;
      else if (change.key.name == query_.object->name)
        history_.namesakes.insert(change.key);
    }
  }

  // As the source branch has it, or where that commit is gone as the status branch says.
  std::string subject_of(const git::Commit& commit, const std::string& revision) const {
    if (const std::string id = decision::commit_of(revision); !id.empty())
      if (const auto source = repository_.commit(id)) return source->subject;
    const std::string told = subject_in(commit.message);
    return told.empty() && revision.empty() ? commit.subject : told;
  }

  Result<Json::Value> fleet_at(const std::string& commit) const {
    TRY_ASSIGN(const std::string text, read_if_there(repository_, commit, "fleet.yaml"));
    const auto documents = yaml::read_documents(text, "fleet.yaml").documents;
    if (documents.size() != 1) return Json::Value();
    const Json::Value* status = find(documents.front().tree, "status");
    return status == nullptr ? Json::Value() : *status;
  }

  const git::Repository& repository_;
  const HistoryQuery& query_;
  History history_;
  std::string last_;  // the newest commit since the last row
};

bool is_id(const std::string& text) {
  return text.size() >= 7 && text.size() <= 40 &&
         text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
}

Error none_at(const std::string& what, const git::Commit& first) {
  return {Code::not_found, what + "; the status branch begins at " +
                               interpreter::format_timestamp(first.time) + " (" +
                               first.id.substr(0, 7) + ")"};
}

// The newest commit that `fits`, from `head` back.
template <class Fits>
Result<git::Commit> find_back(const git::Repository& repository, const std::string& head,
                              const std::string& otherwise, Fits fits) {
  TRY_ASSIGN(git::Commit commit, repository.commit(head));
  while (!fits(commit)) {
    if (commit.parents.empty()) return fail(none_at(otherwise, commit));
    auto parent = repository.commit(commit.parents.front());
    if (!parent && parent.error().code == Code::not_found) return fail(none_at(otherwise, commit));
    if (!parent) return fail(std::move(parent).error());
    commit = std::move(*parent);
  }
  return commit;
}

}  // namespace

std::string revision_in(const std::string& message) {
  return line_after(message, "Flotilla-Revision:");
}

std::string subject_in(const std::string& message) { return line_after(message, "Last change:"); }

Result<ObjectName> read_object_name(const std::string& text) {
  const std::vector<std::string> parts = split(text, '/');
  const bool whole = std::ranges::none_of(parts, [](const auto& part) { return part.empty(); });
  if (!whole || (parts.size() != 2 && parts.size() != 3))
    return fail(Code::invalid,
                "\"" + text + "\" is no object, want KIND/NAMESPACE/NAME or KIND/NAME");
  return ObjectName{parse_group_kind(parts.front()), parts.size() == 3 ? parts[1] : "",
                    parts.back()};
}

bool means(const ObjectName& wanted, const ObjectKey& key) {
  if (lower(key.kind) != lower(wanted.kind.kind) || key.name != wanted.name) return false;
  if (!wanted.kind.group.empty() && key.group != wanted.kind.group) return false;
  return key.namespace_ == wanted.namespace_ ||
         (wanted.namespace_.empty() && key.namespace_ == "default");
}

Result<History> read_history(const git::Repository& repository, const std::string& head,
                             const HistoryQuery& query) {
  return Walk(repository, query).run(head);
}

std::optional<Error> unknown_object(const History& history, const HistoryQuery& query,
                                    const std::string& text) {
  if (!query.object || history.knows_object) return std::nullopt;
  if (history.namesakes.empty() && !query.cluster.empty()) return std::nullopt;
  std::string others;
  for (const ObjectKey& key : history.namesakes)
    others += (others.empty() ? "; there is " : ", ") + to_string(key);
  return Error{Code::not_found, "the status branch knows no " + text + others};
}

Result<StatusAt> status_at(const git::Repository& repository, const std::string& head,
                           const std::string& at, std::int64_t now) {
  if (const auto time = is_id(at) ? std::nullopt : parse_when(at, now)) {
    TRY_ASSIGN(
        git::Commit commit,
        find_back(repository, head, "nothing is known of " + interpreter::format_timestamp(*time),
                  [&](const git::Commit& one) { return one.time <= *time; }));
    return StatusAt{std::move(commit), std::min(*time, now)};
  }
  auto resolved = repository.resolve(at);
  if (!resolved && resolved.error().code == Code::not_found)
    return fail(Code::not_found, "\"" + at +
                                     "\" is no commit of the repository and no time, want one or "
                                     "the other (2026-11-20, 2026-11-20T14:00:00Z, 2h)");
  TRY_ASSIGN(const std::string id, std::move(resolved));
  TRY_ASSIGN(git::Commit commit,
             find_back(repository, head, "no status commit reports " + id.substr(0, 7),
                       [&](const git::Commit& one) {
                         return one.id == id || decision::commit_of(revision_in(one.message)) == id;
                       }));
  const std::int64_t time = commit.time;
  return StatusAt{std::move(commit), time};
}

}  // namespace flotilla::cli
