#pragma once

#include "reconciler/git/handles.h"
#include "reconciler/git/repository.h"

namespace flotilla::git {

// Repository::since() on an open store.
Result<std::optional<Since>> since(Store& store, const std::string& id, const std::string& head);

// Repository::commits_after() on an open store.
Result<std::vector<std::string>> commits_after(Store& store, const std::string& since,
                                               const std::string& head, std::size_t limit);

}  // namespace flotilla::git
