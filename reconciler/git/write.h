#pragma once

#include "reconciler/git/handles.h"
#include "reconciler/git/repository.h"

#include <map>
#include <optional>
#include <string>

namespace flotilla::git {

using Changes = std::map<std::string, std::optional<std::string>>;

// See Repository::write_commit.
Result<std::optional<std::string>> write_commit(Store& store, const std::string& parent,
                                                const Changes& changes, const std::string& message,
                                                const Author& author);

// Moves a local branch by compare-and-swap, see Repository::push.
Result<void> move_branch(Store& store, const std::string& branch, const std::string& commit,
                         const std::string& expected);

// See Repository::keep.
Result<void> keep_commit(Store& store, const std::string& name, const std::string& commit);

}  // namespace flotilla::git
