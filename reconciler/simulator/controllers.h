#pragma once

#include "reconciler/simulator/world.h"

// What kube-controller-manager and the API server's own loops would do, a little later than the
// write that calls for it.
namespace flotilla::simulator {

// An object was written, or is gone: schedules what follows from that. Both want the world locked.
void rouse(World& world, const Kind& kind, const Name& name);
void rouse_erased(World& world, const Kind& kind, const Name& name);

}  // namespace flotilla::simulator
