#pragma once

#include "reconciler/member/conflicts.h"
#include "reconciler/member/draft.h"
#include "reconciler/member/inventory.h"
#include "reconciler/member/pass.h"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace flotilla::member {

// Applies single objects for a pass and writes what became of each into the report. Lives as long
// as the pass.
//
// Nothing is applied with force before it is known what that takes: another applier's claim is a
// conflict (unless the terms take over), what kubectl or an Update wrote is drift and corrected.
class Applier {
 public:
  Applier(kube::Client& client, const Order& order, std::string applyset_id,
          decision::Inventory& inventory, Report& report)
      : client_(client),
        order_(order),
        id_(std::move(applyset_id)),
        inventory_(inventory),
        report_(report),
        turns_(client.concurrency()) {}

  void use(kube::Discovery discovery);
  const kube::Discovery& discovery() const { return discovery_; }
  // True since the cluster denied a kind that it was thought to serve, until use().
  bool is_discovery_stale() const { return stale_discovery_; }

  // The resource that serves a manifest; an error says why the cluster cannot take it.
  Result<kube::Resource> resource_of(const manifest::Manifest& manifest) const;

  // Finds out what exists already where `manifests` want something new, with as few requests as
  // that takes, and makes missing namespaces.
  kube::Task<> prepare(std::vector<const manifest::Manifest*> manifests);
  // The same without making anything; then missing_namespaces() would have to be made.
  kube::Task<> look_around(std::vector<const manifest::Manifest*> manifests);
  const std::set<std::string>& missing_namespaces() const { return missing_namespaces_; }
  // What an apply would come to by what was looked at. An error: it would not be tried, or be a
  // conflict.
  enum class Prospect { creates, configures, adopts };
  Result<Prospect> prospect(const manifest::Manifest& manifest) const;
  // These wait until it is their turn, so that a pass that must stop stops at the next object
  // however many were started side by side, and no body is made long before it is sent.
  kube::Task<> apply(const manifest::Manifest* manifest);
  kube::Task<> remove(decision::InventoryItem item);
  // Takes our marks off an object that stays although nobody wants it any more, and turns our
  // fields over to nobody in particular. It leaves the inventory; its spec stays whole.
  kube::Task<> let_go(decision::InventoryItem item);

  // Called with every object of ours as a write of ours left it, and with those that are gone.
  std::function<void(const Json::Value& live)> on_live = [](const Json::Value&) {};
  std::function<void(const ObjectKey& key)> on_gone = [](const ObjectKey&) {};

  // True if the pass has to end: the cluster does not answer any more, or a newer order exists.
  bool must_stop() const { return report_.error.has_value() || order_.superseded(); }
  void lose_cluster(const kube::ApiError& error);
  // The error as it may stand in a report: the same from pass to pass while nothing changes.
  Error lasting(const kube::ApiError& error) const;
  void note(const manifest::Manifest& manifest, State state, const Error& error);

 private:
  struct Place {
    kube::Resource resource;
    std::string namespace_;
    std::vector<std::string> names;
  };
  // On what terms an object is applied.
  struct Claim {
    bool is_new = false;           // not in the inventory
    bool expects_nothing = false;  // nothing stood there when we looked
    bool adopts = false;           // somebody else's object stands there and is taken over
    bool returns = false;          // what stands there was ours before it was let go
    Standing standing;
  };
  // One object on its way, and what came of it.
  struct Delivery {
    const manifest::Manifest* manifest = nullptr;
    kube::Resource resource;
    Claim claim;
  };
  struct Sent {
    kube::ApiResult<kube::Applied> answer;
    std::optional<Error> verdict;  // why we did not let the server decide
    std::string left;              // see Draft
    bool unchanged = false;        // nothing was to be written
  };
  enum class Guard {
    none,
    as_seen
  };  // as_seen: only if the object is still as claim.standing has it

  // looks.cpp: what exists
  kube::Task<> look(Place place);
  kube::Task<bool> list_place(Place place);
  kube::Task<> check_namespace(std::string name);
  void note_existing(const Json::Value& live);
  void note_unknown(const Place& place, const std::string& name, const kube::ApiError& error);

  // claims.cpp: on what terms
  Result<Claim> claim(const manifest::Manifest& manifest) const;
  Result<Claim> claim_on(const manifest::Manifest& manifest, const Json::Value& live) const;

  // applier.cpp: one object from beginning to end
  kube::Task<> apply_now(const manifest::Manifest* manifest);
  kube::Task<Sent> deliver(Delivery delivery);
  kube::Task<bool> see_live(Delivery* delivery);
  kube::Task<> settle_race(Delivery delivery, kube::Applied applied);

  // send.cpp
  kube::Task<Sent> send(Delivery delivery, kube::Force force, Guard guard);
  kube::Task<Sent> contend(Delivery delivery, Sent refused);
  kube::Task<Sent> contend_unseen(Delivery delivery, Sent refused);
  kube::Task<kube::ApiResult<Json::Value>> take_from_kubectl(Delivery delivery);
  kube::Task<> release(Delivery delivery, std::string uid);

  // recreate.cpp
  kube::Task<> recreate(Delivery delivery, kube::ApiError refused);
  kube::Task<kube::ApiResult<bool>> would_be_taken(Delivery delivery);
  kube::Task<bool> delete_for_good(Delivery delivery);
  kube::Task<bool> await_absence(Delivery delivery);
  void note_immutable(const manifest::Manifest& manifest, const kube::ApiError& error,
                      const std::string& way_out);

  // removal.cpp
  kube::Task<> remove_now(decision::InventoryItem item);
  kube::Task<> let_go_now(decision::InventoryItem item);
  kube::Task<kube::ApiResult<Json::Value>> remove_or_look(decision::InventoryItem item,
                                                          kube::Resource resource);
  void forget(const ObjectKey& key);

  // notes.cpp: what becomes of the report
  void note_loss(const kube::ApiError& error);  // of the cluster, if it is one
  void note_failure(const manifest::Manifest& manifest, const kube::ApiError& error);
  void note_not_found(const manifest::Manifest& manifest, const kube::ApiError& error);
  void note_verdict(const manifest::Manifest& manifest, const Error& error);
  void note_sent(const manifest::Manifest& manifest, const Sent& sent);

  kube::Client& client_;
  const Order& order_;
  std::string id_;
  decision::Inventory& inventory_;
  Report& report_;
  kube::Semaphore turns_;
  kube::Discovery discovery_;
  bool stale_discovery_ = false;
  bool only_looks_ = false;
  std::map<ObjectKey, Json::Value>
      existing_;                        // metadata of objects that stand where we want a new one
  std::map<ObjectKey, Error> unknown_;  // nobody could say what stands there
  std::set<ObjectKey> unseen_;          // we may not look; the server decides
  std::set<std::string> missing_namespaces_;
  std::set<std::string> coming_namespaces_;        // the cluster's manifests have them
  std::map<std::string, Error> namespace_faults_;  // could not be made
};

// True if somebody else has written fields of the object itself (a status does not count).
bool has_other_managers(const Json::Value& live);
// True if another applier than kubectl has a claim on fields of the object itself.
bool has_other_appliers(const Json::Value& live);

// Why an object that stands there is not applied: it is nobody's that we know, or of that applyset.
Error not_ours();
Error of_another(const std::string& owner);

}  // namespace flotilla::member
