#include "reconciler/http/listen.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

namespace flotilla::http {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

struct Place {
  std::string host;  // empty: every address
  std::uint16_t port = 0;
};

std::optional<Place> parse_place(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  Place place;
  const std::string_view digits = text.substr(colon + 1);
  const auto [end, fault] =
      std::from_chars(digits.data(), digits.data() + digits.size(), place.port);
  if (fault != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!bracketed && host.find_first_of("[]:") != std::string_view::npos) return std::nullopt;
  place.host = host;
  return place;
}

std::uint16_t port_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

// -1, and errno.
int listening_socket(const addrinfo& address) {
  const int made = socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (made < 0) return -1;
  const int on = 1;
  const int off = 0;
  setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // "::" takes IPv4 too.
  if (address.ai_family == AF_INET6) setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (bind(made, address.ai_addr, address.ai_addrlen) == 0 && listen(made, SOMAXCONN) == 0)
    return made;
  const int reason = errno;
  close(made);
  errno = reason;
  return -1;
}

Result<Addresses> addresses_of(const Place& place, const std::string& shown) {
  // Of "every address" IPv6 comes first, because it takes IPv4 too; a host without IPv6 uses the
  // other.
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_family = AF_UNSPEC;
  addrinfo* found = nullptr;
  const std::string port = std::to_string(place.port);
  const int fault =
      getaddrinfo(place.host.empty() ? "::" : place.host.c_str(), port.c_str(), &hints, &found);
  if (fault != 0)
    return fail(Code::invalid, "cannot listen on " + shown + ": " + gai_strerror(fault));
  return Addresses(found, &freeaddrinfo);
}

}  // namespace

Result<Listener> Listener::at(std::string_view address) {
  const std::string shown(address);
  const std::optional<Place> place = parse_place(address);
  if (!place)
    return fail(Code::invalid, "\"" + shown + "\" is no address to listen on, want host:port");
  TRY_ASSIGN(const Addresses addresses, addresses_of(*place, shown));
  int made = -1;
  for (const addrinfo* next = addresses.get(); next != nullptr && made < 0; next = next->ai_next)
    made = listening_socket(*next);
  if (made < 0 && place->host.empty() && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL))
    return at("0.0.0.0:" + std::to_string(place->port));
  if (made < 0)
    return fail(Code::unavailable, "cannot listen on " + shown + ": " + std::strerror(errno));
  const std::uint16_t port = port_of(made);
  const std::string host = shown.substr(0, shown.rfind(':'));
  return Listener(made, host + ":" + std::to_string(port), port);
}

Listener::Listener(Listener&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)),
      address_(std::move(other.address_)),
      port_(other.port_) {}

Listener& Listener::operator=(Listener&& other) noexcept {
  std::swap(socket_, other.socket_);
  std::swap(address_, other.address_);
  std::swap(port_, other.port_);
  return *this;
}

Listener::~Listener() {
  if (socket_ >= 0) close(socket_);
}

int Listener::release() { return std::exchange(socket_, -1); }

}  // namespace flotilla::http
