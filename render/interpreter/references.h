#pragma once

#include "render/interpreter/types.h"

#include <vector>

// Dependency references as scripts write them and Karmada validates them (karmada-semantics 14.1).
namespace flotilla::interpreter {

// {apiVersion, kind, namespace, name | labelSelector}.
Json::Value tree_of(const Reference& reference);

// The references of a list; the error names the entry and what is wrong with it.
Result<std::vector<Reference>> read_references(const Json::Value& list);

// What Karmada asks of every answer: apiVersion and kind, a name or a well-formed labelSelector.
Result<void> validate(const std::vector<Reference>& references);

// By apiVersion, kind, namespace, name and selector; each once.
std::vector<Reference> sorted_once(std::vector<Reference> references);

}  // namespace flotilla::interpreter
