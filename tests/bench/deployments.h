#pragma once

#include "render/catalog/file_tree.h"

#include <cstddef>

namespace flotilla::bench {

// Writes Deployments as one finds them in the wild, 86 lines and 2.3 KB each, ten to a file, in 20
// namespaces team-0 to team-19. Returns how many bytes they are.
std::size_t write_deployments(catalog::MemoryTree& tree, int documents);

}  // namespace flotilla::bench
