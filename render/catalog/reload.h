#pragma once

#include "render/catalog/catalog.h"

#include <optional>
#include <vector>

// Loading a tree that differs little from the one loaded before, at the cost of what differs.
namespace flotilla::catalog {

// The catalog of `tree`, made from the last one by the files that changed; nullopt if that cannot
// be done (no last load, a tree that cannot tell, or a change that concerns more than the files
// themselves: links, ignore files, faults, doubles).
Result<std::optional<Catalog>> reload(const FileTree& tree, ParseCache& cache);

// Keeps a load for the next reload().
void remember(const FileTree& tree, const std::vector<FileEntry>& entries, const Catalog& catalog,
              ParseCache& cache);

}  // namespace flotilla::catalog
