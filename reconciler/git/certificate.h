#pragma once

#include "render/base/result.h"

#include <chrono>
#include <string>

namespace flotilla::git {

// Why a server's certificate may have been refused, as the end of a sentence: "has expired on
// 2026-01-31". Empty if its dates are good or it cannot be asked within `patience`. Debian's git
// says the same words for an expired certificate and an unknown authority.
std::string certificate_fault(const std::string& host, const std::string& port,
                              std::chrono::seconds patience);

// The names of the files and what stands in them, PEM.
struct ClientCertificate {
  std::string certificate_file;
  std::string certificate;
  std::string key_file;
  std::string key;
};

// invalid: no certificate, no key, an encrypted key, or they do not belong together; unauthorized:
// the certificate is out of its dates.
Result<void> check_client_certificate(const ClientCertificate& client);

}  // namespace flotilla::git
