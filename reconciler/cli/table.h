#pragma once

#include <string>
#include <vector>

namespace flotilla::cli {

// Columns padded to their widest cell, two spaces between them.
std::string table(const std::vector<std::vector<std::string>>& rows);

}  // namespace flotilla::cli
