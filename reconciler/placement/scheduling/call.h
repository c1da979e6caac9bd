#pragma once

#include "reconciler/placement/scheduler.h"
#include "reconciler/placement/scheduling/rules.h"
#include "reconciler/placement/scheduling/seats.h"

#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

// One binding on its way through the scheduler: what filters, selection and division share.
namespace flotilla::placement {

// Why nothing came out: a reason and message of the condition Scheduled (karmada-semantics 11.3).
struct Unplaced {
  std::string_view reason;
  std::string message;
};
inline constexpr std::string_view no_cluster_fit = "NoClusterFit";
inline constexpr std::string_view unschedulable = "Unschedulable";
inline constexpr std::string_view scheduler_error = "SchedulerError";

template <class T>
using Placed = tl::expected<T, Unplaced>;

inline tl::unexpected<Unplaced> unplaced(std::string_view reason, std::string message) {
  return tl::unexpected<Unplaced>(Unplaced{reason, std::move(message)});
}

// A cluster that passed the filters (11.6).
struct Feasible {
  std::size_t cluster = 0;  // by index, which is the order of names
  int tier = 0;             // overflowOrder
  std::int64_t score = 0;
  std::int64_t room = 0;  // A: what the estimators say, 0 where nobody asked them
  std::int64_t held = 0;  // what the binding has there already

  std::int64_t available() const { return room + held; }  // V
};

// Global order: the tier ascending, the score and V descending, the name ascending.
bool operator<(const Feasible& a, const Feasible& b);

struct Assigned {
  std::size_t cluster = 0;
  std::int64_t replicas = 0;
};

struct Call {
  const Fleet* fleet = nullptr;
  const Request* request = nullptr;
  const Rules* rules = nullptr;
  const std::vector<char>* having_api = nullptr;

  bool fresh = false;    // rescheduling was asked for
  bool assigns = false;  // replicas are assigned to the clusters (11.8)
  bool in_sets = false;  // scheduled as sets of components (12.5)
  // What is to be placed when room counts: replicas, or one set of components.
  std::int64_t need = 0;
  TieOrder ties = TieOrder::ascending;

  // Where it stood before.
  std::vector<std::size_t> targets;  // in the order of the previous decision, without those gone
  std::vector<char> is_target;       // by cluster
  std::vector<std::int64_t> held;    // by cluster: replicas, or sets of components
  std::vector<char> evicting;        // by cluster; empty: none

  const Subject& subject() const { return *request->subject; }
  const Placement& placement() const { return *request->placement; }
  Trace* trace() const { return request->trace; }
  bool is_divided() const { return placement().is_divided(); }
  bool is_dynamic() const {
    return is_divided() && placement().replicas->division != Division::static_weight;
  }
};

}  // namespace flotilla::placement
