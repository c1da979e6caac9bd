#include "reconciler/notify/outbox.h"

#include "reconciler/kube/spread.h"
#include "reconciler/kube/transfer.h"
#include "reconciler/log/log.h"
#include "render/base/text.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <map>
#include <optional>

namespace flotilla::notify {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t largest_answer = std::size_t{1} << 20U;

struct Verdict {
  enum class Kind { delivered, repeat, refused, stopped } kind = Kind::delivered;
  std::string reason = {};
  std::optional<milliseconds> wait = {};  // what the receiver asked for
};

// Retry-After in seconds; nullopt for a date, which few send.
std::optional<milliseconds> retry_after(const kube::HttpResponse& response) {
  const auto header = response.headers.find("retry-after");
  if (header == response.headers.end()) return std::nullopt;
  std::int32_t seconds = 0;
  const std::string& text = header->second;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || seconds < 0)
    return std::nullopt;
  return milliseconds(std::int64_t{seconds} * 1000);
}

Verdict judge(const Result<kube::HttpResponse>& result, bool same_status_is_fine) {
  using Kind = Verdict::Kind;
  if (!result) {
    const Error& error = result.error();
    if (error.code == Code::cancelled) return {Kind::stopped};
    return {is_transient(error.code) ? Kind::repeat : Kind::refused, error.message};
  }
  const int status = result->status;
  if (status >= 200 && status < 300) return {Kind::delivered};
  if (same_status_is_fine && status == 400 &&
      result->body.find("Cannot transition status") != std::string::npos)
    return {Kind::delivered};
  const std::string reason = "answered " + std::to_string(status);
  const std::optional<milliseconds> wait = retry_after(*result);
  // A 403 that names a time is GitHub's word for "too many".
  const bool passes = status == 408 || status == 429 || status >= 500 || (status == 403 && wait);
  return {passes ? Kind::repeat : Kind::refused, reason, wait};
}

struct Numbered {
  std::uint64_t number = 0;
  Delivery delivery;
};

struct Receiver {
  std::deque<Numbered> queue;
  bool served = false;
  std::string told;  // the last failure in the log; empty: none since a delivery
  std::shared_ptr<const kube::Peer> peer;
  std::shared_ptr<kube::Bell> bell = std::make_shared<kube::Bell>();
};

void tell_once(const std::string& name, Receiver& receiver, const std::string& origin,
               const std::string& reason) {
  if (receiver.told == reason) return;
  receiver.told = reason;
  log::warning("not delivered", {{"receiver", name}, {"origin", origin}, {"reason", reason}});
}

// The same peer for the same CA, so that connections are used again.
std::shared_ptr<const kube::Peer> peer_of(const std::string& ca_pem, Receiver& receiver) {
  if (ca_pem.empty()) return nullptr;
  if (receiver.peer && receiver.peer->ca_pem == ca_pem) return receiver.peer;
  kube::Peer peer;
  peer.ca_pem = ca_pem;
  receiver.peer = std::make_shared<const kube::Peer>(std::move(peer));
  return receiver.peer;
}

kube::HttpRequest http_request(Prepared prepared, milliseconds timeout, Receiver& receiver) {
  kube::HttpRequest request;
  request.method = "POST";
  request.url = std::move(prepared.request.url);
  request.headers = std::move(prepared.request.headers);
  request.body = std::move(prepared.request.body);
  request.peer = peer_of(prepared.ca_pem, receiver);
  request.timeout = timeout;
  request.largest_body = largest_answer;
  return request;
}

}  // namespace

struct Outbox::State {
  kube::Loop& loop;
  Options options;
  kube::Semaphore in_flight;
  std::map<std::string, Receiver> receivers = {};
  std::size_t waiting = 0;
  std::uint64_t numbers = 0;
  Sent sent = {};
  std::shared_ptr<kube::Bell> settled = std::make_shared<kube::Bell>();

  State(kube::Loop& the_loop, Options the_options)
      : loop(the_loop), options(the_options), in_flight(the_options.in_flight) {}

  milliseconds wait_of(const std::string& receiver, int attempt) const {
    milliseconds wait = options.first_wait;
    for (int i = 0; i < attempt && wait < options.longest_wait; ++i) wait *= 2;
    return kube::spread(std::min(wait, options.longest_wait), receiver, attempt);
  }

