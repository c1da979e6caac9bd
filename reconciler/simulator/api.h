#pragma once

#include "reconciler/simulator/http_server.h"
#include "reconciler/simulator/world.h"

namespace flotilla::simulator {

// Answers one request. Locks the world itself.
HttpResponse answer(World& world, const HttpRequest& request);

}  // namespace flotilla::simulator
