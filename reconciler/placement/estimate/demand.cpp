#include "reconciler/placement/capacity.h"
#include "reconciler/placement/estimate/capacity_status.h"
#include "render/document/tree.h"

namespace flotilla::placement {

Result<Demand> demand_of(const Json::Value& requirements, std::string namespace_) {
  Demand demand;
  demand.namespace_ = std::move(namespace_);
  if (requirements.isNull()) return demand;
  if (!requirements.isObject())
    return fail(Code::invalid, std::string("replicaRequirements is ")
                                   .append(type_name(requirements))
                                   .append(", want a map"));
  demand.has_requirements = true;
  if (std::string own = get_string(requirements, "namespace"); !own.empty())
    demand.namespace_ = std::move(own);
  demand.priority_class = get_string(requirements, "priorityClassName");
  const Json::Value* request = find(requirements, "resourceRequest");
  if (request == nullptr || request->isNull()) return demand;
  if (!request->isObject())
    return fail(
        Code::invalid,
        std::string("resourceRequest is ").append(type_name(*request)).append(", want a map"));
  std::map<std::string, std::int64_t> amounts;
  for (auto entry = request->begin(); entry != request->end(); ++entry) {
    const std::string name = entry.name();
    const auto quantity = quantity_of(*entry);
    if (!quantity)
      return fail(Code::invalid, std::string("resourceRequest.")
                                     .append(name)
                                     .append(": ")
                                     .append(quantity.error().message));
    if (const std::int64_t amount = counted(name, *quantity); amount > 0) amounts[name] = amount;
  }
  demand.resources.assign(amounts.begin(), amounts.end());
  return demand;
}

}  // namespace flotilla::placement
