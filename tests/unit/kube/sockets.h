#pragma once

#include <string>
#include <thread>

// Servers that misbehave below HTTP.
namespace flotilla::test {

// A port of 127.0.0.1 on which nobody listens.
int closed_port();

class Listener {
 public:
  Listener();
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  int fd() const { return fd_; }
  int port() const;
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }

 private:
  int fd_;
};

// Takes connections and never says anything: the kernel accepts for it.
using SilentServer = Listener;

// Reads a request and closes the connection.
class ClosingServer {
 public:
  ClosingServer();
  ~ClosingServer();
  ClosingServer(const ClosingServer&) = delete;
  ClosingServer& operator=(const ClosingServer&) = delete;
  std::string url() const { return listener_.url(); }

 private:
  Listener listener_;
  std::jthread thread_;
};

}  // namespace flotilla::test
