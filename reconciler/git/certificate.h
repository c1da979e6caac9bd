#pragma once

#include <chrono>
#include <string>

namespace flotilla::git {

// Why a server's certificate may have been refused, as the end of a sentence: "has expired on
// 2026-01-31". Empty if its dates are good or it cannot be asked within `patience`. Debian's git
// says the same words for an expired certificate and an unknown authority.
std::string certificate_fault(const std::string& host, const std::string& port,
                              std::chrono::seconds patience);

}  // namespace flotilla::git
