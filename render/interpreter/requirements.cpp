#include "render/document/quantity.h"
#include "render/document/tree.h"
#include "render/interpreter/native.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

namespace flotilla::interpreter::native {

namespace {

// cpu in millicores, everything else in units: what Karmada counts in, so a quantity is rounded up
// before it is added to another.
using Amounts = std::map<std::string, std::int64_t>;

bool is_extended(std::string_view name) {
  const auto slash = name.find('/');
  return slash != std::string_view::npos && slash > 0 && slash + 1 < name.size() &&
         name.find('/', slash + 1) == std::string_view::npos && !name.starts_with("requests.") &&
         name.find("kubernetes.io/") == std::string_view::npos;
}

bool counts(std::string_view name) {
  return name == "cpu" || name == "memory" || name == "ephemeral-storage" || name == "pods" ||
         name.starts_with("hugepages-") || name.starts_with("attachable-volumes-") ||
         is_extended(name);
}

bool in_bytes(std::string_view name) {
  return name == "memory" || name == "ephemeral-storage" || name.starts_with("hugepages-");
}

std::int64_t saturated_sum(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return a > 0 ? std::numeric_limits<std::int64_t>::max()
               : std::numeric_limits<std::int64_t>::min();
}

tl::unexpected<Error> wrong_type(const std::string& path, const Json::Value& found,
                                 std::string_view wanted) {
  return fail(
      Code::invalid,
      std::string(path).append(" is ").append(type_name(found)).append(", want ").append(wanted));
}

// The map or list under `key`: nullptr if it is absent or null, an error if it is something else.
Result<const Json::Value*> part(const Json::Value& parent, std::string_view key,
                                Json::ValueType type, const std::string& path) {
  const Json::Value* value = find(parent, key);
  if (value == nullptr || value->isNull()) return nullptr;
  if (value->type() == type) return value;
  return wrong_type(std::string(path).append(".").append(key), *value,
                    type == Json::arrayValue ? "a list" : "a map");
}

// Adds the quantities of a ResourceList that `amounts` does not have yet.
Result<void> fill(Amounts& amounts, const Json::Value* list, const std::string& path) {
  if (list == nullptr) return {};
  for (auto entry = list->begin(); entry != list->end(); ++entry) {
    const std::string name = entry.name();
    if (!counts(name)) continue;
    const auto quantity = entry->isNull() ? Result<Quantity>(Quantity()) : quantity_of(*entry);
    if (!quantity)
      return fail(Code::invalid, std::string(path).append(".").append(name).append(": ").append(
                                     quantity.error().message));
    amounts.emplace(name, name == "cpu" ? quantity->milli_value() : quantity->value());
  }
  return {};
}

// What one container needs; a limit without a request is a request.
Result<Amounts> container_amounts(const Json::Value& container, const std::string& path) {
  Amounts amounts;
  if (!container.isObject()) return wrong_type(path, container, "a map");
  TRY_ASSIGN(const Json::Value* resources, part(container, "resources", Json::objectValue, path));
  if (resources == nullptr) return amounts;
  for (const char* key : {"requests", "limits"}) {
    const std::string inside = path + ".resources";
    TRY_ASSIGN(const Json::Value* list, part(*resources, key, Json::objectValue, inside));
    TRY(fill(amounts, list, inside + "." + key));
  }
  return amounts;
}

Result<std::vector<Amounts>> containers(const Json::Value& pod_spec, std::string_view key) {
  std::vector<Amounts> all;
  TRY_ASSIGN(const Json::Value* list, part(pod_spec, key, Json::arrayValue, "spec"));
  if (list == nullptr) return all;
  for (Json::ArrayIndex i = 0; i < list->size(); ++i) {
    const std::string path =
        std::string("spec.").append(key).append("[").append(std::to_string(i)).append("]");
    TRY_ASSIGN(Amounts amounts, container_amounts((*list)[i], path));
    all.push_back(std::move(amounts));
  }
  return all;
}

void add(Amounts& total, const Amounts& amounts) {
  for (const auto& [name, amount] : amounts) total[name] = saturated_sum(total[name], amount);
}

Result<Amounts> pod_amounts(const Json::Value& pod_spec) {
  Amounts total;
  TRY_ASSIGN(const auto together, containers(pod_spec, "containers"));
  TRY_ASSIGN(const auto before, containers(pod_spec, "initContainers"));
  TRY_ASSIGN(const Json::Value* overhead, part(pod_spec, "overhead", Json::objectValue, "spec"));
  for (const Amounts& amounts : together) add(total, amounts);
  for (const Amounts& amounts : before)
    for (const auto& [name, amount] : amounts) total[name] = std::max(total[name], amount);
  Amounts extra;
  TRY(fill(extra, overhead, "spec.overhead"));
  add(total, extra);
  return total;
}

std::string text_of(const std::string& name, std::int64_t amount) {
  if (name == "cpu") return Quantity::from_milli(amount).text();
  return Quantity(amount,
                  in_bytes(name) ? Quantity::Format::binary_si : Quantity::Format::decimal_si)
      .text();
}

Result<Json::Value> resource_request(const Json::Value& pod_spec) {
  TRY_ASSIGN(const Amounts total, pod_amounts(pod_spec));
  Json::Value request(Json::objectValue);
  for (const auto& [name, amount] : total)
    if (amount > 0) request[name] = text_of(name, amount);
  return request;
}

// affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution, nullptr if absent.
Result<const Json::Value*> required_node_affinity(const Json::Value& pod_spec) {
  const Json::Value* at = &pod_spec;
  std::string path = "spec";
  for (const char* key :
       {"affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"}) {
    TRY_ASSIGN(at, part(*at, key, Json::objectValue, path));
    if (at == nullptr) return at;
    path.append(".").append(key);
  }
  return at;
}

Result<Json::Value> node_claim(const Json::Value& pod_spec) {
  TRY_ASSIGN(const Json::Value* affinity, required_node_affinity(pod_spec));
  TRY_ASSIGN(const Json::Value* selector,
             part(pod_spec, "nodeSelector", Json::objectValue, "spec"));
  TRY_ASSIGN(const Json::Value* tolerations,
             part(pod_spec, "tolerations", Json::arrayValue, "spec"));
  Json::Value claim(Json::objectValue);
  if (affinity != nullptr) claim["hardNodeAffinity"] = *affinity;
  // A server does not store empty ones, so they are as good as absent.
  if (selector != nullptr && !selector->empty()) claim["nodeSelector"] = *selector;
  if (tolerations != nullptr && !tolerations->empty()) claim["tolerations"] = *tolerations;
  return claim;
}

}  // namespace

// priorityClassName stays out: Karmada copies it only for a gate that is off by default.
Result<Json::Value> pod_requirements(const Json::Value& pod_template) {
  if (pod_template.isNull()) return Json::Value();
  if (!pod_template.isObject()) return wrong_type("the pod template", pod_template, "a map");
  const Json::Value* spec = find(pod_template, "spec");
  if (spec == nullptr || spec->isNull()) return Json::Value();
  if (!spec->isObject()) return wrong_type("spec", *spec, "a map");

  TRY_ASSIGN(Json::Value claim, node_claim(*spec));
  TRY_ASSIGN(Json::Value request, resource_request(*spec));
  Json::Value requirements;
  if (!claim.empty()) requirements["nodeClaim"] = std::move(claim);
  if (!request.empty()) requirements["resourceRequest"] = std::move(request);
  return requirements;
}

}  // namespace flotilla::interpreter::native
