#pragma once

#include "reconciler/member/inventory.h"
#include "reconciler/member/pass.h"

#include <map>
#include <set>
#include <string>

namespace flotilla::member {

// Applies single objects for a pass and writes what became of each into the report. Lives as long
// as the pass.
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

  void use(kube::Discovery discovery) { discovery_ = std::move(discovery); }
  const kube::Discovery& discovery() const { return discovery_; }

  // The resource that serves a manifest; an error says why the cluster cannot take it.
  Result<kube::Resource> resource_of(const manifest::Manifest& manifest) const;

  // Finds out what exists already where `manifests` want something new, with as few requests as
  // that takes, and makes missing namespaces.
  kube::Task<> prepare(std::vector<const manifest::Manifest*> manifests);
  // Both wait until it is their turn, so that a pass that must stop stops at the next object
  // however many were started side by side, and no body is made long before it is sent.
  kube::Task<> apply(const manifest::Manifest* manifest);
  kube::Task<> remove(decision::InventoryItem item);
  kube::Task<> let_go(decision::InventoryItem item);

  // Called with every object of ours as a write of ours left it, and with those that are gone.
  std::function<void(const Json::Value& live)> on_live = [](const Json::Value&) {};
  std::function<void(const ObjectKey& key)> on_gone = [](const ObjectKey&) {};

  // True if the pass has to end: the cluster does not answer any more, or a newer order exists.
  bool must_stop() const { return report_.error.has_value() || order_.superseded(); }
  void lose_cluster(const kube::ApiError& error);
  void note(const manifest::Manifest& manifest, State state, const Error& error);

 private:
  struct Place {
    kube::Resource resource;
    std::string namespace_;
    std::vector<std::string> names;
  };
  kube::Task<> apply_now(const manifest::Manifest* manifest);
  kube::Task<> remove_now(decision::InventoryItem item);
  kube::Task<> look(Place place);
  kube::Task<> check_namespace(std::string name, bool in_repository);
  // On what terms an object is applied.
  struct Claim {
    std::string origin = "created";
    kube::Force force = kube::Force::no;
    bool is_new = false;          // not in the inventory
    bool expects_nothing = true;  // nothing stood there when we looked
    bool leave_replicas = false;
  };
  Result<Claim> claim(const manifest::Manifest& manifest) const;
  kube::Task<kube::ApiResult<kube::Applied>> send(const manifest::Manifest* manifest,
                                                  kube::Resource resource, Claim claim);
  kube::Task<> release(const manifest::Manifest* manifest, kube::Resource resource);
  void note_unknown(const Place& place, const std::string& name, const kube::ApiError& error);
  void note_failure(const manifest::Manifest& manifest, const kube::ApiError& error);
  void note_applied(const manifest::Manifest& manifest, const kube::Applied& applied);
  void note_existing(const Json::Value& live);

  kube::Client& client_;
  const Order& order_;
  std::string id_;
  decision::Inventory& inventory_;
  Report& report_;
  kube::Semaphore turns_;
  kube::Discovery discovery_;
  std::map<ObjectKey, Json::Value>
      existing_;                        // metadata of objects that stand where we want a new one
  std::map<ObjectKey, Error> unknown_;  // nobody could say what stands there
  std::set<std::string> missing_namespaces_;
};

}  // namespace flotilla::member
