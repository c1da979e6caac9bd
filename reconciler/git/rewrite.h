#pragma once

#include "reconciler/git/handles.h"

#include <cstddef>
#include <string>

namespace flotilla::git {

// See Repository::bounded_history.
Result<std::string> bounded_history(Store& store, const std::string& id, std::size_t keep);

}  // namespace flotilla::git
