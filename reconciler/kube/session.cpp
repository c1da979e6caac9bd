#include "reconciler/kube/session.h"

#include "reconciler/kube/transfer.h"
#include "reconciler/metrics/metrics.h"
#include "render/document/json.h"
#include "render/document/json_parts.h"

#include <fmt/format.h>

#include <algorithm>

namespace flotilla::kube {
namespace {

using std::chrono::milliseconds;

// The last attempt may be short, but not so short that no server could answer.
constexpr milliseconds kShortestTimeout{1000};

// `answered` is set when the answer begins, and must live until the request has ended.
HttpRequest request_of(const SessionPtr& session, const Call& call, milliseconds timeout,
                       bool* answered) {
  HttpRequest request;
  request.method = call.method;
  request.url = session->credentials.server() + call.path;
  request.headers["Accept"] = call.accept;
  if (!call.content_type.empty()) request.headers["Content-Type"] = call.content_type;
  request.body = call.body;
  request.timeout = timeout;
  request.group = session.get();
  request.on_answer = [answered, circuit = &session->circuit] {
    *answered = true;
    circuit->answered(Clock::now());
  };
  session->credentials.sign(request);
  return request;
}

milliseconds left_until(Clock::time_point deadline) {
  return std::chrono::duration_cast<milliseconds>(deadline - Clock::now());
}

struct Outcome {
  ApiResult<HttpResponse> answer;
  std::optional<milliseconds> asked_wait = {};
  unsigned generation = 0;  // of the credential it was signed with
  bool unanswered = false;  // it was sent, and nothing came back
};

Outcome refused_outcome(Error error) {
  return {tl::unexpected(error_of_transport(std::move(error)))};
}

Outcome outcome_of(Result<HttpResponse> response, Secrecy secrecy, unsigned generation) {
  if (!response) {
    Outcome outcome = refused_outcome(std::move(response).error());
    outcome.generation = generation;
    return outcome;
  }
  if (response->status >= 200 && response->status < 300) {
    return {std::move(*response), {}, generation};
  }
  return {tl::unexpected(error_of_response(*response, secrecy)), retry_after(*response),
          generation};
}

// What a request without a usable answer says about the server. `full`: it had the time that any
// request has.
void judge(Session& session, const Circuit::Pass& pass, bool full, bool answered,
           Outcome& outcome) {
  if (outcome.answer || outcome.answer.error().status != 0) return;
  const Error& error = outcome.answer.error().error;
  const Clock::time_point now = Clock::now();
  if (error.code == Code::unauthorized) return session.circuit.answered(now);  // in words of TLS
  outcome.unanswered =
      !answered && (error.code == Code::unavailable || error.code == Code::timeout);
  if (!outcome.unanswered) return;
  session.circuit.missed(pass, error, now);
  if (!full || error.code != Code::timeout) return;
  // Whatever else waits for it would wait in vain.
  if (session.circuit.timed_out(pass, error, now)) session.loop.give_up(&session);
}

void count(metrics::Verb verb, const Outcome& outcome, const metrics::Stopwatch& watch) {
  const int status = outcome.answer ? outcome.answer->status : outcome.answer.error().status;
  metrics::member_answered(verb, status, watch.elapsed());
}

// A server that has just got a new kind says so with a 429 too: that is about this kind, and no
// sign of load.
bool is_overload(const ApiError& error) {
  return error.status == 429 && error.error.message.find("(re)initializing") == std::string::npos;
}

Task<Outcome> try_once(SessionPtr session, const Call& call, milliseconds timeout) {
  if (!session->circuit.admits(Clock::now())) {
    co_return refused_outcome(session->circuit.refusal(Clock::now()));
  }
  Result<void> prepared = co_await session->credentials.prepare();
  if (!prepared) co_return refused_outcome(std::move(prepared).error());
  auto turn = session->permits.acquire();
  const Permits::Permit permit = co_await turn;
  const std::optional<Circuit::Pass> pass = session->circuit.admit(Clock::now());
  if (!pass) co_return refused_outcome(session->circuit.refusal(Clock::now()));
  const unsigned generation = session->credentials.generation();
  bool answered = false;
  HttpRequest request = request_of(session, call, timeout, &answered);
  const metrics::Stopwatch watch;
  Result<HttpResponse> response = co_await session->loop.send(std::move(request));
  Outcome outcome = outcome_of(std::move(response), call.secrecy, generation);
  count(metrics::verb_of(call.method), outcome, watch);
  judge(*session, *pass, timeout >= session->options.timeout, answered, outcome);
  if (outcome.answer) {
    session->permits.succeeded();
  } else if (is_overload(outcome.answer.error())) {
    session->permits.too_many(permit);
  }
  co_return std::move(outcome);
}

void say_that_wait_is_too_long(ApiError& error, const std::optional<milliseconds>& asked,
                               milliseconds patience) {
  if (!asked) return;
  error.error.message +=
      fmt::format("; it asks to wait {} s, which is longer than is left of this call's {} s",
                  std::chrono::ceil<std::chrono::seconds>(*asked).count(),
                  std::chrono::ceil<std::chrono::seconds>(patience).count());
}

Task<Outcome> open_stream(SessionPtr session, const Stream& stream) {
  const std::optional<Circuit::Pass> pass = session->circuit.admit(Clock::now());
  if (!pass) co_return refused_outcome(session->circuit.refusal(Clock::now()));
  const unsigned generation = session->credentials.generation();
  bool answered = false;
  HttpRequest request = request_of(session, stream.call, stream.timeout, &answered);
  request.on_line = [circuit = &session->circuit, &stream](std::string_view line) {
    circuit->heard(Clock::now());
    return stream.on_line(line);
  };
  request.silence = stream.silence;
  request.answer_within = session->options.timeout;
  const metrics::Stopwatch watch;
  Result<HttpResponse> response = co_await session->loop.send(std::move(request));
  Outcome outcome = outcome_of(std::move(response), stream.call.secrecy, generation);
  count(metrics::Verb::watch, outcome, watch);
  judge(*session, *pass, true, answered, outcome);
  if (outcome.unanswered) {
    session->circuit.gave_up(outcome.answer.error().error, Clock::now());
  }
  co_return std::move(outcome);
}

Task<Outcome> send_once(SessionPtr session, const Call& call, milliseconds timeout) {
  const std::optional<Circuit::Pass> pass = session->circuit.admit(Clock::now());
  if (!pass) co_return refused_outcome(session->circuit.refusal(Clock::now()));
  const unsigned generation = session->credentials.generation();
  bool answered = false;
  HttpRequest request = request_of(session, call, timeout, &answered);
  Result<HttpResponse> response = co_await session->loop.send(std::move(request));
  Outcome outcome = outcome_of(std::move(response), call.secrecy, generation);
  judge(*session, *pass, false, answered, outcome);
  if (outcome.unanswered) {
    session->circuit.gave_up(outcome.answer.error().error, Clock::now());
  }
  co_return std::move(outcome);
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
  attempts.name = call.path;
  attempts.to_connect = session->options.connect_attempts;
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
    if (session->circuit.is_open()) co_return std::move(outcome.answer);
    ApiError& error = outcome.answer.error();
    attempts.left = left_until(deadline);
    attempts.asked_wait = outcome.asked_wait;
    const std::optional<milliseconds> wait = wait_before_retry(error, attempts);
    if (!wait) {
      if (outcome.unanswered) session->circuit.gave_up(error.error, Clock::now());
      if (may_pass(error)) {
        say_that_wait_is_too_long(error, outcome.asked_wait, session->options.patience);
      }
      co_return std::move(outcome.answer);
    }
    co_await session->loop.sleep(*wait);
    ++attempts.made;
  }
}

Task<ApiResult<HttpResponse>> exchange_stream(SessionPtr session, Stream stream) {
  for (bool renewed = false;; renewed = true) {
    if (!session->circuit.admits(Clock::now())) {
      co_return tl::unexpected(error_of_transport(session->circuit.refusal(Clock::now())));
    }
    Result<void> prepared = co_await session->credentials.prepare();
    if (!prepared) co_return tl::unexpected(error_of_transport(std::move(prepared).error()));
    Outcome outcome = co_await open_stream(session, stream);
    const bool refused = !outcome.answer && outcome.answer.error().status == 401;
    if (!refused || renewed) co_return std::move(outcome.answer);
    Result<bool> changed = co_await session->credentials.renew(outcome.generation);
    if (!changed) co_return tl::unexpected(error_of_transport(std::move(changed).error()));
    if (!*changed) co_return std::move(outcome.answer);
  }
}

Task<ApiResult<HttpResponse>> exchange_once(SessionPtr session, Call call, milliseconds timeout) {
  for (bool renewed = false;; renewed = true) {
    if (!session->circuit.admits(Clock::now())) {
      co_return tl::unexpected(error_of_transport(session->circuit.refusal(Clock::now())));
    }
    Result<void> prepared = co_await session->credentials.prepare();
    if (!prepared) co_return tl::unexpected(error_of_transport(std::move(prepared).error()));
    Outcome outcome = co_await send_once(session, call, timeout);
    const bool refused = !outcome.answer && outcome.answer.error().status == 401;
    if (!refused || renewed) co_return std::move(outcome.answer);
    Result<bool> changed = co_await session->credentials.renew(outcome.generation);
    if (!changed) co_return tl::unexpected(error_of_transport(std::move(changed).error()));
    if (!*changed) co_return std::move(outcome.answer);
  }
}

namespace {

ApiResult<Json::Value> object_of(Result<Json::Value> body, const HttpResponse& response) {
  if (body && body->isObject()) return std::move(*body);
  ApiError error;
  error.status = response.status;
  error.error = {
      Code::unavailable,
      fmt::format("server answers {} with a body that is no JSON object", response.status)};
  return tl::unexpected(std::move(error));
}

}  // namespace

ApiResult<Json::Value> json_of(const HttpResponse& response) {
  return object_of(parse_json_fast(response.body), response);
}

ApiResult<Json::Value> page_of(const HttpResponse& response) {
  // Of items, items[i], metadata, managedFields, managedFields[i].
  constexpr int depth = 5;
  return object_of(parse_json_except(response.body, "fieldsV1", depth), response);
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
