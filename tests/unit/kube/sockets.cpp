#include "tests/unit/kube/sockets.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace flotilla::test {

Listener::Listener() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd_, 128) != 0) {
    throw std::runtime_error("cannot listen");
  }
}

Listener::~Listener() { ::close(fd_); }

int Listener::port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

int closed_port() { return Listener().port(); }

ClosingServer::ClosingServer()
    : thread_([this] {
        while (true) {
          const int connection = ::accept(listener_.fd(), nullptr, nullptr);
          if (connection < 0) return;
          std::array<char, 4096> buffer;
          [[maybe_unused]] const ssize_t size = ::read(connection, buffer.data(), buffer.size());
          ::close(connection);
        }
      }) {}

ClosingServer::~ClosingServer() { ::shutdown(listener_.fd(), SHUT_RDWR); }

}  // namespace flotilla::test
