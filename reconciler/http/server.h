#pragma once

#include "render/base/result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// An HTTP server on one thread of its own, with answers that may go on for ever.
namespace flotilla::http {

struct Request {
  std::string method;
  std::string path;
  std::string target;                          // path and query as they came
  std::map<std::string, std::string> query;    // decoded
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  bool too_large = false;         // the body went over the limit and was dropped
  bool too_many_headers = false;  // they went over the limit
};

// Wakes the connection that waits for more of a stream. May be called from any thread, also when
// the connection is gone.
using Wake = std::function<void()>;

// An answer in pieces. Called on the server's thread only.
class Stream {
 public:
  virtual ~Stream() = default;
  virtual void on_open(Wake wake) = 0;
  // The next piece; empty: nothing now, wait for a wake; nullopt: the end.
  virtual std::optional<std::string> next() = 0;
};

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::shared_ptr<Stream> stream;  // used instead of body
};

struct Certificate {
  std::string chain_pem;
  std::string key_pem;
};

struct Options {
  std::string listen = "127.0.0.1:0";      // as Listener::at takes it
  std::optional<Certificate> certificate;  // none: plain HTTP
  std::size_t largest_body = std::size_t{3} << 20U;
  std::size_t most_headers = 200;
  unsigned most_connections = 4000;          // more wait in the system's queue
  std::chrono::seconds silence{0};           // a connection that is silent so long ends; 0: never
  std::chrono::milliseconds per_request{0};  // one whose request lasts longer ends; 0: never
  std::chrono::milliseconds farewell{0};     // how long the end waits for requests that have begun
};

class Server {
 public:
  // Called on the server's thread: it must not block. HEAD comes as such, and its body is not sent.
  using Handler = std::function<Response(const Request&)>;

  static Result<std::unique_ptr<Server>> start(Options options, Handler handler);
  // No new connection is taken, requests that have begun have the farewell's time, then every
  // connection is closed.
  ~Server();

  std::uint16_t port() const;
  const std::string& address() const;  // host:port, with the real port
  // While on, requests are read and not answered, and streams are silent.
  void hang(bool on);

 private:
  struct State;
  explicit Server(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace flotilla::http
