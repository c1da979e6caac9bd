#include "reconciler/kube/circuit.h"

#include "reconciler/kube/spread.h"

#include <fmt/format.h>

#include <algorithm>

namespace flotilla::kube {
namespace {

using std::chrono::milliseconds;

// Errors of the transport begin with the server, which is named already.
std::string_view without_server(std::string_view message, std::string_view server) {
  const std::size_t end = message.find(": ");
  const bool named = end != std::string_view::npos && server.starts_with(message.substr(0, end));
  return named ? message.substr(end + 2) : message;
}

}  // namespace

Circuit::Circuit(std::string server, const ClientOptions& options)
    : server_(std::move(server)),
      failures_to_open_(options.failures_to_open),
      first_rest_(options.first_rest),
      longest_rest_(options.longest_rest) {}

bool Circuit::admits(Time now) const {
  return !outage_ || (trying_ == 0 && now >= outage_->next_try);
}

std::optional<Circuit::Pass> Circuit::admit(Time now) {
  if (!admits(now)) return std::nullopt;
  if (!outage_) return Pass(nullptr, 0, now);
  trying_ = ++tries_;
  return Pass(this, trying_, now);
}

Error Circuit::refusal(Time now) const {
  if (!outage_) return {Code::internal, fmt::format("{}: not refused", server_)};
  const int failures = outage_->failures;
  const std::string times = failures > 1 ? fmt::format(" {} times", failures) : "";
  const auto left = std::chrono::ceil<std::chrono::seconds>(outage_->next_try - now).count();
  const std::string next =
      left > 0 ? fmt::format("next try in {} s", left) : std::string("a try is under way");
  return {Code::unavailable, fmt::format("the cluster did not answer{} ({}), {}", times,
                                         without_server(outage_->error.message, server_), next)};
}

void Circuit::answered(Time now) {
  heard(now);
  failures_ = 0;
  rests_ = 0;
  trying_ = 0;
  outage_.reset();
}

void Circuit::missed(const Pass& pass, const Error& error, Time now) {
  if (!outage_ || !pass.tries()) return;
  ++failures_;
  open(error, now);
}

void Circuit::gave_up(const Error& error, Time now) {
  if (outage_) return;  // known
  ++failures_;
  if (failures_ >= failures_to_open_) open(error, now);
}

bool Circuit::timed_out(const Pass& pass, const Error& error, Time now) {
  if (outage_ || last_heard_ > pass.sent()) return false;
  ++failures_;
  open(error, now);
  return true;
}

void Circuit::open(const Error& error, Time now) {
  // Doubled without overflow: a rest that is long enough is doubled no more.
  milliseconds rest = first_rest_;
  for (int i = 0; i < rests_ && rest < longest_rest_; ++i) rest *= 2;
  rest = spread(std::min(rest, longest_rest_), server_, rests_);
  ++rests_;
  outage_ = Outage{error, failures_, now + rest};
}

}  // namespace flotilla::kube