  void drop_oldest() {
    Receiver* oldest = nullptr;
    std::string name;
    for (auto& [key, receiver] : receivers) {
      if (receiver.queue.empty()) continue;
      if (oldest != nullptr && oldest->queue.front().number < receiver.queue.front().number)
        continue;
      oldest = &receiver;
      name = key;
    }
    if (oldest == nullptr) return;
    oldest->queue.pop_front();
    --waiting;
    ++sent.abandoned;
    log::warning("too many messages wait: the oldest is dropped", {{"receiver", name}});
  }

  void refused(const std::string& name, const std::string& origin, const std::string& reason) {
    ++sent.refused;
    tell_once(name, receivers[name], origin, reason);
  }
};

Outbox::Outbox(kube::Loop& loop, Options options)
    : state_(std::make_shared<State>(loop, options)) {}

void Outbox::put(Delivery delivery) {
  State& state = *state_;
  const std::string name = delivery.receiver;
  Receiver& receiver = state.receivers[name];
  if (!delivery.subject.empty())
    for (Numbered& waiting : receiver.queue)
      if (waiting.delivery.subject == delivery.subject) {
        waiting.delivery = std::move(delivery);
        return;
      }
  receiver.queue.push_back({++state.numbers, std::move(delivery)});
  if (++state.waiting > state.options.most_waiting) state.drop_oldest();
  if (receiver.served) return;
  receiver.served = true;
  state.loop.spawn(serve(state_, name));
}

std::size_t Outbox::waiting() const { return state_->waiting; }
const Sent& Outbox::sent() const { return state_->sent; }

kube::Task<> Outbox::finish() { return drain(state_); }

kube::Task<> Outbox::drain(std::shared_ptr<State> state) {
  const auto end = Clock::now() + state->options.patience;
  for (auto& [name, receiver] : state->receivers) receiver.bell->ring();
  while (state->waiting > 0) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
    if (left.count() <= 0) break;
    co_await state->loop.sleep(left, state->settled);
  }
  if (state->waiting > 0)
    log::warning("stopped before all messages were delivered",
                 {{"left", std::to_string(state->waiting)}});
}

kube::Task<> Outbox::serve(std::shared_ptr<State> state, std::string name) {
  Receiver& receiver = state->receivers[name];
  while (!receiver.queue.empty()) {
    Delivery next = std::move(receiver.queue.front().delivery);
    receiver.queue.pop_front();
    co_await deliver(state, std::move(next));
    if (--state->waiting == 0) state->settled->ring();
  }
  receiver.served = false;
}

kube::Task<> Outbox::deliver(std::shared_ptr<State> state, Delivery delivery) {
  const std::string& name = delivery.receiver;
  Receiver& receiver = state->receivers[name];
  const auto begun = Clock::now();
  for (int attempt = 0;; ++attempt) {
    Result<Prepared> prepared = delivery.prepare();
    if (!prepared) {
      state->refused(name, "", prepared.error().message);
      co_return;
    }
    const std::string origin = kube::origin_of(prepared->request.url);
    kube::HttpRequest request =
        http_request(std::move(*prepared), state->options.timeout, receiver);
    co_await state->in_flight.acquire();
    const Result<kube::HttpResponse> result = co_await state->loop.send(std::move(request));
    state->in_flight.release();
    const Verdict verdict = judge(result, delivery.same_status_is_fine);
    if (verdict.kind == Verdict::Kind::stopped) co_return;
    if (verdict.kind == Verdict::Kind::refused) {
      state->refused(name, origin, verdict.reason);
      co_return;
    }
    if (verdict.kind == Verdict::Kind::delivered) {
      ++state->sent.delivered;
      receiver.told.clear();
      co_return;
    }
    const milliseconds wait = verdict.wait.value_or(state->wait_of(name, attempt));
    if (Clock::now() + wait - begun > state->options.give_up_after) {
      ++state->sent.abandoned;
      tell_once(name, receiver, origin, verdict.reason + ", to the last attempt");
      co_return;
    }
    co_await state->loop.sleep(wait, receiver.bell);
  }
}

}  // namespace flotilla::notify
