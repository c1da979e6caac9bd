#include "reconciler/notify/secrets.h"

#include "reconciler/kube/credential_file.h"

#include <algorithm>

namespace flotilla::notify {
namespace {

namespace fs = std::filesystem;

// Empty if no file is named.
Result<std::string> read_token(const fs::path& folder, const std::string& name) {
  if (name.empty()) return std::string();
  TRY_ASSIGN(const std::string text, read_secret(folder, name));
  return kube::checked_token(text, folder / name, "the token");
}

Result<std::string> read_ca(const fs::path& folder, const std::string& name) {
  if (name.empty()) return std::string();
  TRY_ASSIGN(const std::string text, read_secret(folder, name));
  return kube::pem_of(text, folder / name, "the CA");
}

Result<std::string> read_address(const fs::path& folder,
                                 const decision::Notification& notification) {
  if (notification.address_from.empty()) return notification.address;
  TRY_ASSIGN(std::string address, read_secret(folder, notification.address_from));
  const bool http = address.starts_with("https://") || address.starts_with("http://");
  const bool plain =
      std::all_of(address.begin(), address.end(), [](char c) { return c > ' ' && c < 0x7F; });
  if (http && plain) return address;
  return fail(Code::invalid,
              (folder / notification.address_from).string() + " holds no http or https address");
}

}  // namespace

Result<std::string> read_secret(const fs::path& folder, const std::string& name) {
  if (folder.empty())
    return fail(Code::invalid,
                "the file " + name + " is wanted, but no folder is given (--secrets)");
  TRY_ASSIGN(std::string text, kube::read_credential_file(folder / name));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (text.empty()) return fail(Code::invalid, (folder / name).string() + " is empty");
  return text;
}

Result<Prepared> prepare_notification(const fs::path& folder,
                                      const decision::Notification& notification,
                                      const Event& event) {
  Keys keys;
  TRY_ASSIGN(keys.address, read_address(folder, notification));
  TRY_ASSIGN(keys.token, read_token(folder, notification.token_from));
  if (!notification.key_from.empty()) {
    TRY_ASSIGN(keys.key, read_secret(folder, notification.key_from));
  }
  Prepared prepared;
  TRY_ASSIGN(prepared.ca_pem, read_ca(folder, notification.ca_from));
  prepared.request = notification_request(notification, event, keys);
  return prepared;
}

Result<Prepared> prepare_status(const fs::path& folder, const decision::CommitStatus& settings,
                                const std::string& commit, const Word& word) {
  Prepared prepared;
  TRY_ASSIGN(const std::string token, read_token(folder, settings.token_from));
  TRY_ASSIGN(prepared.ca_pem, read_ca(folder, settings.ca_from));
  prepared.request = status_request(settings, commit, word, token);
  return prepared;
}

}  // namespace flotilla::notify
