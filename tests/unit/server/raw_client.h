#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

// An HTTP client that does exactly what it is told, slowly or half if need be.
namespace flotilla::tests {

struct Answer {
  int status = 0;                              // 0: none, the connection ended
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

class Connection {
 public:
  explicit Connection(std::uint16_t port);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool send(const std::string& bytes) const;  // false: the other side is gone
  // The next answer; `head`: it has no body whatever it announces.
  Answer receive(std::chrono::milliseconds limit = std::chrono::seconds(20), bool head = false);
  // True if the other side ends the connection within `limit`.
  bool ends_within(std::chrono::milliseconds limit);

 private:
  // False at the end or after the limit.
  bool read_more(std::chrono::steady_clock::time_point deadline);

  int socket_;
  std::string read_;
  bool ended_ = false;
};

// One request on a connection of its own. `headers`: lines, each with its CRLF.
Answer ask(std::uint16_t port, const std::string& method, const std::string& path,
           const std::string& headers = {}, const std::string& body = {});

}  // namespace flotilla::tests
