#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace flotilla::tests {

// One request as a kube-apiserver's audit log has it, from the moment when the answer begins.
struct AuditedRequest {
  using Time = std::chrono::sys_time<std::chrono::microseconds>;

  std::string verb;  // get, list, watch, create, update, patch, delete, deletecollection
  std::string uri;   // with its query
  std::string user;
  std::string user_agent;
  std::string group;
  std::string resource;  // empty for /readyz, /api and the like
  std::string subresource;
  std::string namespace_name;
  std::string name;
  int code = 0;
  Time received;
  Time answered;  // the end of the answer; of a watch its beginning
};

// Reads the lines that end in a newline (the last one may still be being written), in their order.
// A watch has two events, its beginning and its end; the first one counts. Throws
// std::runtime_error when a line is no audit event.
std::vector<AuditedRequest> read_audit_log(std::string_view text);

}  // namespace flotilla::tests
