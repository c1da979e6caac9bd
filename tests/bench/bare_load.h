#pragma once

#include "tests/support/kube_call.h"

#include <cstddef>
#include <string>
#include <vector>

namespace flotilla::bench {

struct BareRequest {
  std::string path;  // with its query
  std::string body;
};

// Server-side applies of ready-made bodies, as fast as libcurl's multi interface sends them over
// HTTP/1.1 with `in_flight` connections that stay open: what an API server can take from one
// client. The answers are thrown away. Returns how many were no success.
std::size_t apply_all(const tests::KubeEndpoint& server, const std::vector<BareRequest>& requests,
                      std::size_t in_flight);

}  // namespace flotilla::bench
