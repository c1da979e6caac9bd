#include "tests/support/fault_rules.h"

#include <array>
#include <utility>

namespace flotilla::tests {
namespace {

std::string name_of(const FaultRule& rule) {
  switch (rule.injection) {
    case Injection::reset_connection:
      return "reset connection";
    case Injection::reset_request:
      return "reset request";
    case Injection::lost_answer:
      return "lost answer";
    case Injection::reset_answer:
      return "reset answer";
    case Injection::half_answer:
      return "half answer";
    case Injection::hang:
      return "hang";
    case Injection::stall:
      return "stall";
    case Injection::slow_answer:
      return "slow answer";
    case Injection::watch_expired:
      return "watch expired";
    case Injection::status:
      break;
  }
  return "status " + std::to_string(rule.status);
}

bool is_watch(const std::string& target) {
  return target.find("watch=1") != std::string::npos ||
         target.find("watch=true") != std::string::npos;
}

bool fits(const FaultRule& rule, const std::string& method, const std::string& target) {
  if (rule.injection == Injection::reset_connection) return false;
  if (!rule.method.empty() && rule.method != method) return false;
  if (target.find(rule.target) == std::string::npos) return false;
  const bool watch = is_watch(target);
  if (rule.injection == Injection::watch_expired && !watch) return false;
  if (rule.watches == FaultRule::Watches::any) return true;
  return watch == (rule.watches == FaultRule::Watches::only);
}

std::string reason_of(int status) {
  static const std::map<int, std::string> reasons = {
      {400, "BadRequest"},    {401, "Unauthorized"},
      {403, "Forbidden"},     {404, "NotFound"},
      {409, "Conflict"},      {410, "Expired"},
      {422, "Invalid"},       {429, "TooManyRequests"},
      {500, "InternalError"}, {503, "ServiceUnavailable"},
      {504, "Timeout"}};
  const auto found = reasons.find(status);
  return found == reasons.end() ? "" : found->second;
}

std::string status_object(int status) {
  return R"({"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"injected","reason":")" +
         reason_of(status) + R"(","code":)" + std::to_string(status) + "}";
}

std::string with_head(int status, const std::string& headers, const std::string& body) {
  return "HTTP/1.1 " + std::to_string(status) + " Injected\r\nContent-Type: application/json\r\n" +
         headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

void FaultRules::set(std::vector<FaultRule> rules) {
  const std::scoped_lock lock(mutex_);
  entries_.clear();
  for (FaultRule& rule : rules) entries_.push_back({std::move(rule)});
}

bool FaultRules::strikes(Entry& entry) {
  const FaultRule& rule = entry.rule;
  if (rule.times >= 0 && entry.done >= rule.times) return false;
  const int number = entry.seen++ - rule.skip;
  if (number < 0 || number % rule.every != 0) return false;
  // Drawn also where it is certain: a rule that is added does not change what the others do.
  const double drawn = std::uniform_real_distribution<double>(0, 1)(random_);
  if (drawn >= rule.probability) return false;
  ++entry.done;
  ++counts_[name_of(rule)];
  return true;
}

std::optional<FaultRule> FaultRules::for_connection() {
  const std::scoped_lock lock(mutex_);
  for (Entry& entry : entries_) {
    if (entry.rule.injection == Injection::reset_connection && strikes(entry)) return entry.rule;
  }
  return std::nullopt;
}

std::optional<FaultRule> FaultRules::for_request(const std::string& method,
                                                 const std::string& target) {
  const std::scoped_lock lock(mutex_);
  ++requests_;
  for (Entry& entry : entries_) {
    if (fits(entry.rule, method, target) && strikes(entry)) return entry.rule;
  }
  return std::nullopt;
}

std::size_t FaultRules::requests() const {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

std::map<std::string, std::size_t> FaultRules::counts() const {
  const std::scoped_lock lock(mutex_);
  return counts_;
}

std::string injected_answer(const FaultRule& rule) {
  if (rule.injection == Injection::watch_expired) {
    return with_head(200, {}, R"({"type":"ERROR","object":)" + status_object(410) + "}\n");
  }
  const std::string wait =
      rule.retry_after > 0 ? "Retry-After: " + std::to_string(rule.retry_after) + "\r\n" : "";
  return with_head(rule.status, wait, status_object(rule.status));
}

}  // namespace flotilla::tests
