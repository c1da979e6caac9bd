#include "render/interpreter/scripts.h"

#include "render/document/json.h"
#include "render/document/quantity.h"
#include "render/interpreter/kube_module.h"
#include "render/interpreter/references.h"
#include "render/interpreter/typed.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace flotilla::interpreter {

namespace {

tl::unexpected<Error> unwanted(const char* function, const Json::Value& found,
                               const std::string& wanted) {
  return fail(Code::invalid, std::string(function) + " returned " +
                                 (found.isNull() ? "nil" : std::string(type_name(found))) +
                                 ", want " + wanted);
}

bool is_empty_table(const Json::Value& value) { return value.isArray() && value.empty(); }

// As Karmada cuts a number off to an int32.
Result<std::int64_t> count_of(const Json::Value& value, const std::string& name) {
  const double number = value.isNumeric() ? std::trunc(value.asDouble()) : 0;
  if (!value.isNumeric())
    return fail(Code::invalid, name + " is " +
                                   (value.isNull() ? "nil" : std::string(type_name(value))) +
                                   ", want a number");
  if (std::fabs(number) > std::numeric_limits<std::int32_t>::max())
    return fail(Code::invalid, name + " is beyond 32 bits");
  return static_cast<std::int64_t>(number);
}

// A quantity as a text: a script may give a number.
Result<Json::Value> quantity_of(const Json::Value& value, const std::string& name) {
  if (!value.isString() && !value.isNumeric())
    return fail(Code::invalid, name + " is " + std::string(type_name(value)) + ", want a quantity");
  const std::string text = value.isString() ? value.asString() : canonical_json(value);
  auto parsed = Quantity::parse(text);
  if (!parsed) return fail(while_doing(std::move(parsed).error(), "reading " + name));
  return Json::Value(text);
}

// ReplicaRequirements is a typed struct to Karmada.
Result<void> check_requirement_types(const Json::Value& value, const std::string& name) {
  Reading reading(value, name);
  const Field root = reading.root();
  root.at("resourceRequest").map();
  root.at("namespace").text();
  root.at("priorityClassName").text();
  const Field claim = root.at("nodeClaim");
  claim.at("nodeSelector").map_of_texts();
  claim.at("hardNodeAffinity").map();
  for (const Field& toleration : claim.at("tolerations").items()) toleration.map();
  return reading.done();
}

// ReplicaRequirements or its like; nil and an empty table ask for nothing.
Result<Json::Value> requirements_of(const Json::Value& value, const std::string& name) {
  if (value.isNull() || is_empty_table(value)) return Json::Value();
  if (!value.isObject())
    return fail(Code::invalid,
                name + " is " + std::string(type_name(value)) + ", want a table or nil");
  TRY(check_requirement_types(value, name));
  const Json::Value* request = find(value, "resourceRequest");
  if (request == nullptr) return value;
  Json::Value requirements = value;
  for (auto entry = request->begin(); entry != request->end(); ++entry) {
    TRY_ASSIGN(requirements["resourceRequest"][entry.name()],
               quantity_of(*entry, name + ".resourceRequest." + entry.name()));
  }
  return requirements;
}

Result<Component> component_of(const Json::Value& value, const std::string& place) {
  if (!value.isObject())
    return fail(Code::invalid, place + " is " + std::string(type_name(value)) + ", want a table");
  Component component;
  component.name = get_string(value, "name");
  const Json::Value* replicas = find(value, "replicas");
  const Json::Value* requirements = find(value, "replicaRequirements");
  if (replicas != nullptr) {
    TRY_ASSIGN(component.replicas, count_of(*replicas, place + ".replicas"));
  }
  if (requirements != nullptr) {
    TRY_ASSIGN(component.requirements,
               requirements_of(*requirements, place + ".replicaRequirements"));
  }
  return component;
}

// AggregatedStatusItem as its JSON has it: what is empty is not there.
Json::Value tree_of(const StatusItem& item) {
  Json::Value tree(Json::objectValue);
  tree["clusterName"] = item.cluster;
  if (!item.status.isNull()) tree["status"] = item.status;
  if (item.applied) tree["applied"] = true;
  if (!item.message.empty()) tree["appliedMessage"] = item.message;
  if (!item.health.empty()) tree["health"] = item.health;
  return tree;
}

Json::Value without_status(Json::Value object) {
  if (object.isObject()) object.removeMember("status");
  return object;
}

}  // namespace

