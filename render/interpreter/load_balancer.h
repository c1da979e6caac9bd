#pragma once

#include "render/interpreter/typed.h"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

// status.loadBalancer.ingress of a Service or an Ingress.
namespace flotilla::interpreter::native {

struct PortStatus {
  std::int64_t port = 0;
  std::string protocol;
  std::optional<std::string> error;

  auto order() const { return std::tie(port, protocol, error); }
};

// How clients reach it from outside.
struct Address {
  std::string ip;
  std::string hostname;
  std::optional<std::string> ip_mode;  // only in a Service
  std::vector<PortStatus> ports;
};

// Appends those of `status` to `addresses`.
void read_addresses(const Field& status, std::vector<Address>& addresses);

// Sorted by hostname (none last), IP and IP mode, each once; ports by number, protocol and error,
// each once.
std::vector<Address> merge(std::vector<Address> addresses);

// A loadBalancer, with `ingress` if there is any address.
Json::Value to_json(const std::vector<Address>& addresses);

}  // namespace flotilla::interpreter::native
