#pragma once

#include "reconciler/server/hooks.h"
#include "reconciler/server/pushes.h"
#include "render/base/result.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

// The controller's HTTP server: GET /metrics, /healthz, /readyz; POST /hooks/<kind>.
namespace flotilla::server {

struct ServerOptions {
  std::string listen;                  // host:port, ":8080", "[::1]:8080"; port 0: any
  std::filesystem::path certificate;   // PEM, with its chain; empty: plain HTTP
  std::filesystem::path key;           // PEM, of the certificate
  std::filesystem::path hook_secrets;  // folder; empty: no webhook is taken
  unsigned most_connections = 200;
  std::chrono::seconds silence{10};
  std::chrono::milliseconds per_request{30'000};
  std::chrono::milliseconds farewell{2'000};
};

// Called on the server's thread: they must not block, and must be safe from any thread until the
// server has ended.
struct Questions {
  // Empty: yes. Otherwise why not, on one line that anybody may read.
  std::function<std::string()> why_not_alive;
  std::function<std::string()> why_not_ready;
  InterestIn interest;
  // Something is to be fetched; ask for it by take_pushes(). Not called again until they were
  // taken.
  std::function<void()> on_push;
};

class HttpServer {
 public:
  // Fails if the address is taken or none (`unavailable`, `invalid`), or certificate or key are of
  // no use (`invalid`).
  static Result<std::unique_ptr<HttpServer>> start(ServerOptions options, Questions questions);
  // Requests that have begun are answered, for as long as the farewell lasts.
  ~HttpServer();

  std::string address() const;  // host:port, with the real port
  std::vector<Push> take_pushes();

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace flotilla::server
