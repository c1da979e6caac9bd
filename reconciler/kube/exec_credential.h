#pragma once

#include "reconciler/kube/access.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace flotilla::kube {

// What an exec plugin printed (an ExecCredential of `api_version`). Errors never quote it.
Result<ExecCredential> parse_exec_credential(std::string_view text, std::string_view api_version);

// RFC 3339: "2026-11-21T12:55:01Z", fractions and offsets allowed.
std::optional<std::chrono::system_clock::time_point> parse_rfc3339(std::string_view text);

}  // namespace flotilla::kube
