#pragma once

#include <string>

namespace flotilla::test {

struct Certificate {
  std::string cert_pem;
  std::string key_pem;
};
enum class Validity { current, expired };

Certificate make_ca(const std::string& name);
// For 127.0.0.1 (IP) and `name` (DNS), signed by `ca`.
Certificate make_certificate(const Certificate& ca, const std::string& name,
                             Validity validity = Validity::current);

}  // namespace flotilla::test
