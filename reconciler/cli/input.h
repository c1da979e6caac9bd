#pragma once

#include "reconciler/decision/decide.h"
#include "reconciler/git/repository.h"
#include "reconciler/status/documents.h"

#include <filesystem>
#include <memory>
#include <string>

namespace flotilla::cli {

// A repository as `render`, `vet` and `status` find it: a work tree or folder as it is, a commit of
// a local one, or a URL.
Result<decision::Snapshot> read_snapshot(const std::string& repo, const std::string& ref,
                                         const git::Network& network);

// For `--cluster` with a name that no cluster has.
Error no_cluster(const std::string& name, const decision::Decision& decision);

// The memory in a folder laid out as the status branch; empty for an empty path.
Result<status::Memory> read_status_dir(const std::filesystem::path& dir);

// A local repository opened, or a URL fetched into a mirror in a temporary folder that lives as
// long as this.
struct Opened {
  git::Repository repository;
  std::shared_ptr<void> temporary;
};
Result<Opened> open_repository(const std::string& repo, const git::Network& network);

// True for the root of a work tree or a bare repository. A folder deeper inside one counts as a
// plain folder.
bool is_repository(const std::filesystem::path& folder);

}  // namespace flotilla::cli
