#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace flotilla::tests {

// What may go wrong between a client and an API server.
enum class Injection {
  reset_connection,  // a RST before TLS begins; of all conditions only how often counts
  reset_request,     // a RST once the request is read; the server never sees it
  lost_answer,       // the server does what was asked, and a RST comes instead of its answer
  reset_answer,      // a RST in the middle of the answer's body
  half_answer,       // the same, by an end in the middle: no RST, no TLS goodbye
  hang,              // never an answer; the server does not see the request
  stall,             // half of the answer, and then nothing more
  slow_answer,       // the whole answer, in small pieces with pauses
  status,            // an answer of ours instead; the server does not see the request
  watch_expired      // to a watch: 200, and an ERROR event with 410
};

struct FaultRule {
  Injection injection = Injection::reset_request;
  // Which requests.
  std::string method = {};  // empty: any
  std::string target = {};  // part of path and query
  enum class Watches { any, only, none } watches = Watches::any;
  // Which of those: not the first `skip`, then every nth, with this probability, `times` in all.
  int skip = 0;
  int every = 1;
  double probability = 1;
  int times = -1;  // -1: always
  // Of Injection::status: 401, 409, 410, 429, 500, 503, ...
  int status = 503;
  int retry_after = 0;  // seconds; 0: not said
  // Of Injection::slow_answer.
  std::size_t piece = 8;
  std::chrono::milliseconds pause{20};
};

struct FaultProxyOptions {
  std::string upstream;  // https://127.0.0.1:port
  std::string upstream_ca_pem;
  std::uint64_t seed = 1;  // of the probabilities
};

// A proxy with TLS and a certificate of its own before one API server on loopback, real or
// simulated: passes HTTP/1.1 on, watches included, and injects faults by rules. A client that looks
// into it needs its url() and ca_pem(), and the server's own credential.
class FaultProxy {
 public:
  explicit FaultProxy(FaultProxyOptions options);
  ~FaultProxy();
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  std::string url() const;  // https://127.0.0.1:port, chosen by the system
  std::string ca_pem() const;

  // The first rule that fits a request is the one. What is being done already is not touched. Safe
  // from any thread, as all that follows.
  void set_rules(std::vector<FaultRule> rules);
  // Ends all connections where they are, as a server that dies.
  void drop_connections();

  std::size_t requests() const;  // read so far, also those with a fault
  std::size_t injected() const;
  std::map<std::string, std::size_t> counts() const;  // "hang", "status 429": how many

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flotilla::tests
