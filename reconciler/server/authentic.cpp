#include "reconciler/server/authentic.h"

#include "render/base/digest.h"
#include "render/base/text.h"

#include <charconv>

namespace flotilla::server {
namespace {

constexpr std::string_view signing_prefix = "whsec_";

// Of GitLab's signing token "whsec_<base64>" the bytes are the key.
Secrets signing_keys(const Secrets& secrets) {
  Secrets keys;
  for (const std::string& secret : secrets) {
    if (!secret.starts_with(signing_prefix)) continue;
    const auto key = base64_decode(std::string_view(secret).substr(signing_prefix.size()));
    if (key && !key->empty()) keys.push_back(*key);
  }
  return keys;
}

Secrets plain_tokens(const Secrets& secrets) {
  Secrets tokens;
  for (const std::string& secret : secrets)
    if (!secret.starts_with(signing_prefix)) tokens.push_back(secret);
  return tokens;
}

// "v1,<base64> v1,<base64>": one of them has to fit; other versions are passed over.
bool fits_one_of(const std::string& signatures, const Secrets& keys, std::string_view text) {
  bool fits = false;
  for (const std::string& signature : split(signatures, ' ')) {
    if (!signature.starts_with("v1,")) continue;
    const auto claimed = base64_decode(std::string_view(signature).substr(3));
    if (!claimed) continue;
    for (const std::string& key : keys) fits |= same(hmac_sha256(key, text), *claimed);
  }
  return fits;
}

// The Standard Webhooks headers: "<id>.<timestamp>.<body>" is signed.
std::optional<Authentic> authentic_signed(const Hook& hook, const Secrets& secrets,
                                          Deliveries::Time now) {
  const std::string id = header(hook, "webhook-id");
  const std::string timestamp = header(hook, "webhook-timestamp");
  if (id.empty() || !is_recent(timestamp, now)) return std::nullopt;
  const std::string text = id + "." + timestamp + "." + std::string(hook.body);
  if (!fits_one_of(header(hook, "webhook-signature"), signing_keys(secrets), text))
    return std::nullopt;
  return Authentic{{id_key(hook, id)}};
}

}  // namespace

std::string header(const Hook& hook, const std::string& name) {
  const auto found = hook.headers.find(name);
  return found == hook.headers.end() ? std::string() : found->second;
}

std::string id_key(const Hook& hook, const std::string& id) {
  // A digest: whatever is sent, a key has one size.
  return std::string(to_string(hook.kind)) + " id " + sha256_hex(id);
}

std::string digest_key(const Hook& hook, std::string_view text) {
  return std::string(to_string(hook.kind)) + " digest " + sha256_hex(text);
}

bool is_recent(std::string_view seconds, Deliveries::Time now) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(seconds.data(), seconds.data() + seconds.size(), value);
  if (fault != std::errc{} || end != seconds.data() + seconds.size()) return false;
  // Far away numbers must not overflow as a time.
  const std::int64_t ours =
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
  const std::int64_t tolerance = std::chrono::seconds(clock_tolerance).count();
  return value >= ours - tolerance && value <= ours + tolerance;
}

std::optional<Authentic> authentic_generic(const Hook& hook, const Secrets& secrets,
                                           Deliveries::Time now) {
  constexpr std::string_view bearer = "bearer ";
  constexpr std::string_view sha256 = "sha256=";
  const std::string authorization = header(hook, "authorization");
  if (lower(authorization.substr(0, bearer.size())) == bearer) {
    if (!is_token(secrets, trim(std::string_view(authorization).substr(bearer.size()))))
      return std::nullopt;
    return Authentic{};
  }
  const std::string signature = header(hook, "x-signature");
  if (!signature.starts_with(sha256)) return std::nullopt;
  const std::string timestamp = header(hook, "x-flotilla-timestamp");
  if (!timestamp.empty() && !is_recent(timestamp, now)) return std::nullopt;
  std::string text(hook.body);
  if (!timestamp.empty()) text = timestamp + "." + text;
  if (!is_signed(secrets, text, std::string_view(signature).substr(sha256.size())))
    return std::nullopt;
  return Authentic{{digest_key(hook, text)}};
}

std::optional<Authentic> authentic_gitlab(const Hook& hook, const Secrets& secrets,
                                          Deliveries::Time now) {
  if (!header(hook, "webhook-signature").empty())
    if (auto known = authentic_signed(hook, secrets, now)) return known;
  const std::string token = header(hook, "x-gitlab-token");
  if (token.empty() || !is_token(plain_tokens(secrets), token)) return std::nullopt;
  // The event's id is shared by the hooks that one hook sets off: with the body it is one delivery.
  const std::string key = header(hook, "idempotency-key");
  if (!key.empty()) return Authentic{{id_key(hook, key)}};
  const std::string event = header(hook, "x-gitlab-event-uuid");
  return Authentic{{digest_key(hook, event + "\n" + std::string(hook.body))}};
}

}  // namespace flotilla::server
