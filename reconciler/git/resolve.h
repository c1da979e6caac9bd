#pragma once

#include "reconciler/git/handles.h"
#include "reconciler/git/repository.h"

#include <string>

namespace flotilla::git {

// "HEAD", a branch, a tag (peeled), a remote-tracking branch, a full ref name, a full or short id;
// with git's suffixes ("main~2"). Or "semver:" and a range: the highest tag in it. See
// Repository::resolve_ref.
Result<Reference> resolve_ref(Store& store, const std::string& ref);

}  // namespace flotilla::git
