#pragma once

#include "overrides/cluster.h"
#include "reconciler/decision/binding.h"
#include "reconciler/decision/service_settings.h"
#include "render/base/shared_list.h"
#include "render/catalog/catalog.h"
#include "render/interpreter/interpreter.h"
#include "render/manifest/manifest.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

// The decision that joins the parts: repository + what was observed + what was decided before →
// what every cluster shall have. No clock, no network, no randomness.
namespace flotilla::decision {

struct Explanation;

// On clusters/<name>.yaml of the status branch: the revision with which the cluster came.
inline constexpr std::string_view cluster_since_annotation = "flotilla.dev/since";

// A deletion that a person has confirmed: one entry of Fleet.spec.confirmDeletions.
struct Confirmation {
  std::string text;  // as it stands there: a commit id (7 characters suffice), or the digest shown
                     // with held deletions
  // For a commit of this history: what stood in the repository before it and not after it, and the
  // ids of it and of all commits after it up to the snapshot's.
  std::set<ObjectKey> removed;
  std::set<std::string> commits;
  // What it changed, added and removed, as it was before and as it was after it.
  std::vector<catalog::ObjectPtr> touched = {};
  bool is_commit() const { return !commits.empty(); }
};

// Fills in what a commit removed and touched. The catalogs hold the files that it changed, as they
// were before it and after it. What cannot be read afterwards was not removed.
void note_changes(Confirmation& confirmation, const catalog::Catalog& before,
                  const catalog::Catalog& after);

// What Fleet.spec.confirmDeletions names, for whoever can look into the history; empty if there is
// nothing, or nothing that can be read.
std::vector<std::string> confirmations_in(const catalog::Catalog& catalog);

struct Snapshot {
  std::string revision;  // "main@sha1:<id>", empty for a folder that is no repository
  catalog::Catalog catalog;
  std::string time = {};  // of the commit, RFC 3339; empty if there is none
  std::vector<Confirmation> confirmations = {};
  // What was observed of clusters since the status branch was written, by name: Cluster statuses,
  // or parts of them, that have the say over Previous::cluster_status.
  std::map<std::string, std::shared_ptr<const Json::Value>> observed = {};
};

// What the status branch (or --status-dir) remembers.
struct Previous {
  std::string owner;         // Fleet name of the last pass, empty if there was none
  std::string owner_source;  // its file
  std::map<ObjectKey, BindingPtr> bindings;
  std::map<std::string, std::string> cluster_sources;  // cluster name → file
  std::map<std::string, Json::Value> cluster_status;   // cluster name → Cluster status
  // Every cluster that the branch knows, as clusters/<name>.yaml has it (no status needed), and
  // whether its inventory there holds anything.
  std::map<std::string, Json::Value> cluster_objects;
  std::set<std::string> inhabited_clusters;
  // What the settings (policies, overrides, clusters, the Fleet, customizations) were when every
  // cluster had followed them last, to know whether they changed since.
  std::string settings_digest;
  // The status of every ResourceQuota as the members reported it, by cluster name.
  std::map<ObjectKey, std::map<std::string, Json::Value>> quota_status;
};

// What one cluster shall have.
struct ClusterWork {
  SharedList<manifest::Manifest> manifests;  // in apply order
  // Wanted, but not to be rendered now because something is in error or it is suspended there:
  // stays on the cluster exactly as it is.
  std::set<ObjectKey> held;
  // Those of `held` that are suspended, each with why: "suspended: maintenance
  // (flotilla.dev/suspend on the object)".
  std::map<ObjectKey, std::string> suspended;
};

// Fleet.spec.deletionGuard: deletions on one cluster are held when they are more than `count` and
// more than `percent` of its inventory.
struct Guard {
  std::int64_t count = 10;
  std::int64_t percent = 30;
  bool operator==(const Guard&) const = default;
};

// A cluster whose file left the repository. What is ours there stays until that is confirmed, then
// it is pruned and the cluster forgotten.
struct LeavingCluster {
  overrides::Cluster cluster;  // as the status branch remembers it
  bool confirmed = false;
  std::string digest;  // confirms it, as a commit does
};

struct Decision {
  std::string revision;
  std::string owner;
  std::string owner_source;
  SharedList<overrides::Cluster> clusters;  // sorted by name
  // Clusters that are known but whose file is in error: nothing is sent to them and nothing is
  // forgotten about them.
  std::set<std::string> faulty_clusters;
  SharedList<Binding> bindings;             // sorted by object
  std::map<std::string, ClusterWork> work;  // one entry for each of `clusters`
  std::vector<ObjectKey> unmatched;         // templates that no policy selects and nobody needs
  // What must not be pruned from any cluster, whatever an inventory says: objects that stand in the
  // repository with an error or that could not be decided, everything that came from a file with an
  // error, and, while `unreadable` names a file, everything.
  std::set<ObjectKey> undecided;
  std::set<std::string> faulty_files;
  std::string unreadable;
  Problems problems;                    // sorted; those of the catalog included
  std::vector<LeavingCluster> leaving;  // sorted by name; a confirmed one has (empty) `work`
  Guard guard;
  std::vector<Confirmation> confirmations;
  ServiceSettings service;
  interpreter::ReadinessRules readiness;
  std::int64_t readiness_timeout = 60;  // seconds; Fleet.spec.readinessTimeout
  std::string settings_digest;
  // No setting differs from those of the decision that the status branch remembers.
  bool same_settings = false;
  // Every template of the repository, sorted, as the catalog has it.
  Chunked<catalog::ObjectPtr> templates;
  // Of `unmatched`, those that had a policy before, though no setting differs. Sorted.
  std::vector<ObjectKey> vanished;
  // What kinds mean in this repository: its customizations over the built-in rules.
  std::shared_ptr<const interpreter::Interpreter> interpreter;
};

Decision decide(const Snapshot& snapshot, const Previous& previous);
// The same, noting why `explanation->object` goes where it goes.
Decision decide(const Snapshot& snapshot, const Previous& previous, Explanation& explanation);

// Decides again and again, at the cost of what changed since the last time. Gives what decide()
// gives.
class Decider {
 public:
  Decider();
  ~Decider();
  Decider(Decider&&) noexcept;
  Decider& operator=(Decider&&) noexcept;

  Decision decide(const Snapshot& snapshot, const Previous& previous);
  // Templates that the last call looked at anew; the others stood as they were.
  std::size_t decided_anew() const;

  struct Memo;

 private:
  std::unique_ptr<Memo> memo_;
};

}  // namespace flotilla::decision
