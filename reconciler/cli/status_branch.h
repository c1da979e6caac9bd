#pragma once

#include "reconciler/git/repository.h"
#include "reconciler/status/documents.h"

#include <string>

// The status branch of a repository that is open.
namespace flotilla::cli {

// Where the branch is: here, or as a clone has it of its origin. not_found, with `repo` named, if
// it is nowhere.
Result<std::string> status_head(const git::Repository& repository, const std::string& branch,
                                const std::string& repo);

Result<status::Memory> memory_at(const git::Repository& repository, const std::string& commit);

std::int64_t seconds_now();  // since 1970

}  // namespace flotilla::cli
