#pragma once

#include "reconciler/kube/client.h"
#include "reconciler/lease/replica.h"
#include "render/base/result.h"

#include <string>
#include <string_view>

// Lease objects (coordination.k8s.io/v1) of one fleet.
namespace flotilla::lease {

extern const kube::Resource leases;      // the kind
extern const kube::Resource namespaces;  // the kind

// On each Lease of a fleet: its name.
inline constexpr const char* fleet_label = "flotilla.dev/replica-of";

// "flotilla-<fleet>", and before the names of replicas "flotilla-<fleet>-". What a Lease's name
// cannot hold is replaced, with a digest of the whole so that different names stay different.
Replica::Names lease_names(std::string_view fleet, std::string_view replica);
// As a value of the label: the same for one that is valid already.
std::string label_value(std::string_view fleet);

// conflict: it is a Lease of another fleet. invalid: it has no readable duration or times.
Result<Lease> read_lease(const Json::Value& object, std::string_view fleet);

// `object` (as read; null: a new one) with what `lease` says.
Json::Value with_lease(Json::Value object, const Lease& lease, std::string_view fleet);

// Microseconds since 1970 as metav1.MicroTime, and back; nullopt: no time.
std::string micro_time(std::int64_t microseconds);
std::optional<std::int64_t> parse_micro_time(std::string_view text);

}  // namespace flotilla::lease
