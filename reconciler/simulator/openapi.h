#pragma once

#include "reconciler/http/server.h"
#include "reconciler/simulator/world.h"

#include <optional>

namespace flotilla::simulator {

// /openapi/v2 and /openapi/v3: as much of them as kubectl needs to go on. They name the kinds and
// say nothing of their fields.
std::optional<http::Response> openapi(const World& world, const http::Request& request,
                                      const std::vector<std::string>& parts);

}  // namespace flotilla::simulator
