#include "render/interpreter/kube_module.h"

#include "render/document/quantity.h"
#include "render/interpreter/native.h"
#include "render/interpreter/references.h"

#include <cmath>

namespace flotilla::interpreter {

namespace {

using Arguments = std::vector<Json::Value>;

Result<void> want_arguments(const char* function, const Arguments& arguments, std::size_t count) {
  if (arguments.size() == count) return {};
  return fail(Code::invalid, std::string(function) + " only accepts " +
                                 (count == 1 ? "one argument" : "two arguments"));
}

tl::unexpected<Error> wrong_type(const char* function, std::size_t place, const char* wanted,
                                 const Json::Value& found) {
  return fail(Code::invalid, "bad argument #" + std::to_string(place) + " to " + function + ": " +
                                 std::string(type_name(found)) + ", want " + wanted);
}

// nil counts as zero.
Result<Quantity> quantity(const char* function, std::size_t place, const Json::Value& value) {
  if (value.isNull()) return Quantity();
  if (!value.isString()) return wrong_type(function, place, "a quantity as text", value);
  return Quantity::parse(value.asString());
}

// An empty table arrives as a list.
Result<Json::Value> pod_template(const char* function, const Json::Value& value) {
  if (value.isArray() && value.empty()) return Json::Value(Json::objectValue);
  if (!value.isObject()) return wrong_type(function, 1, "a pod template", value);
  return value;
}

Result<Json::Value> resource_add(const Arguments& arguments) {
  Quantity sum;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    TRY_ASSIGN(const Quantity term, quantity("resourceAdd", i + 1, arguments[i]));
    sum = sum + term;
  }
  return Json::Value(sum.text());
}

Result<Json::Value> resource_quantity(const Arguments& arguments) {
  TRY(want_arguments("getResourceQuantity", arguments, 1));
  TRY_ASSIGN(const Quantity amount, quantity("getResourceQuantity", 1, arguments[0]));
  const double number = amount.approximate();
  if (!std::isfinite(number) || number < 0)
    return fail(Code::invalid, "the quantity " + amount.text() + " is negative or infinite");
  return Json::Value(number);
}

Result<Json::Value> pod_requirements(const Arguments& arguments) {
  TRY(want_arguments("accuratePodRequirements", arguments, 1));
  TRY_ASSIGN(const Json::Value pod, pod_template("accuratePodRequirements", arguments[0]));
  return native::pod_requirements(pod);
}

Result<Json::Value> pod_dependencies(const Arguments& arguments) {
  TRY(want_arguments("getPodDependencies", arguments, 2));
  TRY_ASSIGN(const Json::Value pod, pod_template("getPodDependencies", arguments[0]));
  const Json::Value& space = arguments[1];
  if (!space.isNull() && !space.isString())
    return wrong_type("getPodDependencies", 2, "a namespace", space);
  TRY_ASSIGN(const auto references,
             native::pod_dependencies(pod, space.isNull() ? "default" : space.asString()));
  Json::Value list(Json::arrayValue);
  for (const Reference& reference : references) list.append(tree_of(reference));
  return list;
}

}  // namespace

lua::Module kube_module() {
  return {{"resourceAdd", resource_add},
          {"getResourceQuantity", resource_quantity},
          {"accuratePodRequirements", pod_requirements},
          {"getPodDependencies", pod_dependencies}};
}

}  // namespace flotilla::interpreter
