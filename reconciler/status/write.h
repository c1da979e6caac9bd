#pragma once

#include "reconciler/member/report.h"
#include "reconciler/status/documents.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace flotilla::status {

using ClusterStatusPtr = std::shared_ptr<const Json::Value>;
using ReportPtr = std::shared_ptr<const member::Report>;

// The part of the branch that a replica writes which shares the clusters with others.
struct Scope {
  bool leads = false;              // README.md, fleet.yaml, and clusters that nobody works on
  std::set<std::string> clusters;  // those it works on
  std::set<std::string> others;    // those that others work on
};

struct Input {
  const decision::Decision* decision = nullptr;
  // The newest of each cluster; a cluster without one has not been tried yet.
  std::map<std::string, ReportPtr> reports;
  std::optional<Scope> scope;  // none: everything
  // Clusters whose report is of a pass for this decision, or for one that wants the same there.
  std::set<std::string> followers;
  // What was observed of clusters, newer than the decision.
  std::map<std::string, ClusterStatusPtr> observed;
  // What was done since the last commit that told it, by cluster.
  std::map<std::string, member::Changes> changes;
  std::string commit_subject;   // of the revision, for people
  std::string now;              // RFC 3339, used where a condition changes
  std::int64_t generation = 0;  // of the revision: commits up to it; 0: not known
  // The commit that was followed before, if the revision's history does not hold it any more.
  std::string rewritten_from;
  // Why the repository's newest state is not followed; empty: it is.
  std::string source_trouble;
  std::string deployed;  // newest revision that was applied and healthy everywhere; empty: unknown
};

// Every file of the status branch for this state of the fleet. What is not known now (a cluster
// that does not answer) is taken over from `memory`. The same state gives the same bytes: times
// move only with what they date.
Files status_files(const Input& input, const Memory& memory);

// What has to change on the branch: files that differ, and those of ours that are gone (nullopt).
std::map<std::string, std::optional<std::string>> changes(const Files& wanted,
                                                          const Files& present);

// Leaves of `changed` what a replica of this scope writes: its clusters and their inventories; the
// bindings, whose items of other clusters are as they were, once the leader's decision is on the
// branch; all else if it leads.
void keep_to(const Scope& scope, const Input& input, const Memory& memory,
             std::map<std::string, std::optional<std::string>>& changed);

// The commit's message: what happened in words, with trailers.
std::string commit_message(const Input& input, const Memory& memory);

}  // namespace flotilla::status
