#pragma once

#include "reconciler/decision/service_settings.h"
#include "reconciler/notify/requests.h"
#include "render/base/result.h"

#include <filesystem>
#include <string>

// The files of --secrets, read at each use so that they can be changed at any time. Errors name the
// file, never what is in it.
namespace flotilla::notify {

// Without the line ends at its end. An empty or missing file, and a folder that was not given, are
// errors.
Result<std::string> read_secret(const std::filesystem::path& folder, const std::string& name);

// A request, and the CAs that its receiver's certificate must be of (PEM; empty: the system's).
struct Prepared {
  Request request;
  std::string ca_pem;
};

Result<Prepared> prepare_notification(const std::filesystem::path& folder,
                                      const decision::Notification& notification,
                                      const Event& event);
Result<Prepared> prepare_status(const std::filesystem::path& folder,
                                const decision::CommitStatus& settings, const std::string& commit,
                                const Word& word);

}  // namespace flotilla::notify
