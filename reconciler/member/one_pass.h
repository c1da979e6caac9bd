#pragma once

#include "reconciler/decision/order.h"
#include "reconciler/member/applier.h"
#include "reconciler/member/memory.h"
#include "reconciler/member/mirror.h"
#include "reconciler/member/pass.h"

#include <string>
#include <vector>

namespace flotilla::member {

inline Error error(Code code, std::string message) {
  Error error;
  error.code = code;
  error.message = std::move(message);
  return error;
}

// How much of what is remembered of a cluster may be relied on.
enum class Reliance {
  nothing,  // everything is read
  watches,  // what is watched is known as long as the watches run
  all       // everything was looked at a moment ago
};

// One pass on one cluster: read what is not known, plan, apply what may go now, prune, report.
class Pass {
 public:
  Pass(kube::Client& client, Mirror& mirror, Memory& memory, const decision::ApplyOrder& sequence,
       const HoldWatch& watch, const Order& order, Reliance reliance);
  kube::Task<Report> run();

 private:
  // one_pass.cpp
  kube::Task<> connect();
  bool wants_discovery() const;
  kube::Task<> discover();
  kube::Task<> read_parent();
  bool parent_is_ours();
  bool has_heir() const;
  // Where to look, and of which kinds something is wanted or known to be ours.
  struct Reach {
    std::set<GroupKind> kinds;
    std::set<GroupKind> concerned;
    std::set<std::string> namespaces;
  };
  Reach reach();
  kube::Task<> read_inventory();
  void take_stock();
  const decision::Inventory& remembered();
  void finish();
  void recall_unread();
  void remember();

  // changes.cpp
  kube::Task<> change();
  std::vector<const manifest::Manifest*> sort_out(
      const std::vector<const manifest::Manifest*>& planned);
  bool is_beyond_reach(const manifest::Manifest& manifest);
  const ObjectKey* definition_of(const GroupKind& kind) const;
  bool is_refused_still(const manifest::Manifest& manifest);
  Refusals::Attempt attempt_of(const manifest::Manifest& manifest) const;
  bool leaves_drift(const manifest::Manifest& manifest);
  void note_drift(const manifest::Manifest& manifest, std::vector<manifest::LostField> fields,
                  bool corrects);
  kube::Task<> apply(std::vector<const manifest::Manifest*> wanted);
  kube::Task<> apply_round(std::vector<const manifest::Manifest*> round);
  kube::Task<> send(std::vector<const manifest::Manifest*> batch);
  decision::Progress progress(const ObjectKey& key) const;
  void note_blocked(const decision::ApplyOrder::Round& round);
  void note_outcome(const manifest::Manifest& manifest);
  kube::Task<> extend_parent(std::vector<const manifest::Manifest*> manifests);
  kube::Task<> shrink_parent();
  kube::Task<> store_parent(std::set<GroupKind> kinds);

  // only_look.cpp
  kube::Task<> see_hold();
  void note_suspended();
  void note_paused(const ObjectKey& key, const std::string& more);
  kube::Task<> only_look();
  void foresee(const manifest::Manifest& manifest);
  void foresee_deletions(const decision::Plan& plan);

  // prune.cpp
  kube::Task<> prune(const decision::Plan& plan);
  std::optional<std::string> replacement_on_its_way(const decision::InventoryItem& item);
  void note_left(const decision::Plan& plan);
  kube::Task<> let_go(const decision::Plan& plan);

  const manifest::Manifest* wanted(const ObjectKey& key) const;
  std::string now() const;

  kube::Client& client_;
  Mirror& mirror_;
  Memory& memory_;
  const decision::ApplyOrder& sequence_;
  const HoldWatch& hold_watch_;
  const Order& order_;
  bool parent_read_ = false;  // in this pass
  const decision::ClusterWork& work_;
  Reliance reliance_;
  std::string id_;
  decision::Inventory inventory_;
  std::shared_ptr<const decision::Inventory> remembered_;  // once it was asked for
  bool stock_taken_ = false;                               // inventory_ is whole
  Report report_;
  Applier applier_;
  // This pass's business: what is planned and not there yet.
  std::map<ObjectKey, const manifest::Manifest*> missing_;
};

}  // namespace flotilla::member
