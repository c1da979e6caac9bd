#pragma once

#include "reconciler/decision/decide.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace flotilla::decision {

// How far an object is on a cluster.
enum class Progress {
  absent,   // not there, or not as its manifest says
  failed,   // refused, in conflict, or there and never to become ready by itself
  unready,  // there as wanted, not ready yet
  ready
};

// In which order the manifests of one cluster go. Hard edges, where one waits for another: a custom
// resource for its CustomResourceDefinition (ready), an object for its Namespace (there), a wave
// for all lower ones of its unit (ready), depends-on (ready). Everything else is a matter of rank
// within a round (manifest::applies_before) and waits for nothing.
class ApplyOrder {
 public:
  explicit ApplyOrder(const ClusterWork& work);

  struct Blocked {
    const manifest::Manifest* manifest = nullptr;
    ObjectKey on;                          // the first thing it waits for
    Progress progress = Progress::absent;  // of that
    std::string reason;  // "waits for Deployment.apps/shop/db (wave 0) to be ready"
  };
  struct Round {
    std::vector<const manifest::Manifest*> now;  // in apply order
    std::vector<Blocked> blocked;
    std::vector<Blocked> invalid;  // a cycle with its path, or a dependency that is not on this
                                   // cluster: nothing but a commit mends that
  };
  // Sorts `wanted` (some of the work's manifests) by what may be applied now.
  Round next(const std::vector<const manifest::Manifest*>& wanted,
             const std::function<Progress(const ObjectKey&)>& progress) const;

 private:
  struct Graph;
  std::shared_ptr<const Graph> graph_;
};

// "apps/namespaces/shop/Deployment/db", "/namespaces/shop/ConfigMap/one" and "/Namespace/shop"
// (config.kubernetes.io/depends-on), or "Deployment.apps/shop/db" and "Namespace/shop" (as Flotilla
// writes objects); several are parted by commas. All faults in one error.
Result<std::vector<ObjectKey>> parse_depends_on(std::string_view text);

// Cycles among all templates of a repository, each once: the templates on it, in order, the
// smallest first.
std::vector<std::vector<ObjectKey>> dependency_cycles(const catalog::Catalog& catalog);

}  // namespace flotilla::decision
