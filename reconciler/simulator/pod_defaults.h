#pragma once

#include "render/document/tree.h"

namespace flotilla::simulator {

// Puts `value` under `key` if nothing or null is there.
void otherwise(Json::Value& map, const char* key, Json::Value value);
// The map under `key`, made if it is not there.
Json::Value& inner(Json::Value& map, const char* key);

// What a server fills into a pod's spec, and into the pod template of a workload's spec.
void pod_defaults(Json::Value& spec);
void template_defaults(Json::Value& spec);

}  // namespace flotilla::simulator
