#pragma once

#include "reconciler/decision/settings.h"

#include <optional>
#include <string>
#include <string_view>

// What is suspended by a commit, and why. Nothing of it is written to a member, and nothing of it
// is deleted there, until the commit that takes it back.
namespace flotilla::decision {

// On a Cluster, a policy or a template.
inline constexpr std::string_view suspend_annotation = "flotilla.dev/suspend";

// What the value of such a mark says: nullopt for "false" and "no", which is the same as no mark;
// else the reason, empty for "true", "yes" and an empty value.
std::optional<std::string> read_mark(std::string_view value);
// The same of an object's annotation flotilla.dev/suspend; nullopt too if it has none, or one that
// is no text.
std::optional<std::string> suspend_mark(const Json::Value& object);

// "suspended: maintenance (Fleet.spec.suspend)"; without a reason "suspended (Fleet.spec.suspend)".
std::string suspended_text(std::string_view reason, std::string_view where);

// Why nothing is written to that cluster now: the Fleet is suspended, or the Cluster is. Empty:
// neither is.
std::string suspension_of(const Decision& decision, const std::string& cluster);

// Why what a policy placed stays on that cluster as it is: by the policy as it is now. Empty: it is
// not suspended there.
std::string suspension_of(const PolicyRef& policy, const std::string& cluster,
                          const Settings& settings);
// The words for spec.suspension of a policy.
std::string dispatching_text(const PolicyRef& policy);

// An annotation flotilla.dev/suspend that is no text is added to `problems`: who wrote it meant
// something by it.
void check_suspend_mark(const Object& object, Problems& problems);

}  // namespace flotilla::decision
