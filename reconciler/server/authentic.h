#pragma once

#include "reconciler/server/hooks.h"

#include <vector>

// Who may speak, for each kind. Shared by the files of hooks.h.
namespace flotilla::server {

// A hook that came from somebody with the secret. `keys`: if any of them was seen, it is a replay.
// Without keys nothing tells a replay from a new one.
struct Authentic {
  std::vector<std::string> keys;
};

// Empty if there is none.
std::string header(const Hook& hook, const std::string& name);
// "<kind> id <id>", "<kind> digest <digest of text>": keys of Authentic.
std::string id_key(const Hook& hook, const std::string& id);
std::string digest_key(const Hook& hook, std::string_view text);
// True if `seconds` is a Unix time within the tolerance of `now`.
bool is_recent(std::string_view seconds, Deliveries::Time now);

std::optional<Authentic> authentic_generic(const Hook& hook, const Secrets& secrets,
                                           Deliveries::Time now);
std::optional<Authentic> authentic_gitlab(const Hook& hook, const Secrets& secrets,
                                          Deliveries::Time now);

}  // namespace flotilla::server
