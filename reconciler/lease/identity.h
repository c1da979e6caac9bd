#pragma once

#include "reconciler/lease/record.h"
#include "render/base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace flotilla::lease {

// This machine's clocks, now.
Now now();

// The name of this replica: `given`, or else the host's name and a random ending, kept in
// `data_dir` (made if it is missing) so that a restart has the same one. invalid: `given` is no
// name (letters, digits, '-', '_' and '.', at most 63), or the folder cannot be written.
Result<std::string> replica_name(const std::string& given, const std::filesystem::path& data_dir);

// What tells this process from all others, of all machines: the machine's start, its process
// namespace, the process's number and its start. No part of it can be read back but the number.
std::string process_token();

// The process with this token has surely ended. False for one of another machine or container, of
// which nothing can be known.
bool is_gone(std::string_view process_token);

}  // namespace flotilla::lease
