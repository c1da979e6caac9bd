#pragma once

#include "reconciler/kube/client.h"

#include <chrono>
#include <optional>

// From answers that are no success to ApiErrors, and which of them deserve another attempt.
namespace flotilla::kube {

// Whether a request carries a Secret: the server's free text may quote values of what it refuses.
enum class Secrecy { plain, secret };

ApiError error_of_transport(Error error);
ApiError error_of_response(const HttpResponse& response, Secrecy secrecy);
// `status` is a Kubernetes Status object, of an answer's body or of a watch's ERROR event.
ApiError error_of_status(const Json::Value& status, int http_status, Secrecy secrecy);

// Seconds of a Retry-After header, if there is one that says seconds.
std::optional<std::chrono::milliseconds> retry_after(const HttpResponse& response);

// Whether another attempt may meet something else.
bool may_pass(const ApiError& error);

struct Attempts {
  int made = 1;
  int to_connect = 6;                                   // of them while there is no connection
  std::string_view name;                                // what is asked for: spreads the waits
  std::chrono::milliseconds left{0};                    // of the call's patience
  std::optional<std::chrono::milliseconds> asked_wait;  // what Retry-After said
};
// How long to wait before the next attempt; nullopt: give up. 0.2 s doubling to 5 s, spread by name
// and attempt; what the server asked for is never cut short.
std::optional<std::chrono::milliseconds> wait_before_retry(const ApiError& error,
                                                           const Attempts& attempts);

}  // namespace flotilla::kube
