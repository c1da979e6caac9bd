#pragma once

#include "reconciler/kube/access.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::test {

// The server that the tests of the mirror run against: an embedded one, or a real kube-apiserver.
class MirrorServer {
 public:
  static std::unique_ptr<MirrorServer> make();

  MirrorServer() = default;
  virtual ~MirrorServer() = default;
  MirrorServer(const MirrorServer&) = delete;
  MirrorServer& operator=(const MirrorServer&) = delete;

  virtual kube::Access access() const = 0;
  // Of a user who may only discover; nullopt: the server knows no such thing.
  virtual std::optional<std::string> limited_token() const = 0;
  // Paths, with their queries, that this program asked for.
  virtual std::vector<std::string> asked_by(const std::string& user_agent) const = 0;
  virtual void stop() = 0;
  virtual void start() = 0;
  virtual void hang(bool on) = 0;
};

}  // namespace flotilla::test
