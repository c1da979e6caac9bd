#pragma once

#include "render/base/result.h"

#include <string>
#include <vector>

namespace flotilla {

enum class Severity { error, warning };

// One finding about the repository, as `vet` lists it. A pass collects all of them.
struct Problem {
  Severity severity = Severity::error;
  std::string code;  // short, stable, kebab-case: "duplicate-object"
  SourceRef where = {};
  std::string object;  // "Kind[.group]/namespace/name", empty if no object is concerned
  std::string message;

  bool operator==(const Problem&) const = default;
};

using Problems = std::vector<Problem>;

Problem error_at(std::string code, SourceRef where, std::string message, std::string object = {});
Problem warning_at(std::string code, SourceRef where, std::string message, std::string object = {});

// Sorted by place, then severity, code and message, doubles removed: the order in which people and
// tests read them.
Problems sorted(Problems problems);

bool has_error(const Problems& problems);

// "file:line:column: severity: message", the form that editors understand.
std::string to_string(const Problem& problem);

}  // namespace flotilla
