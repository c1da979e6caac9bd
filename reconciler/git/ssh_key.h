#pragma once

#include <string>
#include <string_view>

namespace flotilla::git {

// Why ssh cannot or may not use a private key (the text of its file) without asking anybody, and
// what to do instead: it is an RSA or DSA key, encrypted, a public key, of another program,
// damaged. Empty: nothing speaks against it.
std::string ssh_key_fault(std::string_view text);

}  // namespace flotilla::git
