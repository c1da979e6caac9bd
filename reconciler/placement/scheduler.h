#pragma once

#include "reconciler/placement/capacity.h"
#include "reconciler/placement/policy.h"
#include "reconciler/placement/schedule.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

// Which clusters get an object and how many replicas each (karmada-semantics 11).
namespace flotilla::placement {

// What of a template matters to the scheduler.
struct Subject {
  std::string api_version;
  ObjectKey key;
  std::string uid;  // metadata.uid if the template has one: decides ties (11.9)
  std::int64_t replicas = 0;
  bool has_requirements = false;  // replicaRequirements is set
  Demand demand;                  // of one replica
  std::vector<interpreter::Component> components;
  std::vector<ComponentDemand> component_demands;  // one for each of `components`
  // workloadAffinityGroups: "<key>=<value>", empty if the template has no such label.
  std::string affinity_group;
  std::string anti_affinity_group;
  // The repository itself brings the CRD, so a cluster that does not list the API yet will.
  bool brings_api = false;

  bool is_workload() const { return replicas > 0 || has_requirements || !components.empty(); }
};

// Why it came out so: filled while deciding, for `explain`.
struct Trace {
  struct Cluster {
    std::string name;
    std::string refused;  // the reason of the first filter that refused it, empty if it passed
    std::int64_t score = 0;
    std::optional<std::int64_t> available;  // by the estimators, without what it holds already
    int overflow_tier = 0;
    std::string group;  // its region (or zone, ...) if groups were chosen
    bool selected = false;
    std::optional<std::int64_t> weight;  // in the division
    std::optional<std::int64_t> before;  // replicas of the previous decision
    std::optional<std::int64_t> replicas;
  };
  struct Group {
    std::string name;
    std::int64_t score = 0;
    std::vector<std::string> clusters;
    bool selected = false;
  };
  struct Term {
    std::string affinity_name;
    std::string outcome;  // "Success", or the error text
  };
  bool needed = true;  // 11.2; false: the previous decision stands
  std::string why;     // "placement changed", "replicas changed", "rescheduling was asked for", ...
  std::string mode;    // "Duplicated", "StaticWeight", "DynamicWeight Steady scale up", ...
  std::vector<Cluster> clusters;  // sorted by name; of the term that was tried last
  std::vector<Group> groups;      // in the order of selection, empty if there were none
  std::vector<Term> terms;        // in the order tried
};

struct Request {
  const Subject* subject = nullptr;
  const Placement* placement = nullptr;
  const Schedule* previous = nullptr;   // nullptr: never scheduled
  std::string reschedule_triggered_at;  // RFC 3339, empty: not asked
  std::vector<std::string> evicting;    // fromCluster of the gracefulEvictionTasks
  std::string now;                      // RFC 3339: becomes lastScheduledTime
  Trace* trace = nullptr;               // filled if set
};

struct SchedulerOptions {
  // Quirks that Karmada's register (27) keeps: maxGroups 0 selects nothing (Q2), spread by zone,
  // provider and label does not select (Q7), no room is kept for the other bindings of the pass.
  bool karmada = false;
};

// One pass over the bindings of a fleet. What it decides depends on the clusters, the requests and
// their order, and on nothing else; results of one call take room from the next (12.6) and are seen
// by the affinity groups of the next (11.4).
class Scheduler {
 public:
  // `clusters` are the members, sorted by name, with their observed status; they must outlive the
  // scheduler.
  Scheduler(const std::vector<overrides::Cluster>& clusters, SchedulerOptions options);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  Capacity& capacity();

  // Tells where a binding stood before, so that the affinity groups of the others see it.
  // schedule() replaces what was told of the same object.
  void place(const Subject& subject, const std::vector<TargetCluster>& clusters);

  // Never fails: what went wrong is in `reason` and `message`, in Karmada's words.
  Schedule schedule(const Request& request);

  // The number of calls whose result took room from others: those cannot be left out of a pass.
  std::size_t promises() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flotilla::placement
