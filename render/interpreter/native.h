#pragma once

#include "render/interpreter/types.h"

#include <cstdint>
#include <string_view>
#include <vector>

// Karmada's built-in rules of the kinds that every cluster has (karmada-semantics 14.1), and what
// they are made of. Pure; `now` is RFC 3339 where a rule writes a time.
namespace flotilla::interpreter::native {

// The list of kinds per operation is exact: apiVersion and kind must both fit.
bool has(Operation operation, std::string_view api_version, std::string_view kind);

// Each of these is asked only where has() is true; a field of a wrong type is an error.
Result<Replicas> replicas(const Json::Value& object);
// Sets the number, also where the template omits the field.
Result<Json::Value> revise(Json::Value object, std::int64_t replicas);
Result<Json::Value> retain(Json::Value desired, const Json::Value& observed);
Result<Json::Value> reflect(const Json::Value& live);  // null: nothing to show
Result<Json::Value> aggregate(Json::Value object, const std::vector<StatusItem>& items,
                              std::string_view now);
Result<bool> is_healthy(const Json::Value& live);
Result<std::vector<Reference>> dependencies(const Json::Value& object);  // sorted, each once

// The API server's defaults that interpretation needs (26.3): replicas 1, parallelism, completions,
// Service type, ... for the native kinds. For looking at, never for applying.
void set_defaults(Json::Value& object);
// Whether set_defaults would change it; objects of an API server never lack them.
bool lacks_defaults(const Json::Value& object);

// ReplicaRequirements of a pod template (section 13) in their JSON shape; null if it asks for
// nothing.
Result<Json::Value> pod_requirements(const Json::Value& pod_template);
// What a pod template refers to (14.1 GetDependencies), as objects of `namespace_`; sorted, each
// once.
Result<std::vector<Reference>> pod_dependencies(const Json::Value& pod_template,
                                                std::string_view namespace_);

}  // namespace flotilla::interpreter::native
