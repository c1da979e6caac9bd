#pragma once

#include "reconciler/http/server.h"
#include "reconciler/simulator/world.h"

#include <optional>

namespace flotilla::simulator {

// Everything that is not a resource: health, version, discovery, OpenAPI. Nothing if the path is
// none of these.
std::optional<http::Response> discover(const World& world, const http::Request& request,
                                       const std::vector<std::string>& parts);

}  // namespace flotilla::simulator
