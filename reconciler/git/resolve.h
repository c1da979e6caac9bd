#pragma once

#include "reconciler/git/handles.h"

#include <string>

namespace flotilla::git {

// Commit id of "HEAD", a branch, a tag (peeled), a remote-tracking branch, a full ref name, a full
// or short id; with git's suffixes ("main~2").
Result<std::string> resolve_commit(Store& store, const std::string& ref);

}  // namespace flotilla::git
