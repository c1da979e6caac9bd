#pragma once

#include "reconciler/metrics/metrics.h"
#include "reconciler/server/deliveries.h"
#include "reconciler/server/signature.h"

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

// Webhooks of forges, judged without I/O and without a clock.
namespace flotilla::server {

using metrics::HookKind;
using metrics::HookResult;

inline constexpr std::array<HookKind, 4> hook_kinds = {HookKind::github, HookKind::gitlab,
                                                       HookKind::gitea, HookKind::generic};
std::string_view to_string(HookKind kind);  // "github": the end of its path and its secrets' file

// What changed.
struct Push {
  std::string ref;     // refs/heads/main; empty: not told, anything may have
  std::string commit;  // what it is now; empty: not told, or the ref is gone

  bool operator==(const Push&) const = default;
};

// What somebody who follows the repository thinks of a push.
enum class Interest {
  fetch,
  not_followed,  // another branch, or our own status branch
  known          // we have that commit already
};
using InterestIn = std::function<Interest(const Push&)>;

struct Hook {
  HookKind kind = HookKind::generic;
  const std::map<std::string, std::string>& headers;  // names in lower case
  std::string_view body;
};

struct Verdict {
  int status = 200;  // of HTTP
  std::string text;  // one line for the sender; never why a signature does not fit
  HookResult result = HookResult::ignored;
  std::optional<Push> push;  // given: something is to be fetched
};

// A signed time may be this far from ours.
inline constexpr std::chrono::minutes clock_tolerance{5};

// `secrets` of the kind: at least one. What is to be fetched is remembered in `deliveries` and does
// nothing when it comes again.
Verdict judge_hook(const Hook& hook, const Secrets& secrets, Deliveries::Time now,
                   const InterestIn& interest, Deliveries& deliveries);

}  // namespace flotilla::server
