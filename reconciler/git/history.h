#pragma once

#include "reconciler/git/handles.h"
#include "reconciler/git/repository.h"

namespace flotilla::git {

// Repository::since() on an open store.
Result<std::optional<Since>> since(Store& store, const std::string& id, const std::string& head);

}  // namespace flotilla::git
