#pragma once

#include "reconciler/decision/decide.h"
#include "reconciler/kube/client.h"
#include "reconciler/member/report.h"

#include <functional>
#include <memory>
#include <string>

// One member cluster at work: read what is ours there, apply what differs, prune what is no longer
// wanted, look how it fares.
namespace flotilla::member {

struct Order {
  std::string cluster;
  std::string revision;
  std::string owner;        // names the inventory parent in flotilla-system
  std::string root_commit;  // identity of the repository; the parent records it
  std::shared_ptr<const decision::Decision> decision;
  // What the status branch remembers of each object there: its revision, whether its deletion was
  // held.
  std::shared_ptr<const decision::Inventory> remembered;
  // Gives it when it is needed, which in most passes it is not; for an order without `remembered`.
  std::function<std::shared_ptr<const decision::Inventory>()> recall;
  // Its file left the repository: when all that is ours is gone, the inventory parent goes too.
  bool leaving = false;
  // Not empty: the pass only looks, and says what it would do. Nothing is written, not even as a
  // dry run. The reason, as it is to stand in the report.
  std::string paused = {};
  // True as soon as a newer order exists: the pass then ends at the next object.
  std::function<bool()> superseded = [] { return false; };
};

// One pass from nothing, and as many more as objects wait for each other's readiness. Failures are
// in the report, per object where they are; requests are those of contract.md ("run"): where
// nothing differs, only discovery, the inventory parent and lists limited to our label.
kube::Task<Report> run_pass(kube::Client& client, Order order);

}  // namespace flotilla::member
