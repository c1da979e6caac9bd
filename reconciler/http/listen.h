#pragma once

#include "render/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace flotilla::http {

// A socket that listens. Closed with its owner unless release() took it.
class Listener {
 public:
  // `address`: "host:port", "[::1]:8080", ":8080" (every address of this host); port 0: one that
  // the system chooses. Fails with `invalid` if it is none, else with `unavailable` and the
  // system's reason.
  static Result<Listener> at(std::string_view address);
  ~Listener();
  Listener(Listener&& other) noexcept;
  Listener& operator=(Listener&& other) noexcept;

  std::uint16_t port() const { return port_; }
  const std::string& address() const { return address_; }  // "host:port" with the real port
  int get() const { return socket_; }
  int release();  // the caller closes it

 private:
  Listener(int socket, std::string address, std::uint16_t port)
      : socket_(socket), address_(std::move(address)), port_(port) {}

  int socket_ = -1;
  std::string address_;
  std::uint16_t port_ = 0;
};

}  // namespace flotilla::http
