#include "reconciler/kube/api_error.h"

#include "reconciler/kube/spread.h"
#include "render/base/text.h"
#include "render/document/json.h"
#include "render/document/tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace flotilla::kube {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstWait{200};
constexpr milliseconds kLongestWait{5000};

// The cause that a refusal by a namespace on its way out bears.
constexpr std::string_view kTerminating = "NamespaceTerminating";

// etcd's limit, which comes as a bare 500.
bool is_too_large(std::string_view message) {
  return message.find("etcdserver: request is too large") != std::string_view::npos ||
         message.find("trying to send message larger than max") != std::string_view::npos;
}

// What a typed apply finds wrong with the object comes as a bare 500; trying again would loop for
// ever.
bool is_fault_of_object(std::string_view message) {
  for (const std::string_view words :
       {"failed to create typed patch", "failed to convert new object",
        "unable to convert unstructured object"}) {
    if (message.find(words) != std::string_view::npos) return true;
  }
  return false;
}

Code code_of(int status, std::string_view message) {
  switch (status) {
    case 401:
      return Code::unauthorized;
    case 403:
      return Code::forbidden;
    case 404:
      return Code::not_found;
    case 408:
      return Code::timeout;
    case 409:
    case 412:
      return Code::conflict;
    case 413:
      return Code::too_large;
    case 410:  // what was read is too old: it has to be read anew
    case 429:
      return Code::unavailable;
    case 500:
      if (is_too_large(message)) return Code::too_large;
      return is_fault_of_object(message) ? Code::invalid : Code::unavailable;
    case 501:
      return Code::invalid;
    default:
      return status >= 500 ? Code::unavailable : Code::invalid;
  }
}

// The server's words about one field of a Secret, as far as they cannot quote its value: who owns
// it, and that it can never change.
std::string discreet_cause(const std::string& reason, const std::string& message) {
  if (reason == "FieldManagerConflict") return message;
  static constexpr std::string_view immutable = "field is immutable";
  return message.find(immutable) != std::string::npos ? std::string(immutable) : std::string();
}

std::vector<ApiError::Cause> causes_of(const Json::Value& status, Secrecy secrecy) {
  std::vector<ApiError::Cause> causes;
  const Json::Value* list = find_path(status, {"details", "causes"});
  if (list == nullptr || !list->isArray()) return causes;
  for (const Json::Value& entry : *list) {
    ApiError::Cause cause{get_string(entry, "reason"), get_string(entry, "field"), {}};
    cause.message = get_string(entry, "message");
    if (secrecy == Secrecy::secret) cause.message = discreet_cause(cause.reason, cause.message);
    causes.push_back(std::move(cause));
  }
  return causes;
}

// Servers that name no cause say it in words, which an error about a Secret does not keep.
void add_terminating_cause(ApiError& error, std::string_view message) {
  if (error.status != 403) return;
  if (message.find("because it is being terminated") == std::string_view::npos) return;
  if (std::ranges::find(error.causes, kTerminating, &ApiError::Cause::reason) != error.causes.end())
    return;
  error.causes.push_back({std::string(kTerminating), {}, {}});
}

// Without the server's free text: its reason and the fields it names.
std::string discreet_text(const ApiError& error) {
  std::vector<std::string> fields;
  for (const ApiError::Cause& cause : error.causes) {
    if (!cause.field.empty()) fields.push_back(cause.field);
  }
  const std::string reason =
      error.reason.empty() ? fmt::format("HTTP {}", error.status) : error.reason;
  if (fields.empty()) return fmt::format("server says: {}", reason);
  return fmt::format("server says: {} ({})", reason, join(fields, ", "));
}

std::string full_text(const ApiError& error, std::string message) {
  if (message.empty()) return discreet_text(error);
  for (const ApiError::Cause& cause : error.causes) {
    if (cause.message.empty() || message.find(cause.message) != std::string::npos) continue;
    message += fmt::format("; {}{}{}", cause.field, cause.field.empty() ? "" : ": ", cause.message);
  }
  return fmt::format("server says: {}", message);
}

}  // namespace

