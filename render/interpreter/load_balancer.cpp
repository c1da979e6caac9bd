#include "render/interpreter/load_balancer.h"

#include <algorithm>

namespace flotilla::interpreter::native {

namespace {

std::optional<std::string> optional_text(const Field& field) {
  const std::string text = field.text();
  return field.present() ? std::optional(text) : std::nullopt;
}

bool equal(const PortStatus& a, const PortStatus& b) { return a.order() == b.order(); }

bool equal(const Address& a, const Address& b) {
  return a.ip == b.ip && a.hostname == b.hostname && a.ip_mode == b.ip_mode &&
         std::equal(a.ports.begin(), a.ports.end(), b.ports.begin(), b.ports.end(),
                    [](const PortStatus& x, const PortStatus& y) { return equal(x, y); });
}

bool before(const Address& a, const Address& b) {
  if (a.hostname != b.hostname)
    return b.hostname.empty() || (!a.hostname.empty() && a.hostname < b.hostname);
  if (a.ip != b.ip) return a.ip < b.ip;
  if (a.ip_mode != b.ip_mode) return a.ip_mode < b.ip_mode;
  return std::lexicographical_compare(
      a.ports.begin(), a.ports.end(), b.ports.begin(), b.ports.end(),
      [](const PortStatus& x, const PortStatus& y) { return x.order() < y.order(); });
}

void tidy_ports(std::vector<PortStatus>& ports) {
  std::sort(ports.begin(), ports.end(),
            [](const PortStatus& a, const PortStatus& b) { return a.order() < b.order(); });
  const auto same_port = [](const PortStatus& a, const PortStatus& b) { return equal(a, b); };
  ports.erase(std::unique(ports.begin(), ports.end(), same_port), ports.end());
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
  for (Address& address : addresses) tidy_ports(address.ports);
  std::sort(addresses.begin(), addresses.end(), before);
  const auto same_address = [](const Address& a, const Address& b) { return equal(a, b); };
  addresses.erase(std::unique(addresses.begin(), addresses.end(), same_address), addresses.end());
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
