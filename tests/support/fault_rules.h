#pragma once

#include "tests/support/fault_proxy.h"

#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace flotilla::tests {

// Decides which request meets which fault, and counts. Safe from any thread.
class FaultRules {
 public:
  explicit FaultRules(std::uint64_t seed) : random_(seed) {}

  void set(std::vector<FaultRule> rules);
  std::optional<FaultRule> for_connection();
  std::optional<FaultRule> for_request(const std::string& method, const std::string& target);
  std::size_t requests() const;
  std::map<std::string, std::size_t> counts() const;

 private:
  struct Entry {
    FaultRule rule;
    int seen = 0;
    int done = 0;
  };
  // Whether the rule strikes this time, given that it fits.
  bool strikes(Entry& entry);

  mutable std::mutex mutex_;
  std::mt19937_64 random_;
  std::vector<Entry> entries_;
  std::size_t requests_ = 0;
  std::map<std::string, std::size_t> counts_;
};

// The answer of Injection::status and Injection::watch_expired, as an API server words it.
std::string injected_answer(const FaultRule& rule);

}  // namespace flotilla::tests
