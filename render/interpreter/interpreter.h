#pragma once

#include "render/document/object.h"

#include <cstdint>
#include <optional>
#include <string_view>

// What a kind means (karmada-semantics 14.1). The native rules of the kinds every cluster has;
// other kinds have no replicas, are healthy once they exist, and reflect their whole status.
namespace flotilla::interpreter {

// spec.replicas or spec.parallelism of the workload kinds, 1 where omitted (26.3); nullopt for
// kinds without replicas.
std::optional<std::int64_t> replicas_of(const Json::Value& object);

enum class Health { unknown, healthy, unhealthy };
std::string_view to_string(
    Health health);  // "Unknown", "Healthy", "Unhealthy", as in a ResourceBinding

// InterpretHealth on a live object.
Health health_of(const Json::Value& live);

// ReflectStatus: the part of a live object's status that the binding shows; null for kinds that
// have none.
Json::Value reflect_status(const Json::Value& live);

// False for kinds whose status never says anything (ConfigMap, Secret, RBAC, ...): their metadata
// is all one needs to read.
bool has_status(const GroupKind& kind);

// kstatus (gitops-practice 4.1): true if the live object has reached what its spec asks for. Used
// to wait between stages.
bool is_current(const Json::Value& live);

}  // namespace flotilla::interpreter
