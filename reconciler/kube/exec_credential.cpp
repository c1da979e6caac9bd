#include "reconciler/kube/exec_credential.h"

#include "reconciler/kube/credential_file.h"
#include "render/document/json.h"
#include "render/document/tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace flotilla::kube {
namespace {

constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2200;

// Exactly `width` digits at the front of `text`, taken off it.
std::optional<int> take_number(std::string_view& text, std::size_t width) {
  if (text.size() < width) return std::nullopt;
  int number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + width, number);
  if (fault != std::errc{} || end != text.data() + width || text.front() == '-')
    return std::nullopt;
  text.remove_prefix(width);
  return number;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// "Z" or "+hh:mm".
std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return std::chrono::minutes(0);
  const bool west = take(text, '-');
  if (!west && !take(text, '+')) return std::nullopt;
  const std::optional<int> hours = take_number(text, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const std::optional<int> minutes = take_number(text, 2);
  if (!minutes) return std::nullopt;
  const std::chrono::minutes offset(*hours * 60 + *minutes);
  return west ? -offset : offset;
}

}  // namespace

std::optional<std::chrono::system_clock::time_point> parse_rfc3339(std::string_view text) {
  constexpr std::string_view kBetween = "--T::";
  std::array<int, 6> fields{};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::optional<int> number = take_number(text, i == 0 ? 4 : 2);
    if (!number) return std::nullopt;
    fields[i] = *number;
    if (i < kBetween.size() && !take(text, kBetween[i])) return std::nullopt;
  }
  if (take(text, '.'))
    text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
  const std::optional<std::chrono::minutes> offset = take_offset(text);
  const std::chrono::year_month_day day{std::chrono::year(fields[0]),
                                        std::chrono::month(static_cast<unsigned>(fields[1])),
                                        std::chrono::day(static_cast<unsigned>(fields[2]))};
  if (!offset || !text.empty() || !day.ok()) return std::nullopt;
  // The clock counts nanoseconds and ends in 2262.
  if (fields[0] > kLastYear) return std::chrono::sys_days(std::chrono::year(kLastYear) / 1 / 1);
  if (fields[0] < kFirstYear) return std::chrono::sys_days(std::chrono::year(kFirstYear) / 1 / 1);
  return std::chrono::sys_days(day) + std::chrono::hours(fields[3]) +
         std::chrono::minutes(fields[4]) + std::chrono::seconds(fields[5]) - *offset;
}

Result<ExecCredential> parse_exec_credential(std::string_view text, std::string_view api_version) {
  const Result<Json::Value> tree = parse_json(text);
  if (!tree || !tree->isObject()) return fail(Code::invalid, "its output is no JSON object");
  if (get_string(*tree, "kind") != "ExecCredential" ||
      get_string(*tree, "apiVersion") != api_version) {
    return fail(Code::invalid, fmt::format("its output is no ExecCredential of {}", api_version));
  }
  ExecCredential credential;
  credential.token = get_string(*tree, {"status", "token"});
  credential.client_cert_pem = get_string(*tree, {"status", "clientCertificateData"});
  credential.client_key_pem = get_string(*tree, {"status", "clientKeyData"});
  if (credential.client_cert_pem.empty() != credential.client_key_pem.empty()) {
    return fail(Code::invalid,
                "its output has only one of clientCertificateData and clientKeyData");
  }
  if (credential.token.empty() && credential.client_cert_pem.empty()) {
    return fail(Code::invalid, "its output has neither a token nor a client certificate");
  }
  if (!credential.token.empty()) {
    const Result<std::string> token = checked_token(credential.token, {}, "token");
    if (!token) return fail(Code::invalid, "the token in its output holds white space");
    credential.token = *token;
  }
  const std::string expires = get_string(*tree, {"status", "expirationTimestamp"});
  if (expires.empty()) return credential;
  credential.expires = parse_rfc3339(expires);
  if (!credential.expires)
    return fail(Code::invalid, "its expirationTimestamp is no RFC 3339 time");
  return credential;
}

}  // namespace flotilla::kube
