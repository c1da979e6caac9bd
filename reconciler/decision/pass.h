#pragma once

#include "reconciler/decision/bind.h"
#include "reconciler/decision/explain.h"
#include "reconciler/decision/faults.h"
#include "reconciler/decision/memo.h"
#include "reconciler/decision/render.h"
#include "reconciler/placement/observed_change.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace flotilla::decision {

inline bool is_quota(const ObjectKey& key) {
  return key.group.empty() && key.kind == "ResourceQuota";
}

// One pass over the templates of a commit: claim, schedule, follow dependencies, render, follow
// namespaces. Looks at those entries of the ledger alone whose inputs changed.
class Pass {
 public:
  Pass(const Snapshot& snapshot, const Previous& previous, Decider::Memo& memo,
       Explanation* explanation);
  Decision run();

 private:
  // A template that is decided in this pass.
  struct Draft {
    ObjectKey key;
    Entry* entry = nullptr;
    const placement::PropagationPolicy* policy = nullptr;
    std::optional<Binding> binding;  // not scheduled yet
    bool fixed = false;              // what was decided before stands; nothing more to do
  };

  // inputs.cpp
  Json::Value observed_of(const std::string& cluster) const;
  bool is_observed_as_before(const std::string& cluster) const;
  void follow_observed();
  void remember_observed(const std::string& cluster);
  bool sees_change(const ObjectKey& key, const Entry& entry);

  // pass.cpp
  bool sort_out();
  bool is_as_it_was(const Entry& entry, const BindingPtr& before) const;
  bool may_touch_all(const ObjectKey& key) const;
  bool name(const ObjectKey& key);
  bool unname(const ObjectKey& key);
  std::string name_of(const ObjectKey& key) const;
  bool forget(const ObjectKey& key);
  void place_all();
  void draft_room_seekers();
  Draft& draft(const ObjectKey& key, Entry& entry);
  bool find_cycles();
  void say_what_is_not_there();
  void note_what_vanished();
  Decision assemble();

  // absent.cpp
  void take_absent(const ObjectKey& key, const BindingPtr& before);
  bool stays_suspended(const ObjectKey& key, const BindingPtr& before);
  void keep_what_may_be_needed();

  // claim.cpp
  void claim(Draft& draft);
  bool waits_for_overrides(const Draft& draft, const placement::PropagationPolicy& policy);
  void say_what_waits(Draft& draft, const placement::PropagationPolicy& claimed);
  void keep(Draft& draft, const std::string& reason);
  void hold(Draft& draft, const std::string& reason);
  void hold_on_cycle(Draft& draft, const std::string& path);
  void leave(Draft& draft);
  void keep_binding(Draft& draft);
  void give_priority(Draft& draft);
  void report(Entry& entry, const ObjectKey& key, const SourceRef& where, std::string message);

  // schedule.cpp
  bool schedule_all();  // true if any took room that others may look at
  bool is_frozen(const Draft& draft) const;
  void schedule(Draft& draft, placement::Scheduler& scheduler);
  bool waits_for_cluster(const Binding& binding, const placement::Placement& placement,
                         const Binding* seen) const;
  void keep_faulty_clusters(placement::Schedule& schedule, const Binding& previous) const;
  void tell_groups(placement::Scheduler& scheduler) const;
  void tell_quotas(placement::Scheduler& scheduler) const;
  void tell_quota(const ObjectKey& key, const Entry& entry, placement::Scheduler& scheduler) const;
  void tell_promised(placement::Scheduler& scheduler) const;

  // follow.cpp
  void follow_dependencies();
  void find_dependencies(Draft& draft, std::set<ObjectKey>& affected);
  void attach(const ObjectKey& key);
  void render_all();
  Rendering rendering_of(const ObjectKey& key) const;
  void render_entry(const ObjectKey& key, Entry& entry);
  void follow_namespaces();
  void place_namespace(const ObjectKey& key, Entry& entry);

  bool asked(const ObjectKey& key) const {
    return explanation_ != nullptr && explanation_->object == key;
  }

  const Snapshot& snapshot_;
  const catalog::Catalog& catalog_;
  const Previous& previous_;
  Decider::Memo& memo_;
  Explanation* explanation_;
  bool incremental_ = false;
  bool stays_without_template_ = false;  // something does, since its policy is suspended
  bool order_changed_ = false;           // a template depends on others than before
  std::shared_ptr<const Settings> settings_;
  std::optional<Faults> faults_;
  std::vector<placement::ObservedChange> changes_;  // that decisions can see
  std::set<GroupKind> defined_;                     // kinds whose CRD is a template
  std::vector<Draft> drafts_;
  std::set<ObjectKey> touched_;  // entries taken out of the ledger's lists in this pass
  std::set<ObjectKey> removed_;  // entries that are gone, for what depended on them
  Decision decision_;
};

}  // namespace flotilla::decision
