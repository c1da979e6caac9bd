#pragma once

#include "render/base/result.h"

#include <string>

namespace flotilla::simulator {

// A certificate authority of its own and a server certificate by it for localhost and 127.0.0.1,
// made in memory.
struct Certificates {
  std::string ca_pem;
  std::string server_pem;
  std::string server_key_pem;
};
Result<Certificates> make_certificates(const std::string& name);

// So many random bytes as hex digits.
std::string random_hex(std::size_t bytes);
// A random UUID (version 4).
std::string random_uuid();

}  // namespace flotilla::simulator
