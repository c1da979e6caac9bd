#pragma once

#include "reconciler/simulator/kinds.h"
#include "render/document/tree.h"

#include <cstdint>
#include <string>
#include <vector>

namespace flotilla::simulator {

// Fills in what a real server fills in for this kind when the object does not say it.
void set_defaults(const Kind& kind, const Schema& schema, Json::Value& object);

// What happens only when the object is created: cluster IPs, protection finalizers, selectors of
// Jobs. `serial` numbers the addresses.
void set_creation_defaults(const Kind& kind, Json::Value& object, std::uint64_t serial);

// Drops undeclared fields; their paths ("spec.zzz") are returned.
std::vector<std::string> prune_unknown(Json::Value& object, const Schema& schema);

}  // namespace flotilla::simulator
