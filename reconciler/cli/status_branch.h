#pragma once

#include "reconciler/cli/status_text.h"
#include "reconciler/git/repository.h"
#include "reconciler/status/documents.h"

#include <string>

// The status branch of a repository that is open.
namespace flotilla::cli {

// Where the branch is: here, or as a clone has it of its origin. not_found, with `repo` named, if
// it is nowhere.
Result<std::string> status_head(const git::Repository& repository, const std::string& branch,
                                const std::string& repo);

// The newest commit of the branch that this status follows (of the origin's in a clone), if the
// status does not tell of it yet. Nothing where a tag or a commit is followed, or the repository
// does not have the commit that the status tells of.
std::optional<Newest> newest_commit(const git::Repository& repository,
                                    const status::Memory& memory);

Result<status::Memory> memory_at(const git::Repository& repository, const std::string& commit);

std::int64_t seconds_now();  // since 1970

}  // namespace flotilla::cli
