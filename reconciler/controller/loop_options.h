#pragma once

#include "reconciler/controller/options.h"
#include "reconciler/kube/loop.h"

namespace flotilla::controller {

// For the loop that a Fleet lives on. Requests say who asks: "flotilla/<version> (<replica>)".
kube::Loop::Options loop_options(const Options& options);

}  // namespace flotilla::controller
