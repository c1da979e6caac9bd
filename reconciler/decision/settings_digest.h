#pragma once

#include "reconciler/decision/decide.h"

#include <string>

namespace flotilla::decision {

// "sha256:" and 64 digits over everything that steers: policies, overrides, clusters, the Fleet,
// customizations. What only confirms deletions steers nothing.
std::string digest_of_settings(const catalog::Catalog& catalog);

// "sha256:" and 12 digits: short enough to be copied by hand.
std::string short_digest(std::string_view bytes);

}  // namespace flotilla::decision
