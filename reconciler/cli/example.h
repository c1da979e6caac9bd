#pragma once

#include <map>
#include <string>

namespace flotilla::cli {

// examples/repo-layout as it was when the program was built: path → content.
const std::map<std::string, std::string>& example_files();

}  // namespace flotilla::cli
