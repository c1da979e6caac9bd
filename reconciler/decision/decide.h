#pragma once

#include "overrides/cluster.h"
#include "reconciler/decision/binding.h"
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

struct Snapshot {
  std::string revision;  // "main@sha1:<id>", empty for a folder that is no repository
  catalog::Catalog catalog;
  std::string time = {};  // of the commit, RFC 3339; empty if there is none
};

// What the status branch (or --status-dir) remembers.
struct Previous {
  std::string owner;         // Fleet name of the last pass, empty if there was none
  std::string owner_source;  // its file
  std::map<ObjectKey, BindingPtr> bindings;
  std::map<std::string, std::string> cluster_sources;  // cluster name → file
  std::map<std::string, Json::Value> cluster_status;   // cluster name → Cluster status
  // The status of every ResourceQuota as the members reported it, by cluster name.
  std::map<ObjectKey, std::map<std::string, Json::Value>> quota_status;
};

// What one cluster shall have.
struct ClusterWork {
  SharedList<manifest::Manifest> manifests;  // in apply order
  // Wanted, but not to be rendered now because something is in error or it is suspended there:
  // stays on the cluster exactly as it is.
  std::set<ObjectKey> held;
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
  Problems problems;  // sorted; those of the catalog included
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
