#pragma once

#include "reconciler/git/handles.h"
#include "reconciler/git/remote.h"

#include <filesystem>
#include <map>
#include <string>

// The bare mirror of a remote in a folder of ours. A file `flotilla-mirror` in it names the address
// that it mirrors; a folder without that file is not ours and is never removed.
namespace flotilla::git {

// Opens the mirror, or makes an empty one if there is none, it cannot be opened, or it mirrors
// another address.
Result<Store> open_or_make_mirror(const std::filesystem::path& folder, const std::string& address);

// Removes everything in `folder` and makes an empty mirror there. The folder must be ours, or
// empty, or missing.
Result<Store> make_mirror(const std::filesystem::path& folder, const std::string& address);

// Removes lock files and unfinished packs of a git process that was killed. The mirror has one
// owner, and that is not fetching now.
void remove_leftovers(const std::filesystem::path& folder);

// True if there are so many single objects (fetched by few, or written as status commits), or so
// many packs, that git would pack them.
bool wants_packing(const std::filesystem::path& folder);

enum class Standing { current, behind, damaged };

// Compares the mirror's branches and tags with the remote's. Damaged: one names an object that is
// not there.
Standing survey(Store& store, const RemoteRefs& refs);

// Makes the mirror's HEAD what the remote's is. An empty remote leaves it alone.
Result<void> set_head(Store& store, const RemoteRefs& refs);

}  // namespace flotilla::git
