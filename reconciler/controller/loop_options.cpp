#include "reconciler/controller/loop_options.h"

namespace flotilla::controller {

// Requests are limited per cluster, by the permits of its client: a limit per host would tie
// clusters behind one proxy together.
kube::Loop::Options loop_options(const Options& options) {
  kube::Loop::Options result;
  result.max_connections_per_host = 0;
  if (!options.version.empty()) result.user_agent += "/" + options.version;
  if (!options.lease.replica.empty()) result.user_agent += " (" + options.lease.replica + ")";
  return result;
}

}  // namespace flotilla::controller
