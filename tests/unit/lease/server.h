#pragma once

#include "reconciler/kube/access.h"

#include <memory>

namespace flotilla::test {

// The cluster with the Leases: an embedded one, or a real kube-apiserver.
class LeaseServer {
 public:
  static std::unique_ptr<LeaseServer> make();
  LeaseServer() = default;
  virtual ~LeaseServer() = default;
  LeaseServer(const LeaseServer&) = delete;
  LeaseServer& operator=(const LeaseServer&) = delete;
  virtual kube::Access access() const = 0;
  virtual void hang(bool on) = 0;
};

}  // namespace flotilla::test
