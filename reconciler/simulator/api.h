#pragma once

#include "reconciler/http/server.h"
#include "reconciler/simulator/world.h"

namespace flotilla::simulator {

// Answers one request. Locks the world itself.
http::Response answer(World& world, const http::Request& request);

}  // namespace flotilla::simulator
