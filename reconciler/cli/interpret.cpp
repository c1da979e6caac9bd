#include "reconciler/cli/commands.h"
#include "reconciler/cli/print.h"
#include "reconciler/decision/customization.h"
#include "render/base/text.h"
#include "render/document/json.h"
#include "render/interpreter/interpreter.h"
#include "render/interpreter/references.h"
#include "render/yaml/emitter.h"
#include "render/yaml/reader.h"

#include <chrono>
#include <fstream>
#include <iterator>

namespace flotilla::cli {
namespace {

using interpreter::Interpreter;
using interpreter::Operation;

std::int64_t now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return fail(Code::invalid, "cannot read " + path.string());
  return text;
}

// The error holds the first fault; all are complained about.
Result<void> without_errors(const Problems& problems) {
  for (const Problem& problem : problems)
    if (problem.severity == Severity::warning) complain(to_string(problem));
  for (std::size_t i = 0; i < problems.size(); ++i) {
    if (problems[i].severity != Severity::error) continue;
    for (std::size_t later = i + 1; later < problems.size(); ++later)
      if (problems[later].severity == Severity::error) complain(to_string(problems[later]));
    return fail(Code::invalid, problems[i].message, problems[i].where);
  }
  return {};
}

Result<std::vector<yaml::Document>> read_documents(const std::filesystem::path& path) {
  TRY_ASSIGN(const std::string text, read_file(path));
  yaml::ReadResult read = yaml::read_documents(text, path.string());
  TRY(without_errors(read.problems));
  return std::move(read.documents);
}

// ---- customizations

Result<Object> customization_object(const yaml::Document& document) {
  Object object;
  object.tree = document.tree;
  object.api_version = get_string(document.tree, "apiVersion");
  object.key = key_of(document.tree);
  object.source = document.start;
  if (object.key.group != "config.karmada.io" ||
      object.key.kind != "ResourceInterpreterCustomization")
    return fail(Code::invalid,
                "is " + object.api_version + " \"" + object.key.kind +
                    "\", want config.karmada.io/v1alpha1 ResourceInterpreterCustomization",
                document.start);
  return object;
}

Result<std::vector<interpreter::Customization>> read_customizations(
    const std::vector<std::filesystem::path>& files) {
  std::vector<interpreter::Customization> customizations;
  Problems problems;
  for (const std::filesystem::path& file : files) {
    TRY_ASSIGN(const auto documents, read_documents(file));
    for (const yaml::Document& document : documents) {
      TRY_ASSIGN(const Object object, customization_object(document));
      if (auto customization = decision::read_customization(object, problems))
        customizations.push_back(std::move(*customization));
    }
  }
  TRY(without_errors(sorted(std::move(problems))));
  return customizations;
}

// A server would not take several that define one operation for one kind.
Result<std::vector<interpreter::Customization>> read_admissible(
    const std::vector<std::filesystem::path>& files) {
  TRY_ASSIGN(auto customizations, read_customizations(files));
  Problems problems;
  customizations = decision::without_conflicts(std::move(customizations), problems);
  TRY(without_errors(sorted(std::move(problems))));
  return customizations;
}

// The scripts were compiled when they were read.
int print_checked(const std::vector<interpreter::Customization>& customizations) {
  std::vector<std::vector<std::string>> rows = {
      {"NAME", "APIVERSION", "KIND", "OPERATION", "RESULT"}};
  for (const interpreter::Customization& customization : customizations)
    for (const auto& [operation, script] : customization.scripts)
      rows.push_back({customization.name, customization.api_version, customization.kind,
                      std::string(to_string(operation)), "compiles"});
  print(table(rows));
  return 0;
}

// ---- input

Result<Json::Value> read_object(const std::filesystem::path& path) {
  TRY_ASSIGN(auto documents, read_documents(path));
  if (documents.size() != 1)
    return fail(Code::invalid,
                "has " + std::to_string(documents.size()) + " documents, want one object",
                {path.string()});
  if (!documents[0].tree.isObject())
    return fail(Code::invalid,
                "is " + std::string(type_name(documents[0].tree)) + ", want an object",
                documents[0].start);
  return std::move(documents[0].tree);
}

Result<interpreter::StatusItem> status_item(const Json::Value& value, const std::string& file) {
  if (!value.isObject())
    return fail(Code::invalid, "is " + std::string(type_name(value)) + ", want a status item",
                at(value, file));
  interpreter::StatusItem item;
  item.cluster = get_string(value, "clusterName");
  if (item.cluster.empty())
    return fail(Code::invalid, "the status item has no clusterName", at(value, file));
  if (const Json::Value* status = find(value, "status")) item.status = *status;
  item.applied = get_bool(value, "applied", false);
  item.message = get_string(value, "appliedMessage");
  item.health = get_string(value, "health");
  return item;
}

// Every document is an item or a list of items.
Result<std::vector<interpreter::StatusItem>> read_items(const std::filesystem::path& path) {
  std::vector<interpreter::StatusItem> items;
  if (path.empty()) return items;
  TRY_ASSIGN(const auto documents, read_documents(path));
  for (const yaml::Document& document : documents) {
    if (!document.tree.isArray()) {
      TRY_ASSIGN(auto item, status_item(document.tree, path.string()));
      items.push_back(std::move(item));
      continue;
    }
    for (const Json::Value& entry : document.tree) {
      TRY_ASSIGN(auto item, status_item(entry, path.string()));
      items.push_back(std::move(item));
    }
  }
  return items;
}

struct Input {
  Json::Value desired;   // null if not given
  Json::Value observed;  // null if not given

