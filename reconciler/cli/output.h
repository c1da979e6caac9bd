#pragma once

namespace flotilla::cli {

// What -o asks for; each command offers some of them.
enum class Output { table, json, yaml, wide, name };

}  // namespace flotilla::cli
