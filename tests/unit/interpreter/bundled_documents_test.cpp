#include "render/document/json.h"
#include "render/document/quantity.h"
#include "render/interpreter/bundled.h"
#include "render/interpreter/interpreter.h"
#include "render/interpreter/references.h"
#include "render/yaml/reader.h"
#include "tests/support/documents.h"

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

// Runs the documents of tests/tables/bundled: what each rule of a kind of another project gives.
// A document has the layout of Karmada's test data (karmada-semantics 14.5), and
// - "{{EXCLUDE}}" in the output fits anything,
// - of an object in the output (retained, revised, aggregatedStatus) only the top-level fields that
//   it names are compared.
// Times that a rule writes are 2024-01-01T00:00:00Z.
using namespace flotilla;
using interpreter::Interpreter;
using interpreter::Operation;

namespace {

std::vector<yaml::Document> documents_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  auto read = yaml::read_documents(text.str(), path.filename().string());
  for (const Problem& problem : read.problems) FAIL_CHECK(problem.message);
  return std::move(read.documents);
}

Json::Value part(const Json::Value& document, const char* key) {
  const Json::Value* value = find(document, key);
  return value == nullptr ? Json::Value() : *value;
}

std::vector<interpreter::StatusItem> items_of(const Json::Value& document) {
  std::vector<interpreter::StatusItem> items;
  for (const Json::Value& item : part(document, "statusItems"))
    items.push_back({get_string(item, "clusterName"), part(item, "status"), true, "",
                     get_string(item, "health")});
  return items;
}

bool is_amount(const Json::Value& value) { return value.isString() || value.isNumeric(); }

bool matches(const Json::Value& expected, const Json::Value& found, bool amounts = false);

bool maps_match(const Json::Value& expected, const Json::Value& found, bool amounts) {
  std::set<std::string> keys;
  for (const std::string& key : expected.getMemberNames()) keys.insert(key);
  for (const std::string& key : found.getMemberNames()) keys.insert(key);
  return std::all_of(keys.begin(), keys.end(), [&](const std::string& key) {
    const Json::Value* wanted = find(expected, key);
    if (wanted == nullptr) return false;
    if (wanted->isString() && wanted->asString() == "{{EXCLUDE}}") return true;
    const Json::Value* value = find(found, key);
    return value != nullptr && matches(*wanted, *value, amounts || key == "resourceRequest");
  });
}

bool matches(const Json::Value& expected, const Json::Value& found, bool amounts) {
  if (expected.isString() && expected.asString() == "{{EXCLUDE}}") return true;
  if (expected.isObject() && found.isObject()) return maps_match(expected, found, amounts);
  if (expected.isArray() && found.isArray()) {
    if (expected.size() != found.size()) return false;
    for (Json::ArrayIndex i = 0; i < expected.size(); ++i)
      if (!matches(expected[i], found[i])) return false;
    return true;
  }
  if (amounts && is_amount(expected) && is_amount(found)) {
    const auto a = quantity_of(expected);
    const auto b = quantity_of(found);
    return a && b && *a == *b;
  }
  return canonical_json(expected) == canonical_json(found);
}

void check_equal(const Json::Value& expected, const Json::Value& found) {
  if (matches(expected, found)) return;
  FAIL_CHECK("expected\n" << pretty_json(expected) << "\nfound\n" << pretty_json(found));
}

template <class T>
T value_of(Result<T> result) {
  if (!result) FAIL(to_string(result.error()));
  return std::move(*result);
}

// Of the object what the expected one names.
Json::Value named_fields(const Json::Value& expected, const Json::Value& object) {
  Json::Value fields(Json::objectValue);
  for (const std::string& key : expected.getMemberNames())
    if (const Json::Value* value = find(object, key)) fields[key] = *value;
  return fields;
}

void check_object(const Json::Value& expected, const Json::Value& object) {
  REQUIRE(expected.isObject());
  check_equal(expected, named_fields(expected, object));
}

Json::Value tree_of(const std::vector<interpreter::Component>& components) {
  Json::Value list(Json::arrayValue);
  for (const interpreter::Component& component : components) {
    Json::Value& entry = list.append(Json::objectValue);
    entry["name"] = component.name;
    entry["replicas"] = static_cast<Json::Int64>(component.replicas);
    if (!component.requirements.isNull()) entry["replicaRequirements"] = component.requirements;
  }
  return list;
}

