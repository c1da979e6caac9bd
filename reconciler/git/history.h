#pragma once

#include "reconciler/git/handles.h"
#include "reconciler/git/repository.h"

namespace flotilla::git {

// Repository::since() on an open store.
Result<std::optional<Since>> since(Store& store, const std::string& id, const std::string& head);

// Repository::is_ancestor() on an open store.
Result<bool> is_ancestor(Store& store, const std::string& old, const std::string& now);

// How many commits one has, itself among them.
struct Counted {
  std::string id;
  std::size_t commits = 0;
};

// Repository::commit_count(); `last` is the answer before, and becomes this one.
Result<std::size_t> commit_count(Store& store, const std::string& id, Counted& last);

}  // namespace flotilla::git