ScriptRunner::ScriptRunner(std::function<std::int64_t()> now) : now_(std::move(now)) {
  surroundings_.modules["kube"] = kube_module();
}

Result<std::vector<Json::Value>> ScriptRunner::run(const Script& script, Operation operation,
                                                   lua::Call call) const {
  lua::Surroundings surroundings = surroundings_;
  surroundings.now = now_();
  const OperationNames& names = names_of(operation);
  call.function = names.function;
  auto results = script.program != nullptr ? lua::run(*script.program, call, surroundings)
                                           : lua::run(script.text, call, surroundings);
  if (results) return results;
  return fail(while_doing(std::move(results).error(), "running the " + std::string(names.field) +
                                                          " script of " + script.customization));
}

// An object; an empty table is one too.
Result<Json::Value> ScriptRunner::run_for_map(const Script& script, Operation operation,
                                              lua::Call call) const {
  TRY_ASSIGN(auto results, run(script, operation, std::move(call)));
  Json::Value& result = results.front();
  if (is_empty_table(result)) return Json::Value(Json::objectValue);
  if (!result.isObject()) return unwanted(names_of(operation).function, result, "a table");
  return std::move(result);
}

Result<Replicas> ScriptRunner::replicas(const Script& script, const Json::Value& object) const {
  TRY_ASSIGN(const auto results, run(script, Operation::replicas, {"", {object}, 2, {}}));
  Replicas replicas;
  TRY_ASSIGN(replicas.count, count_of(results[0], "the first result of GetReplicas"));
  TRY_ASSIGN(replicas.requirements,
             requirements_of(results[1], "the second result of GetReplicas"));
  return replicas;
}

Result<std::vector<Component>> ScriptRunner::components(const Script& script,
                                                        const Json::Value& object) const {
  TRY_ASSIGN(const auto results, run(script, Operation::components, {"", {object}, 1, {}}));
  const Json::Value& list = results.front();
  std::vector<Component> components;
  if (list.isNull()) return components;
  if (!list.isArray()) return unwanted("GetComponents", list, "a list or nil");
  for (Json::ArrayIndex i = 0; i < list.size(); ++i) {
    TRY_ASSIGN(Component component, component_of(list[i], "components[" + std::to_string(i) + "]"));
    components.push_back(std::move(component));
  }
  return components;
}

Result<Json::Value> ScriptRunner::revise(const Script& script, const Json::Value& object,
                                         std::int64_t replicas) const {
  const Json::Value count = static_cast<Json::Int64>(replicas);
  return run_for_map(script, Operation::revise, {"", {object, count}, 1, {&object}});
}

Result<Json::Value> ScriptRunner::retain(const Script& script, const Json::Value& desired,
                                         const Json::Value& observed) const {
  return run_for_map(script, Operation::retain,
                     {"", {desired, observed}, 1, {&desired, &observed}});
}

Result<Json::Value> ScriptRunner::aggregate(const Script& script, const Json::Value& object,
                                            const std::vector<StatusItem>& items) const {
  Json::Value list;
  for (const StatusItem& item : items) list.append(tree_of(item));
  const Json::Value reference = without_status(object);
  return run_for_map(script, Operation::aggregate, {"", {object, list}, 1, {&reference}});
}

Result<Json::Value> ScriptRunner::reflect(const Script& script, const Json::Value& live) const {
  return run_for_map(script, Operation::reflect, {"", {live}, 1, {}});
}

Result<bool> ScriptRunner::is_healthy(const Script& script, const Json::Value& live) const {
  TRY_ASSIGN(const auto results, run(script, Operation::health, {"", {live}, 1, {}}));
  const Json::Value& healthy = results.front();
  if (!healthy.isBool()) return unwanted("InterpretHealth", healthy, "a boolean");
  return healthy.asBool();
}

Result<std::vector<Reference>> ScriptRunner::dependencies(const Script& script,
                                                          const Json::Value& object) const {
  TRY_ASSIGN(const auto results, run(script, Operation::dependencies, {"", {object}, 1, {}}));
  if (!results.front().isArray()) return unwanted("GetDependencies", results.front(), "a list");
  return read_references(results.front());
}

}  // namespace flotilla::interpreter
