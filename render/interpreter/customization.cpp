#include "render/interpreter/customization.h"

#include <algorithm>

namespace flotilla::interpreter {

const std::array<OperationNames, 8>& operation_names() {
  static constexpr std::array<OperationNames, 8> names = {{
      {Operation::replicas, "replicaResource", "GetReplicas"},
      {Operation::components, "componentResource", "GetComponents"},
      {Operation::revise, "replicaRevision", "ReviseReplica"},
      {Operation::retain, "retention", "Retain"},
      {Operation::reflect, "statusReflection", "ReflectStatus"},
      {Operation::aggregate, "statusAggregation", "AggregateStatus"},
      {Operation::health, "healthInterpretation", "InterpretHealth"},
      {Operation::dependencies, "dependencyInterpretation", "GetDependencies"},
  }};
  return names;
}

const OperationNames& names_of(Operation operation) {
  return *std::find_if(operation_names().begin(), operation_names().end(),
                       [&](const OperationNames& names) { return names.operation == operation; });
}

namespace {

using Programs = std::map<std::string, std::shared_ptr<const lua::Program>>;

// Operations of one kind may share a text.
std::shared_ptr<const lua::Program> program_of(const std::string& text, Programs& programs) {
  const auto [entry, fresh] = programs.try_emplace(text);
  if (!fresh) return entry->second;
  if (auto program = lua::compile(text))
    entry->second = std::make_shared<const lua::Program>(std::move(*program));
  return entry->second;
}

}  // namespace

ScriptIndex merge(std::vector<Customization> customizations) {
  std::ranges::stable_sort(customizations, {}, &Customization::name);
  ScriptIndex index;
  Programs programs;
  for (Customization& customization : customizations)
    for (auto& [operation, text] : customization.scripts) {
      if (text.empty()) continue;
      auto& scripts = index[{customization.api_version, customization.kind}][operation];
      if (scripts.empty() || operation == Operation::dependencies)
        scripts.push_back({customization.name, text, program_of(text, programs)});
    }
  return index;
}

const std::vector<Script>* scripts_of(const ScriptIndex& index, Operation operation,
                                      std::string_view api_version, std::string_view kind) {
  const auto scripts = index.find({std::string(api_version), std::string(kind)});
  if (scripts == index.end()) return nullptr;
  const auto found = scripts->second.find(operation);
  return found == scripts->second.end() ? nullptr : &found->second;
}

}  // namespace flotilla::interpreter
