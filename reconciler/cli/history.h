#pragma once

#include "reconciler/cli/output.h"
#include "reconciler/git/repository.h"
#include "reconciler/status/inventory_changes.h"

#include <json/value.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

// What was applied where and when, read from the commits of a status branch.
namespace flotilla::cli {

// "main@sha1:<id>" of the trailer Flotilla-Revision; empty if the commit is none of Flotilla's.
std::string revision_in(const std::string& message);
// What the message says of the revision's commit.
std::string subject_in(const std::string& message);

// "Deployment/shop/web", "deployment.apps/shop/web", "Namespace/shop". The kind is compared without
// regard to case; without a group it means any.
struct ObjectName {
  GroupKind kind;
  std::string namespace_;
  std::string name;
};
Result<ObjectName> read_object_name(const std::string& text);
bool means(const ObjectName& wanted, const ObjectKey& key);

struct HistoryQuery {
  std::size_t limit = 20;  // rows; 0: all
  std::string cluster;     // empty: all
  std::optional<ObjectName> object;
  bool all = false;  // every commit, also those with which nothing was applied
};

// A commit of the status branch that says something was applied, and how it ended: as the branch
// stood before the next such commit.
struct HistoryRow {
  std::string commit;
  std::int64_t time = 0;
  std::string revision;
  std::string subject;
  std::map<std::string, std::vector<status::InventoryChange>> clusters;
  Json::Value fleet;  // status of fleet.yaml then, null if it could not be read
};

struct History {
  std::vector<HistoryRow> rows;  // newest first
  // Where the branch begins, once that was reached: what was before is not known.
  std::optional<git::Commit> begin;
  // With HistoryQuery::object: whether the branch knows it, and others that have its name.
  bool knows_object = false;
  std::set<ObjectKey> namesakes;
};

// Walks the branch from `head` back. Of each commit only those inventories are read that it
// changed.
Result<History> read_history(const git::Repository& repository, const std::string& head,
                             const HistoryQuery& query);

// For `--object` with what the branch knows nothing of: names its namesakes. nullopt if it knows
// it, or may know it on a cluster that was not asked for.
std::optional<Error> unknown_object(const History& history, const HistoryQuery& query,
                                    const std::string& text);

// For people and for programs.
std::string history_table(const History& history, const HistoryQuery& query, Output output);
Json::Value history_document(const History& history);

struct StatusAt {
  git::Commit commit;     // of the status branch
  std::int64_t time = 0;  // what was asked for, or else when that was committed
};

// The commit of the status branch at `head` that tells how the fleet was at `at`: the last one not
// after a time (see parse_when), that very one, or the last one that reports a commit of the source
// branch. not_found with where the branch begins if there is none.
Result<StatusAt> status_at(const git::Repository& repository, const std::string& head,
                           const std::string& at, std::int64_t now);

}  // namespace flotilla::cli
