#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

// A small HTTP(S) server for tests: a function answers each request. The port is chosen by the
// system.
namespace flotilla::test {

struct Request {
  std::string method;
  std::string path;                            // without the query, decoded
  std::string query;                           // "a=b&c=d", decoded
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  int number = 0;  // 0 for the first request to this server
};

struct Reply {
  int status = 200;
  std::string body = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::vector<std::string> pieces = {};  // sent one after another instead of `body`
  enum class Then {
    end,
    hang,
    cut
  } then = Then::end;  // after the pieces; `hang` without pieces: no answer at all
};

struct Tls {
  std::string cert_pem;
  std::string key_pem;
  std::string client_ca_pem = {};  // given: clients must show a certificate of this CA
};

class HttpFixture {
 public:
  using Answer =
      std::function<Reply(const Request&)>;  // called on the server's thread, one at a time

  explicit HttpFixture(Answer answer, Tls tls = {}, int port = 0);  // 0: the system chooses
  ~HttpFixture();
  HttpFixture(const HttpFixture&) = delete;
  HttpFixture& operator=(const HttpFixture&) = delete;

  std::string url() const;  // https://127.0.0.1:port or http://...
  std::vector<Request> requests() const;
  int most_at_once() const;  // requests being answered
  int connections() const;   // made so far

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace flotilla::test