  // The object of operations that take one: either file may give it.
  const Json::Value& only() const { return desired.isNull() ? observed : desired; }
};

Result<Input> read_input(const InterpretOptions& options, Operation operation) {
  const bool desired = !options.desired_file.empty();
  const bool observed = !options.observed_file.empty();
  if (operation == Operation::retain && !(desired && observed))
    return fail(Code::invalid, "retain wants --desired-file and --observed-file");
  if (operation != Operation::retain && desired && observed)
    return fail(Code::invalid,
                "--desired-file and --observed-file are both given, want one of them");
  if (!desired && !observed)
    return fail(Code::invalid, "no object is given, want --desired-file or --observed-file");
  Input input;
  if (desired) {
    TRY_ASSIGN(input.desired, read_object(options.desired_file));
  }
  if (observed) {
    TRY_ASSIGN(input.observed, read_object(options.observed_file));
  }
  return input;
}

Result<Operation> read_operation(const std::string& name) {
  std::string known;
  for (const auto& names : interpreter::operation_names()) {
    const std::string text(to_string(names.operation));
    if (lower(text) == lower(name)) return names.operation;
    known += (known.empty() ? "" : ", ") + text;
  }
  return fail(Code::invalid, "\"" + name + "\" is no operation, want one of: " + known);
}

// ---- the answer

Json::Value component_tree(const interpreter::Component& component) {
  Json::Value tree(Json::objectValue);
  tree["name"] = component.name;
  tree["replicas"] = static_cast<Json::Int64>(component.replicas);
  if (!component.requirements.isNull()) tree["replicaRequirements"] = component.requirements;
  return tree;
}

Result<Json::Value> interpret_replicas(const Interpreter& rules, const Json::Value& object) {
  Json::Value answer(Json::objectValue);
  TRY_ASSIGN(const auto replicas, rules.replicas(object));
  if (!replicas) return answer;
  answer["replica"] = static_cast<Json::Int64>(replicas->count);
  if (!replicas->requirements.isNull()) answer["requires"] = replicas->requirements;
  return answer;
}

Result<Json::Value> interpret_components(const Interpreter& rules, const Json::Value& object) {
  Json::Value answer(Json::objectValue);
  TRY_ASSIGN(const auto components, rules.components(object));
  Json::Value& list = answer["components"] = Json::Value(Json::arrayValue);
  for (const interpreter::Component& component : components) list.append(component_tree(component));
  return answer;
}

Result<Json::Value> interpret_dependencies(const Interpreter& rules, const Json::Value& object) {
  Json::Value answer(Json::objectValue);
  TRY_ASSIGN(const auto references, rules.dependencies(object));
  Json::Value& list = answer["dependencies"] = Json::Value(Json::arrayValue);
  for (const interpreter::Reference& reference : references) list.append(tree_of(reference));
  return answer;
}

Result<Json::Value> under(const char* key, Result<Json::Value> value) {
  if (!value) return value;
  Json::Value answer(Json::objectValue);
  answer[key] = std::move(*value);
  return answer;
}

Result<Json::Value> interpret_health(const Interpreter& rules, const Json::Value& object) {
  TRY_ASSIGN(const interpreter::Health health, rules.health(object));
  return under("healthy", Json::Value(health == interpreter::Health::healthy));
}

Result<Json::Value> revise(const Interpreter& rules, const Json::Value& object,
                           const InterpretOptions& options) {
  if (!options.desired_replica) return fail(Code::invalid, "reviseReplica wants --desired-replica");
  return under("revised", rules.revise(object, *options.desired_replica));
}

Result<Json::Value> aggregate(const Interpreter& rules, const Json::Value& object,
                              const InterpretOptions& options) {
  TRY_ASSIGN(const auto items, read_items(options.status_file));
  return under("aggregatedStatus", rules.aggregate(object, items));
}

Result<Json::Value> answer(const Interpreter& rules, Operation operation, const Input& input,
                           const InterpretOptions& options) {
  const Json::Value& object = input.only();
  switch (operation) {
    case Operation::replicas:
      return interpret_replicas(rules, object);
    case Operation::components:
      return interpret_components(rules, object);
    case Operation::revise:
      return revise(rules, object, options);
    case Operation::retain:
      return under("retained", rules.retain(input.desired, input.observed));
    case Operation::reflect:
      return under("status", rules.reflect(object));
    case Operation::aggregate:
      return aggregate(rules, object, options);
    case Operation::health:
      return interpret_health(rules, object);
    case Operation::dependencies:
      break;
  }
  return interpret_dependencies(rules, object);
}

// With -f the customizations alone are asked, as karmadactl does; of several that define the
// operation the first by name answers (karmada-semantics 14.4).
Result<Json::Value> interpret_object(const InterpretOptions& options) {
  TRY_ASSIGN(const Operation operation, read_operation(options.operation));
  TRY_ASSIGN(auto customizations, read_customizations(options.customizations));
  TRY_ASSIGN(const Input input, read_input(options, operation));
  const std::string api_version = get_string(input.only(), "apiVersion");
  const std::string kind = get_string(input.only(), "kind");
  if (!options.customizations.empty() &&
      scripts_of(interpreter::merge(customizations), operation, api_version, kind) == nullptr)
    return fail(Code::invalid, "rule is not enabled: the files have no " +
                                   std::string(to_string(operation)) + " script for " +
                                   api_version + " " + kind);
  const Interpreter rules(std::move(customizations), now);
  if (!rules.has(operation, api_version, kind)) {
    complain("nothing is known of " + api_version + " " + kind + " for " +
             std::string(to_string(operation)));
    return Json::Value(Json::objectValue);
  }
  return answer(rules, operation, input, options);
}

}  // namespace

int interpret(const InterpretOptions& options) {
  if (options.check) {
    const auto customizations = read_admissible(options.customizations);
    return customizations ? print_checked(*customizations) : complain(customizations.error());
  }
  const auto result = interpret_object(options);
  if (!result) return complain(result.error());
  print(options.output == Output::json ? pretty_json(*result) + "\n" : yaml::emit(*result));
  return 0;
}

}  // namespace flotilla::cli
