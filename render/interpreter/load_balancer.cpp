#include "render/interpreter/load_balancer.h"

#include <algorithm>

namespace flotilla::interpreter::native {

namespace {

std::optional<std::string> optional_text(const Field& field) {
  const std::string text = field.text();
  return field.present() ? std::optional(text) : std::nullopt;
}

bool port_before(const PortStatus& a, const PortStatus& b) { return a.order() < b.order(); }

bool before(const Address& a, const Address& b) {
  if (a.hostname != b.hostname)
    return b.hostname.empty() || (!a.hostname.empty() && a.hostname < b.hostname);
  if (a.ip != b.ip) return a.ip < b.ip;
  if (a.ip_mode != b.ip_mode) return a.ip_mode < b.ip_mode;
  return std::ranges::lexicographical_compare(a.ports, b.ports, port_before);
}

// Sorts, and keeps the first of equals.
template <class T>
void sort_once(std::vector<T>& values, bool (*less)(const T&, const T&)) {
  std::ranges::sort(values, less);
  const auto rest =
      std::ranges::unique(values, [&](const T& a, const T& b) { return !less(a, b); });
  values.erase(rest.begin(), rest.end());
}

Json::Value to_json(const PortStatus& port) {
  Json::Value map(Json::objectValue);
  map["port"] = static_cast<Json::Int64>(port.port);
  map["protocol"] = port.protocol;
  if (port.error) map["error"] = *port.error;
  return map;
}

}  // namespace

void read_addresses(const Field& status, std::vector<Address>& addresses) {
  for (const Field& entry : status.at("loadBalancer").at("ingress").items()) {
    Address address{
        entry.at("ip").text(), entry.at("hostname").text(), optional_text(entry.at("ipMode")), {}};
    for (const Field& port : entry.at("ports").items())
      address.ports.push_back(
          {port.at("port").count(), port.at("protocol").text(), optional_text(port.at("error"))});
    addresses.push_back(std::move(address));
  }
}

std::vector<Address> merge(std::vector<Address> addresses) {
  for (Address& address : addresses) sort_once(address.ports, port_before);
  sort_once(addresses, before);
  return addresses;
}

Json::Value to_json(const std::vector<Address>& addresses) {
  Json::Value balancer(Json::objectValue);
  for (const Address& address : addresses) {
    Json::Value entry(Json::objectValue);
    put(entry, "ip", address.ip);
    put(entry, "hostname", address.hostname);
    if (address.ip_mode) entry["ipMode"] = *address.ip_mode;
    for (const PortStatus& port : address.ports) entry["ports"].append(to_json(port));
    balancer["ingress"].append(entry);
  }
  return balancer;
}

}  // namespace flotilla::interpreter::native