Json::Value tree_of(const std::vector<interpreter::Reference>& references) {
  Json::Value list(Json::arrayValue);
  for (const interpreter::Reference& reference : references)
    list.append(interpreter::tree_of(reference));
  return list;
}

Json::Value sorted_by(const Json::Value& list, const char* key) {
  std::vector<Json::Value> entries(list.begin(), list.end());
  std::stable_sort(entries.begin(), entries.end(), [&](const auto& a, const auto& b) {
    return get_string(a, key) < get_string(b, key);
  });
  Json::Value sorted(Json::arrayValue);
  for (Json::Value& entry : entries) sorted.append(std::move(entry));
  return sorted;
}

void check_dependencies(const Json::Value& expected, const Json::Value& found) {
  std::multiset<std::string> wanted;
  std::multiset<std::string> got;
  for (const Json::Value& entry : expected) wanted.insert(canonical_json(entry));
  for (const Json::Value& entry : found) got.insert(canonical_json(entry));
  CHECK(got == wanted);
}

void run(const Interpreter& rules, Operation operation, const Json::Value& document) {
  const Json::Value desired = part(document, "desiredObj");
  const Json::Value observed = part(document, "observedObj");
  const Json::Value& subject = desired.isNull() ? observed : desired;
  const Json::Value output = part(document, "output");
  switch (operation) {
    case Operation::replicas: {
      const auto replicas = value_of(rules.replicas(subject));
      REQUIRE(replicas);
      CHECK(replicas->count == get_int(output, "replica"));
      return check_equal(part(output, "requires"), replicas->requirements);
    }
    case Operation::components:
      return check_equal(sorted_by(part(output, "components"), "name"),
                         sorted_by(tree_of(value_of(rules.components(subject))), "name"));
    case Operation::revise:
      return check_object(
          part(output, "revised"),
          value_of(rules.revise(subject, get_int(document, "inputReplicas").value())));
    case Operation::retain:
      return check_object(part(output, "retained"), value_of(rules.retain(desired, observed)));
    case Operation::reflect:
      return check_equal(part(output, "status"), value_of(rules.reflect(subject)));
    case Operation::aggregate:
      return check_object(part(output, "aggregatedStatus"),
                          value_of(rules.aggregate(subject, items_of(document))));
    case Operation::health:
      CHECK(to_string(value_of(rules.health(subject))) ==
            (part(output, "healthy").asBool() ? "Healthy" : "Unhealthy"));
      return;
    case Operation::dependencies:
      return check_dependencies(part(output, "dependencies"),
                                tree_of(value_of(rules.dependencies(subject))));
  }
}

std::optional<Operation> operation_named(std::string_view name) {
  for (const auto& names : interpreter::operation_names())
    if (to_string(names.operation) == name) return names.operation;
  return std::nullopt;
}

}  // namespace

TEST_CASE("the documents of bundled kinds, at least one per kind and operation") {
  const Interpreter rules({}, [] { return std::int64_t{1704067200}; });
  std::set<std::pair<std::string, Operation>> seen;
  const std::filesystem::path folder = FLOTILLA_SOURCE_DIR "/tests/tables/bundled";
  for (const auto& file : std::filesystem::directory_iterator(folder))
    for (const yaml::Document& document : documents_of(file.path())) {
      INFO(document.start.file << ":" << document.start.line << ": "
                               << get_string(document.tree, "name"));
      const auto operation = operation_named(get_string(document.tree, "operation"));
      REQUIRE(operation);
      const Json::Value object =
          part(document.tree, find(document.tree, "desiredObj") ? "desiredObj" : "observedObj");
      const std::string api_version = get_string(object, "apiVersion");
      const std::string kind = get_string(object, "kind");
      CHECK(file.path().stem() == kind);
      REQUIRE(rules.has(*operation, api_version, kind));
      seen.insert({api_version + " " + kind, *operation});
      run(rules, *operation, document.tree);
    }
  for (const interpreter::Customization& kind : interpreter::bundled_customizations())
    for (const auto& [operation, script] : kind.scripts)
      if (!seen.contains({kind.name, operation}))
        FAIL_CHECK("no document for " << kind.name << " " << to_string(operation));
}
