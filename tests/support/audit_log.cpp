#include "tests/support/audit_log.h"

#include <json/json.h>

#include <cmath>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <set>
#include <stdexcept>

namespace flotilla::tests {
namespace {

// "2026-11-21T12:43:13.123456Z" (RFC 3339, UTC, to the microsecond), as audit events have it.
AuditedRequest::Time read_time(const std::string& text) {
  std::tm parts{};
  const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) throw std::runtime_error("audit log: \"" + text + "\" is no time");
  const double fraction = *rest == '.' ? std::strtod(rest, nullptr) : 0;
  return std::chrono::sys_seconds(std::chrono::seconds(timegm(&parts))) +
         std::chrono::microseconds(std::lround(fraction * 1e6));
}

AuditedRequest read_request(const Json::Value& event) {
  const Json::Value& object = event["objectRef"];
  return {.verb = event["verb"].asString(),
          .uri = event["requestURI"].asString(),
          .user = event["user"]["username"].asString(),
          .user_agent = event["userAgent"].asString(),
          .group = object["apiGroup"].asString(),
          .resource = object["resource"].asString(),
          .subresource = object["subresource"].asString(),
          .namespace_name = object["namespace"].asString(),
          .name = object["name"].asString(),
          .code = event["responseStatus"]["code"].asInt(),
          .received = read_time(event["requestReceivedTimestamp"].asString()),
          .answered = read_time(event["stageTimestamp"].asString())};
}

}  // namespace

std::vector<AuditedRequest> read_audit_log(std::string_view text) {
  const Json::CharReaderBuilder builder;
  const std::unique_ptr<Json::CharReader> reader(builder.newCharReader());
  std::vector<AuditedRequest> requests;
  std::set<std::string> seen;
  for (std::size_t end = 0; (end = text.find('\n')) != std::string_view::npos;) {
    Json::Value event;
    std::string error;
    if (!reader->parse(text.begin(), text.begin() + end, &event, &error))
      throw std::runtime_error("audit log: " + error);
    if (seen.insert(event["auditID"].asString()).second) requests.push_back(read_request(event));
    text.remove_prefix(end + 1);
  }
  return requests;
}

}  // namespace flotilla::tests
