#pragma once

#include "render/base/result.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

// An embedded member cluster: a small Kubernetes API over HTTPS in this process. Real servers are
// the measure; where it differs, it is wrong.
namespace flotilla::simulator {

struct Options {
  std::string name = "member";
  std::string admin_token;  // empty: a random one
  std::chrono::milliseconds reaction{
      50};  // how soon the controllers act (Deployments become ready, ...)
  bool controllers = true;
  std::string kubernetes_version = "v1.36.2";
};

// One request as the server saw it, for tests that count.
struct Request {
  std::string method;
  std::string target;  // path and query
  std::string user_agent;
  int status = 0;
};

class Simulator {
 public:
  // Listens on 127.0.0.1 at a port the system chooses (or `port`), with a certificate of a CA made
  // for it.
  static Result<std::unique_ptr<Simulator>> start(Options options);
  ~Simulator();

  std::string server_url() const;
  std::string ca_pem() const;
  std::string token() const;  // allowed everything

  // The server stops listening and closes its connections, and later comes back at the same address
  // with the same objects.
  void stop();
  Result<void> restart();
  // Accepts connections and never answers, until false.
  void hang(bool on);

  std::vector<Request> requests() const;
  void forget_requests();

 private:
  struct State;
  explicit Simulator(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// A kubeconfig with one context per member, named like it; the first is current.
struct KubeconfigEntry {
  std::string name;
  std::string server;
  std::string ca_pem;
  std::string token;
};
std::string kubeconfig(const std::vector<KubeconfigEntry>& entries);

}  // namespace flotilla::simulator
