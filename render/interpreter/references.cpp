#include "render/interpreter/references.h"

#include "render/document/json.h"

#include <algorithm>
#include <tuple>

namespace flotilla::interpreter {

namespace {

tl::unexpected<Error> wrong(const std::string& place, const std::string& what) {
  return fail(Code::invalid, place + " " + what);
}

Result<std::string> text_field(const Json::Value& map, const char* name, const std::string& place) {
  const Json::Value* value = find(map, name);
  if (value == nullptr || value->isNull()) return std::string();
  if (!value->isString())
    return wrong(place + "." + name, "is " + std::string(type_name(*value)) + ", want a text");
  return value->asString();
}

Result<void> check_requirement(const Json::Value& requirement, const std::string& place) {
  if (get_string(requirement, "key").empty()) return wrong(place, "has no key");
  const std::string op = get_string(requirement, "operator");
  const Json::Value* values = find(requirement, "values");
  if (values != nullptr && !values->isArray() && !values->isNull())
    return wrong(place + ".values", "is " + std::string(type_name(*values)) + ", want a list");
  const bool some = values != nullptr && !values->empty();
  if (op == "In" || op == "NotIn")
    return some ? Result<void>() : wrong(place, "is " + op + " without values");
  if (op == "Exists" || op == "DoesNotExist")
    return some ? wrong(place, "is " + op + " and has values") : Result<void>();
  return wrong(place + ".operator", "is \"" + op + "\", want In, NotIn, Exists or DoesNotExist");
}

Result<void> check_selector(const Json::Value& selector, const std::string& place) {
  if (!selector.isObject())
    return wrong(place, "is " + std::string(type_name(selector)) + ", want a map");
  const Json::Value* labels = find(selector, "matchLabels");
  if (labels != nullptr && !labels->isNull()) {
    if (!labels->isObject())
      return wrong(place + ".matchLabels",
                   "is " + std::string(type_name(*labels)) + ", want a map");
    for (auto entry = labels->begin(); entry != labels->end(); ++entry)
      if (!entry->isString())
        return wrong(place + ".matchLabels." + entry.name(),
                     "is " + std::string(type_name(*entry)) + ", want a text");
  }
  const Json::Value* expressions = find(selector, "matchExpressions");
  if (expressions == nullptr || expressions->isNull()) return {};
  if (!expressions->isArray())
    return wrong(place + ".matchExpressions",
                 "is " + std::string(type_name(*expressions)) + ", want a list");
  for (Json::ArrayIndex i = 0; i < expressions->size(); ++i)
    TRY(check_requirement((*expressions)[i],
                          place + ".matchExpressions[" + std::to_string(i) + "]"));
  return {};
}

Result<Reference> read_reference(const Json::Value& value, const std::string& place) {
  if (!value.isObject())
    return wrong(place, "is " + std::string(type_name(value)) + ", want a map");
  Reference reference;
  TRY_ASSIGN(reference.api_version, text_field(value, "apiVersion", place));
  TRY_ASSIGN(reference.kind, text_field(value, "kind", place));
  TRY_ASSIGN(reference.namespace_, text_field(value, "namespace", place));
  TRY_ASSIGN(reference.name, text_field(value, "name", place));
  const Json::Value* selector = find(value, "labelSelector");
  if (selector != nullptr && reference.name.empty()) reference.label_selector = *selector;
  return reference;
}

auto key(const Reference& reference) {
  return std::make_tuple(reference.api_version, reference.kind, reference.namespace_,
                         reference.name, canonical_json(reference.label_selector));
}

std::string place_of(std::size_t index) { return "dependencies[" + std::to_string(index) + "]"; }

}  // namespace

Json::Value tree_of(const Reference& reference) {
  Json::Value tree(Json::objectValue);
  tree["apiVersion"] = reference.api_version;
  tree["kind"] = reference.kind;
  if (!reference.namespace_.empty()) tree["namespace"] = reference.namespace_;
  if (!reference.name.empty()) tree["name"] = reference.name;
  if (!reference.label_selector.isNull()) tree["labelSelector"] = reference.label_selector;
  return tree;
}

Result<std::vector<Reference>> read_references(const Json::Value& list) {
  if (!list.isArray())
    return fail(Code::invalid,
                "the dependencies are " + std::string(type_name(list)) + ", want a list");
  std::vector<Reference> references;
  for (Json::ArrayIndex i = 0; i < list.size(); ++i) {
    TRY_ASSIGN(Reference reference, read_reference(list[i], place_of(i)));
    references.push_back(std::move(reference));
  }
  return references;
}

Result<void> validate(const std::vector<Reference>& references) {
  for (std::size_t i = 0; i < references.size(); ++i) {
    const Reference& reference = references[i];
    if (reference.api_version.empty()) return wrong(place_of(i), "has no apiVersion");
    if (reference.kind.empty()) return wrong(place_of(i), "has no kind");
    if (!reference.name.empty()) continue;
    if (reference.label_selector.isNull())
      return wrong(place_of(i), "has neither a name nor a labelSelector");
    TRY(check_selector(reference.label_selector, place_of(i) + ".labelSelector"));
  }
  return {};
}

std::vector<Reference> sorted_once(std::vector<Reference> references) {
  std::ranges::sort(references, {}, key);
  const auto doubles = std::ranges::unique(references, {}, key);
  references.erase(doubles.begin(), doubles.end());
  return references;
}

}  // namespace flotilla::interpreter
