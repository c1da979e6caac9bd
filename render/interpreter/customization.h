#pragma once

#include "render/interpreter/types.h"
#include "render/lua/script.h"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace flotilla::interpreter {

// A ResourceInterpreterCustomization: Lua scripts for operations of one apiVersion and kind.
struct Customization {
  std::string name;
  std::string api_version;
  std::string kind;
  std::map<Operation, std::string> scripts;
  SourceRef source;  // of the object; lines of scripts are counted from their own first line
};

// How the parts of a customization are called.
struct OperationNames {
  Operation operation;
  const char* field;     // under spec.customizations: "replicaResource"
  const char* function;  // in the script: "GetReplicas"
};
const std::array<OperationNames, 8>& operation_names();
const OperationNames& names_of(Operation operation);

// A script and the customization that it stands in.
struct Script {
  std::string customization;
  std::string text;
  std::shared_ptr<const lua::Program> program;  // nullptr if the text does not compile
};

// What the customizations of one kind are together (karmada-semantics 14.4): of those sorted by
// name, the first non-empty script of each operation; of dependencies, all.
using KindScripts = std::map<Operation, std::vector<Script>>;
using ScriptIndex = std::map<std::pair<std::string, std::string>, KindScripts>;  // apiVersion, kind
ScriptIndex merge(std::vector<Customization> customizations);

// The scripts of an operation, or nullptr.
const std::vector<Script>* scripts_of(const ScriptIndex& index, Operation operation,
                                      std::string_view api_version, std::string_view kind);

}  // namespace flotilla::interpreter
