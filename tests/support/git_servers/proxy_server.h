#pragma once

#include "tests/support/git_servers/sandbox.h"

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace flotilla::testing {

// A proxy for CONNECT and SOCKS5 on the loopback. With `user_info` ("user:password") it lets nobody
// through CONNECT without it.
class ProxyServer {
 public:
  explicit ProxyServer(const std::filesystem::path& log, const std::string& user_info = "");
  ProxyServer(const ProxyServer&) = delete;
  ProxyServer& operator=(const ProxyServer&) = delete;
  ~ProxyServer();
  // "127.0.0.1:<port>"
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  // A line for each connection that was let through: "connect <port>" or "socks <port>".
  std::string log() const { return read_file(log_); }

 private:
  std::filesystem::path log_;
  int port_ = 0;
  pid_t pid_ = 0;
};

}  // namespace flotilla::testing
