#include "render/interpreter/load_balancer.h"
#include "render/interpreter/native_rules.h"

#include <initializer_list>
#include <set>

// Statuses of which the most telling one counts, and addresses, which are collected.
namespace flotilla::interpreter::native {

namespace {

// The first of `precedence` that any member is in. A member that has said nothing yet is Pending.
std::string leading_phase(const Aggregation& all, std::initializer_list<const char*> precedence) {
  std::set<std::string> phases;
  for (const Member& member : all.members)
    phases.insert(member.status ? member.status->at("phase").text() : "Pending");
  for (const char* phase : precedence)
    if (phases.contains(phase)) return phase;
  return {};
}

void collect_containers(Json::Value& status, const char* field, const Aggregation& all) {
  for (const Member& member : all.members) {
    if (!member.status) continue;
    for (const Field& container : member.status->at(field).items()) {
      Json::Value kept(Json::objectValue);
      kept["ready"] = container.at("ready").truth();
      put(kept, "state", container.at("state").map());
      status[field].append(kept);
    }
  }
}

// With an address per member; a status says nothing else.
Json::Value balancer_status(std::vector<Address> addresses) {
  Json::Value status(Json::objectValue);
  status["loadBalancer"] = to_json(merge(std::move(addresses)));
  return status;
}

std::vector<Address> all_addresses(const Aggregation& all) {
  std::vector<Address> addresses;
  for (const Member& member : all.members)
    if (member.status) read_addresses(*member.status, addresses);
  return addresses;
}

}  // namespace

// An empty list of members empties the status (28); nothing else of it is kept either.
std::optional<Json::Value> aggregate_pod(const Aggregation& all) {
  Json::Value status(Json::objectValue);
  put(status, "phase", leading_phase(all, {"Failed", "Pending", "Running", "Succeeded"}));
  collect_containers(status, "containerStatuses", all);
  collect_containers(status, "initContainerStatuses", all);
  return status;
}

std::optional<Json::Value> aggregate_service(const Aggregation& all) {
  if (all.object.at("spec").at("type").text() != "LoadBalancer") return std::nullopt;
  return balancer_status(all_addresses(all));
}

std::optional<Json::Value> aggregate_ingress(const Aggregation& all) {
  std::vector<Address> addresses = all_addresses(all);
  for (Address& address : addresses) address.ip_mode = std::nullopt;  // an Ingress has none
  return balancer_status(std::move(addresses));
}

std::optional<Json::Value> aggregate_volume(const Aggregation& all) {
  Json::Value status(Json::objectValue);
  put(status, "phase", leading_phase(all, {"Failed", "Pending", "Available", "Bound", "Released"}));
  return status;
}

std::optional<Json::Value> aggregate_claim(const Aggregation& all) {
  std::string phase = "Bound";
  for (const Member& member : all.members) {
    if (!member.status) continue;
    const std::string found = member.status->at("phase").text();
    if (found != "Bound") phase = found;
    if (found == "Lost") break;
  }
  Json::Value status(Json::objectValue);
  put(status, "phase", phase);
  return status;
}

}  // namespace flotilla::interpreter::native
