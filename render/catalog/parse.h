#pragma once

#include "render/catalog/catalog.h"

#include <string>
#include <string_view>

namespace flotilla::catalog {

inline constexpr std::uint64_t max_file_bytes = 10U << 20U;

// The objects of one file, checked as far as one file allows. Depends on the arguments alone.
ParsedFile parse_file(const std::string& path, std::string_view text);

}  // namespace flotilla::catalog
