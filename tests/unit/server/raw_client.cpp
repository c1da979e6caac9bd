#include "raw_client.h"

#include "render/base/text.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace flotilla::tests {

using Clock = std::chrono::steady_clock;

Connection::Connection(std::uint16_t port)
    : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ended_ = connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0;
}

Connection::~Connection() { close(socket_); }

bool Connection::send(const std::string& bytes) const {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

bool Connection::read_more(Clock::time_point deadline) {
  if (ended_) return false;
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  pollfd wanted{socket_, POLLIN, 0};
  if (left <= 0 || poll(&wanted, 1, static_cast<int>(left)) <= 0) return false;
  std::array<char, 16384> buffer{};
  const ssize_t count = recv(socket_, buffer.data(), buffer.size(), 0);
  ended_ = count <= 0;
  if (!ended_) read_.append(buffer.data(), static_cast<std::size_t>(count));
  return !ended_;
}

Answer Connection::receive(std::chrono::milliseconds limit, bool head) {
  const Clock::time_point deadline = Clock::now() + limit;
  while (read_.find("\r\n\r\n") == std::string::npos)
    if (!read_more(deadline)) return {};
  const std::size_t end = read_.find("\r\n\r\n");
  Answer answer;
  for (const std::string& line : split(read_.substr(0, end), '\n')) {
    const auto colon = line.find(": ");
    if (line.starts_with("HTTP/1.1 ")) answer.status = std::atoi(line.c_str() + 9);
    if (colon != std::string::npos)
      answer.headers[lower(line.substr(0, colon))] = trim(line.substr(colon + 2));
  }
  read_.erase(0, end + 4);
  if (answer.status == 100) return receive(limit, head);
  if (head) return answer;
  const auto length = std::strtoull(answer.headers["content-length"].c_str(), nullptr, 10);
  while (read_.size() < length)
    if (!read_more(deadline)) return {};
  answer.body = read_.substr(0, length);
  read_.erase(0, length);
  return answer;
}

bool Connection::ends_within(std::chrono::milliseconds limit) {
  const Clock::time_point deadline = Clock::now() + limit;
  while (read_more(deadline)) read_.clear();
  return ended_;
}

Answer ask(std::uint16_t port, const std::string& method, const std::string& path,
           const std::string& headers, const std::string& body) {
  Connection connection(port);
  std::string request = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + headers;
  if (!body.empty()) request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  connection.send(request + "\r\n" + body);
  return connection.receive(std::chrono::seconds(20), method == "HEAD");
}

}  // namespace flotilla::tests
