#pragma once

#include "reconciler/decision/plan.h"
#include "reconciler/kube/client.h"
#include "reconciler/member/observe.h"
#include "render/manifest/ownership.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace flotilla::member {

// One of our objects as it was last seen. Never the tree itself.
struct Seen {
  decision::InventoryItem item;  // revision, held and drifted are left empty: others know them
  Observed observed;
  std::string resource_version;
  std::string digest;  // of the manifest that `lost` was found against; empty: none
  std::vector<manifest::LostField> lost;
  // What its deletion waits for, if it has finalizers and is being deleted.
  std::string finalizers;
  // Hashes of metadata.managedFields, our entry and all others: what was lost need not be found
  // again while they stay.
  std::uint64_t own_fields = 0;
  std::uint64_t others_fields = 0;
};

// What is ours on one cluster, by lists and watches limited to our label: one per kind, metadata
// only where the kind has no status. Until follow() a kind is listed each time it is asked for;
// after it a kind is listed once and then watched (resumed from its resourceVersion with bookmarks,
// listed again after a 410), so that nothing need be asked while nothing happens.
//
// A credential that may not list a kind in the whole cluster is tried namespace by namespace, where
// objects are or shall be.
class Mirror {
 public:
  struct Options {
    std::string applyset_id;
    std::function<std::int64_t()> now;  // seconds since 1970
  };
  Mirror(kube::Client& client, Options options);
  ~Mirror();  // ends what is under way
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;

  // By what objects are judged from now on: the cluster's manifests (for lost fields), the
  // interpreter (for health). What cannot be judged from what is remembered is listed again by the
  // next read(); until then its Seen::digest is not its item's.
  void judge_by(std::shared_ptr<const decision::Decision> decision, std::string cluster);

  // Makes every object of ours of these kinds known; what is watched already costs no request.
  // Kinds that are left out are not watched any longer and forgotten. A kind that `discovery` does
  // not serve holds nothing. `namespaces`: where to look if the whole cluster is beyond reach.
  kube::Task<> read(std::set<GroupKind> kinds, std::set<std::string> namespaces,
                    std::shared_ptr<const kube::Discovery> discovery);
  // True for a kind of the last read() that is served.
  bool reads(const GroupKind& kind) const;
  // Lists these of the kinds of the last read() once more.
  kube::Task<> read_again(std::set<GroupKind> kinds);
  // The kinds that the last read() could not read, and why: what is ours of them is not known (or
  // no more than it was).
  const std::map<GroupKind, kube::ApiError>& faults() const;
  // Kinds that were read in some namespaces only, with the namespaces that were refused.
  const std::map<GroupKind, std::set<std::string>>& refused_namespaces() const;

  // Watches everything that was and will be read. `on_change` is called (soon, once for many) after
  // anything that a pass would look at: an object came, went, lost a field, or fares otherwise; a
  // kind is not served any more.
  void follow(std::function<void()> on_change);
  // True if every kind of the last read() is watched and its watch has not failed since.
  bool is_live() const;
  void stop();

  const std::map<ObjectKey, Seen>& objects() const;
  // The answer to a write of ours: what a watch says later about an older resourceVersion does not
  // undo it, nor (for a minute) that the object is gone.
  void note(const Json::Value& live);
  void forget(const ObjectKey& key);
  // Judges by the time of now what counts as ready after a while without a status. While following
  // that happens by itself.
  void end_graces();

 private:
  struct State;
  std::shared_ptr<State> state_;  // watches under way may outlive the mirror
};

}  // namespace flotilla::member
