#pragma once

#include "reconciler/decision/decide.h"
#include "reconciler/decision/settings.h"

#include <optional>
#include <string>

// What cannot be trusted now because something in the repository is in error. An object that
// depends on it keeps its last applied state.
namespace flotilla::decision {

class Faults {
 public:
  Faults(const catalog::Catalog& catalog, const Settings& settings);

  // True if nothing at all is in error, so that nobody needs to ask.
  bool none() const;
  const std::set<std::string>& files() const { return files_; }
  const std::string& unreadable() const { return unreadable_; }

  // Why the object's override policies cannot be trusted now; nullopt if they can. A manifest
  // without one of its overrides is wrong, so the object then stays as it is.
  std::optional<std::string> of_overrides(const Object& object, const Binding* previous) const;
  // Why `chosen` cannot be trusted to be the object's policy.
  std::optional<std::string> of_policy(const Object& object, const Binding* previous,
                                       const placement::PropagationPolicy* chosen) const;
  // Why a template that was bound before and is not in the catalog may be there all the same.
  std::optional<std::string> of_absence(const ObjectKey& key, const std::string& file) const;

 private:
  bool is_faulty_policy(const PolicyRef& ref) const;
  bool previous_policy_unreadable(const Binding& previous) const;

  const catalog::Catalog& catalog_;
  const Settings& settings_;
  std::set<std::string> files_;  // with an error or a doubt
  std::string unreadable_;
};

// The template's file, the policy's, and those of the override policies that may touch it and of
// the customizations of its kind.
std::vector<std::string> sources_of(const Object& object, const PolicyRef& policy,
                                    const Settings& settings);

}  // namespace flotilla::decision
