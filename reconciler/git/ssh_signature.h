#pragma once

#include "reconciler/git/trusted_keys.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace flotilla::git {

// Why an armored signature of ssh-keygen -Y sign (PROTOCOL.sshsig of OpenSSH) over `payload` in the
// namespace "git" does not count; empty if it does. `time` (seconds since 1970) is held against
// the validity of the keys, as git does with the time of the commit.
std::string ssh_signature_fault(std::string_view payload, std::string_view armored,
                                std::int64_t time, const TrustedKeys& keys);

}  // namespace flotilla::git
