#pragma once

#include "render/base/result.h"

#include <string>
#include <string_view>

namespace flotilla::git {

// Why an armored OpenPGP signature over `payload` does not count, by the keys of a binary keyring;
// empty if it does. Asks gpgv, in a folder of its own, so that nobody's keyring or settings matter.
// A key that has expired by now does not count, nor does a signature with MD5 or SHA-1. An error
// means that it could not be found out (no gpgv).
Result<std::string> openpgp_signature_fault(std::string_view payload, std::string_view armored,
                                            const std::string& keyring);

}  // namespace flotilla::git
