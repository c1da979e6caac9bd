#pragma once

#include "reconciler/placement/scheduler.h"
#include "reconciler/placement/scheduling/fleet.h"

#include <string_view>

namespace flotilla::placement {

// Why a binding has to be scheduled (karmada-semantics 11.2), the first that holds.
enum class Need {
  none,
  never_scheduled,
  placement_changed,
  replicas_changed,
  asked,            // rescheduleTriggeredAt is later than lastScheduledTime
  always,           // no workload, or duplicated
  cluster_leaving,  // a target is being deleted or is gone
};
std::string_view to_string(Need need);

// `records_sets`: a target records what each component gets. `assigns`: replicas are assigned
// (11.8).
Need need_of(const Request& request, const Fleet& fleet, bool records_sets, bool assigns);

// Rescheduling was asked for since the last success, which is what makes a division start afresh.
bool reschedule_asked(const Request& request);

// True if `a` is a later time than `b`. RFC 3339; a text that is none counts as not set, and what
// is not set is neither later nor earlier than anything.
bool is_later(std::string_view a, std::string_view b);

// True if the placement differs from the one that was applied in a way that calls for scheduling,
// `observed` being the affinity name of the last decision (11.2.1).
bool placement_changed(const Json::Value& placement, const Json::Value& applied,
                       const std::string& observed);

}  // namespace flotilla::placement
