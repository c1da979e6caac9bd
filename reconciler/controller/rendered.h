#pragma once

#include "reconciler/decision/decide.h"

#include <map>
#include <string>

namespace flotilla::controller {

// "<cluster>/<namespace or _cluster>/<Kind>[.<group>]_<name>.yaml" (contract.md, "Files"); ':', '/'
// and '%' of a name are percent-encoded.
std::string manifest_path(const std::string& cluster, const ObjectKey& key);

// The branch flotilla/rendered: every manifest but Secrets, which its README lists.
std::map<std::string, std::string> rendered_files(const decision::Decision& decision);
// True for the paths that rendered_files() gives: what others put on the branch is left alone.
bool is_rendered_path(const std::string& path);

}  // namespace flotilla::controller