ApiError error_of_transport(Error error) {
  ApiError result;
  result.error = std::move(error);
  return result;
}

ApiError error_of_status(const Json::Value& status, int http_status, Secrecy secrecy) {
  ApiError result;
  const std::string message = get_string(status, "message");
  result.status =
      http_status != 0 ? http_status : static_cast<int>(get_int(status, "code").value_or(500));
  result.reason = get_string(status, "reason");
  result.details_kind = get_string(status, {"details", "kind"});
  result.causes = causes_of(status, secrecy);
  add_terminating_cause(result, message);
  result.error.code = code_of(result.status, message);
  result.error.message =
      secrecy == Secrecy::secret ? discreet_text(result) : full_text(result, message);
  return result;
}

ApiError error_of_response(const HttpResponse& response, Secrecy secrecy) {
  const Result<Json::Value> body = parse_json_fast(response.body);
  if (body && get_string(*body, "kind") == "Status") {
    return error_of_status(*body, response.status, secrecy);
  }
  ApiError result;  // a proxy, or no API server at all: its page is not for a message
  result.status = response.status;
  result.error = {code_of(response.status, {}),
                  fmt::format("server answers {} without a Kubernetes status", response.status)};
  return result;
}

namespace {

// No answer, or none that can be used.
Fault fault_of_silence(Code code) {
  switch (code) {
    case Code::unavailable:
    case Code::timeout:
      return Fault::unreachable;
    case Code::unauthorized:
    case Code::forbidden:
      return Fault::unauthorized;
    case Code::cancelled:
      return Fault::cancelled;
    case Code::internal:
      return Fault::transient;
    default:
      return Fault::user;
  }
}

bool is_terminating(const ApiError& error) {
  return error.reason == kTerminating ||
         std::ranges::find(error.causes, kTerminating, &ApiError::Cause::reason) !=
             error.causes.end();
}

}  // namespace

Fault fault_of(const ApiError& error) {
  switch (error.status) {
    case 0:
      return fault_of_silence(error.error.code);
    case 401:
      return Fault::unauthorized;
    case 403:
      return is_terminating(error) ? Fault::transient : Fault::forbidden;
    case 404:
      return Fault::not_found;
    case 408:
    case 429:
      return Fault::transient;
    case 409:
    case 412:
      return Fault::conflict;
    case 410:
      return Fault::expired;
    default:
      break;
  }
  if (may_pass(error)) return Fault::transient;
  return error.error.code == Code::cancelled ? Fault::cancelled : Fault::user;
}

std::optional<milliseconds> retry_after(const HttpResponse& response) {
  const auto header = response.headers.find("retry-after");
  if (header == response.headers.end()) return std::nullopt;
  const std::string& text = header->second;
  int seconds = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (fault != std::errc{} || end != text.data() + text.size() || seconds < 0) return std::nullopt;
  return milliseconds(std::chrono::seconds(seconds));
}

bool may_pass(const ApiError& error) {
  if (error.status == 410) return false;  // the same question gets the same answer
  return error.error.code == Code::unavailable || error.error.code == Code::timeout;
}

std::optional<milliseconds> wait_before_retry(const ApiError& error, const Attempts& attempts) {
  if (!may_pass(error)) return std::nullopt;
  const bool no_connection = error.status == 0 && error.error.code == Code::unavailable;
  if (no_connection && attempts.made >= attempts.to_connect) return std::nullopt;
  const milliseconds steps =
      std::min(kFirstWait * (1 << std::min(attempts.made - 1, 10)), kLongestWait);
  milliseconds wait = spread(steps, attempts.name, attempts.made);
  if (attempts.asked_wait) {
    const milliseconds asked = *attempts.asked_wait;
    wait = std::max(wait,
                    asked + std::chrono::abs(spread(asked, attempts.name, attempts.made) - asked));
  }
  if (wait >= attempts.left) return std::nullopt;
  return wait;
}

}  // namespace flotilla::kube
