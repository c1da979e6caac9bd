#pragma once

#include "reconciler/kube/task.h"
#include "render/base/result.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

namespace flotilla::kube {

// TLS and proxy facts of a peer; shared by all requests to it so that connections are reused.
struct Peer {
  std::string ca_pem;  // empty: the system's CAs
  std::string client_cert_pem;
  std::string client_key_pem;
  std::string tls_server_name;  // empty: the host of the URL
  std::string proxy_url;
  bool insecure_skip_verify = false;
  // HTTP/2 for calls too. Off: as many HTTP/1.1 connections are faster against kube-apiserver.
  // Streams use HTTP/2 where the server offers it over TLS, so that a cluster's watches share a
  // connection.
  bool http2 = false;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::map<std::string, std::string> headers;
  std::string body;
  std::shared_ptr<const Peer> peer;
  std::chrono::milliseconds timeout{30'000};  // 0: none (streams)
  // Given for a stream: called for each whole line of a 200 answer's body as it arrives; false ends
  // the request. The body is not kept.
  std::function<bool(std::string_view)> on_line;
  // A stream from which nothing came for this long ends with a timeout. 0: never.
  std::chrono::milliseconds silence{0};
  // A stream whose answer has not begun after this long ends with a timeout. 0: as silence.
  std::chrono::milliseconds answer_within{0};
  // Called when the answer begins, whatever its status; not for an answer of a proxy's tunnel.
  std::function<void()> on_answer;
  const void* group = nullptr;  // see Loop::give_up
  // An answer whose body is larger ends the request (too_large). Streams: one line of 16 MiB.
  std::size_t largest_body = std::size_t{64} << 20U;
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string>
      headers;  // names in lower case; a repeated one (Warning) is joined by '\n'
  std::string body;
};

// Ends a sleep before its time.
class Bell {
 public:
  // Nothing if nobody sleeps by it.
  void ring() {
    if (const auto end = std::exchange(on_ring_, nullptr)) end();
  }

 private:
  friend class Sleep;
  std::function<void()> on_ring_;
};

// One thread, one libcurl multi handle for calls and one for streams (a stream never delays a
// call), all clusters. Every function but post() must be called on the thread that runs it (or
// before it runs).
class Loop {
 public:
  struct Options {
    std::chrono::milliseconds connect_timeout{10'000};
    long max_connections_per_host = 32;
    std::string user_agent = "flotilla";
  };
  Loop() : Loop(Options{}) {}
  explicit Loop(Options options);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Starts a task; it lives until it ends.
  void spawn(Task<> task);
  // Runs until `task` has ended.
  void run(Task<> task);
  // Runs for as long as spawned tasks are left, or until stop().
  void run();
  // Ends run(): exchanges in flight and those that follow fail as cancelled, sleepers wake once,
  // then what still waits stays where it is and is dropped with the loop.
  void stop();

  // Hands `work` to the loop's thread. Safe from any thread; wakes the loop.
  void post(std::function<void()> work);

  Task<> sleep(std::chrono::milliseconds duration);
  // The same, or until `bell` rings.
  Task<> sleep(std::chrono::milliseconds duration, std::shared_ptr<Bell> bell);
  // Runs blocking `work` on a helper thread (a few at a time) and goes on when it has ended. The
  // loop's end waits for it.
  Task<> off_thread(std::function<void()> work);
  // One HTTP exchange; any status is a success here. Errors: unavailable (refused, reset, no such
  // host), timeout, unauthorized (TLS: the peer's certificate is wrong, expired, or not by our CA),
  // too_large, cancelled (stopped). Never holds headers or bodies in its text.
  Task<Result<HttpResponse>> send(HttpRequest request);
  // Ends the requests of a group whose answers have not begun, as if their time were over.
  void give_up(const void* group);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flotilla::kube
