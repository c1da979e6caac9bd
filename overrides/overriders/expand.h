#pragma once

#include "overrides/cluster.h"

#include <string>
#include <string_view>

namespace flotilla::overrides {

// Facts of the cluster in the values of overriders, for policies that ask for it with
//
//   metadata:
//     annotations:
//       flotilla.dev/expand: "true"
//
// Only texts under `value` are expanded, those inside of maps and lists too; paths, keys, names and
// operators are not. In such a text
//
//   ${cluster.name}
//   ${cluster.region} ${cluster.provider}
//   ${cluster.zone} ${cluster.zones}             the first zone; all of them with commas between
//   ${cluster.labels['x']} ${cluster.labels["x"]}
//   ${cluster.annotations['x']}                  of the Cluster's file
//   ${cluster.labels['x']:-otherwise}            otherwise if the cluster has none; for all of
//   them.
//                                                No ${ or } in there
//   $$                                           a $
//
// A name that is not in this list, or a fact that the cluster does not have, is an error when an
// object is rendered for that cluster. Every other $ stands for itself.
inline constexpr std::string_view expand_annotation = "flotilla.dev/expand";

Result<std::string> expand(std::string_view text, const Cluster& cluster);

// Expands what is under `value` in one entry of overriders, or in a list of operations. An error
// has the place of its text in `file`.
Result<void> expand_values(Json::Value& entry, const Cluster& cluster, const std::string& file);

// The same with a letter for every fact, so that the rest of the entry can be checked before there
// is a cluster. Texts that cannot be expanded stay. What is found:
enum class Expansion { none, escapes, facts };
Expansion fill_in_samples(Json::Value& entry);

}  // namespace flotilla::overrides
