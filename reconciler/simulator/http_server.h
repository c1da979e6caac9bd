#pragma once

#include "render/base/result.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// An HTTPS server on one thread of its own, with answers that may go on for ever.
namespace flotilla::simulator {

struct HttpRequest {
  std::string method;
  std::string path;
  std::string target;                          // path and query as they came
  std::map<std::string, std::string> query;    // decoded
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  bool too_large = false;  // the body went over the limit and was dropped
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

struct HttpResponse {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::shared_ptr<Stream> stream;  // used instead of body
};

class HttpServer {
 public:
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  struct Certificate {
    std::string chain_pem;
    std::string key_pem;
  };

  // Listens on 127.0.0.1 at `port`, 0: one that the system chooses.
  static Result<std::unique_ptr<HttpServer>> start(std::uint16_t port,
                                                   const Certificate& certificate, Handler handler);
  ~HttpServer();  // closes every connection

  std::uint16_t port() const;
  // While on, requests are read and not answered, and streams are silent.
  void hang(bool on);

 private:
  struct State;
  explicit HttpServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace flotilla::simulator
