#include "reconciler/kube/session.h"

#include "reconciler/kube/transfer.h"
#include "render/document/json.h"

#include <fmt/format.h>

#include <algorithm>

namespace flotilla::kube {
namespace {

using std::chrono::milliseconds;

// The last attempt may be short, but not so short that no server could answer.
constexpr milliseconds kShortestTimeout{1000};

HttpRequest request_of(const Session& session, const Call& call, milliseconds timeout) {
  HttpRequest request;
  request.method = call.method;
  request.url = session.credentials.server() + call.path;
  request.headers["Accept"] = call.accept;
  if (!call.content_type.empty()) request.headers["Content-Type"] = call.content_type;
  request.body = call.body;
  request.timeout = timeout;
  session.credentials.sign(request);
  return request;
}

milliseconds left_until(Clock::time_point deadline) {
  return std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
}

struct Outcome {
  ApiResult<HttpResponse> answer;
  std::optional<milliseconds> asked_wait;
  unsigned generation = 0;  // of the credential it was signed with
};

Outcome outcome_of(Result<HttpResponse> response, Secrecy secrecy, unsigned generation) {
  if (!response) {
    return {tl::unexpected(error_of_transport(std::move(response).error())), {}, generation};
  }
  if (response->status >= 200 && response->status < 300) {
    return {std::move(*response), {}, generation};
  }
  return {tl::unexpected(error_of_response(*response, secrecy)), retry_after(*response),
          generation};
}

Task<Outcome> try_once(SessionPtr session, const Call& call, milliseconds timeout) {
  Result<void> prepared = co_await session->credentials.prepare();
  if (!prepared) {
    ApiError error = error_of_transport(std::move(prepared).error());
    co_return Outcome{tl::unexpected(std::move(error)), {}, 0};
  }
  co_await session->permits.acquire();
  const unsigned generation = session->credentials.generation();
  HttpRequest request = request_of(*session, call, timeout);
  Result<HttpResponse> response = co_await session->loop.send(std::move(request));
  session->permits.release();
  co_return outcome_of(std::move(response), call.secrecy, generation);
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

Task<ApiResult<HttpResponse>> exchange(SessionPtr session, Call call) {
  const Clock::time_point deadline = Clock::now() + session->options.patience;
  bool renewed = false;
  Attempts attempts;
  while (true) {
    const milliseconds left = std::max(left_until(deadline), kShortestTimeout);
    Outcome outcome = co_await try_once(session, call, std::min(session->options.timeout, left));
    if (outcome.answer) co_return std::move(outcome.answer);
    if (outcome.answer.error().status == 401 && !renewed) {
      renewed = true;
      Result<bool> changed = co_await session->credentials.renew(outcome.generation);
      if (!changed) co_return tl::unexpected(error_of_transport(std::move(changed).error()));
      if (*changed) continue;
    }
    attempts.left = left_until(deadline);
    attempts.asked_wait = outcome.asked_wait;
    const std::optional<milliseconds> wait = wait_before_retry(outcome.answer.error(), attempts);
    if (!wait) co_return std::move(outcome.answer);
    co_await session->loop.sleep(*wait);
    ++attempts.made;
  }
}

Task<ApiResult<HttpResponse>> exchange_stream(SessionPtr session, Stream stream) {
  for (bool renewed = false;; renewed = true) {
    Result<void> prepared = co_await session->credentials.prepare();
    if (!prepared) co_return tl::unexpected(error_of_transport(std::move(prepared).error()));
    const unsigned generation = session->credentials.generation();
    HttpRequest request = request_of(*session, stream.call, stream.timeout);
    request.on_line = stream.on_line;
    request.silence = stream.silence;
    Result<HttpResponse> response = co_await session->loop.send(std::move(request));
    Outcome outcome = outcome_of(std::move(response), stream.call.secrecy, generation);
    const bool refused = !outcome.answer && outcome.answer.error().status == 401;
    if (!refused || renewed) co_return std::move(outcome.answer);
    Result<bool> changed = co_await session->credentials.renew(generation);
    if (!changed) co_return tl::unexpected(error_of_transport(std::move(changed).error()));
    if (!*changed) co_return std::move(outcome.answer);
  }
}

ApiResult<Json::Value> json_of(const HttpResponse& response) {
  Result<Json::Value> body = parse_json_fast(response.body);
  if (body && body->isObject()) return std::move(*body);
  ApiError error;
  error.status = response.status;
  error.error = {
      Code::unavailable,
      fmt::format("server answers {} with a body that is no JSON object", response.status)};
  return tl::unexpected(std::move(error));
}

Secrecy secrecy_of(const Resource& resource) {
  return resource.group.empty() && resource.kind == "Secret" ? Secrecy::secret : Secrecy::plain;
}

std::string percent_encoded(std::string_view text, std::string_view keep) {
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c) || keep.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

std::string query(const std::vector<QueryItem>& items) {
  std::string text;
  for (const QueryItem& item : items) {
    if (item.value.empty()) continue;
    text += text.empty() ? '?' : '&';
    text += fmt::format("{}={}", item.name, percent_encoded(item.value));
  }
  return text;
}

std::string Resource::path(std::string_view namespace_, std::string_view name) const {
  std::string text = group.empty() ? "/api" : fmt::format("/apis/{}", percent_encoded(group));
  text += fmt::format("/{}", percent_encoded(version));
  if (namespaced && !namespace_.empty()) {
    text += fmt::format("/namespaces/{}", percent_encoded(namespace_));
  }
  text += fmt::format("/{}", percent_encoded(plural));
  if (!name.empty()) text += fmt::format("/{}", percent_encoded(name, ":"));
  return text;
}

}  // namespace flotilla::kube
