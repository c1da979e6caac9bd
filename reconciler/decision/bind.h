#pragma once

#include "reconciler/decision/binding.h"
#include "reconciler/decision/settings.h"
#include "reconciler/placement/scheduler.h"
#include "render/interpreter/interpreter.h"

#include <optional>
#include <set>

// From a template and its policy to a binding, and from a binding to what the scheduler wants to
// know (karmada-semantics 10).
namespace flotilla::decision {

// The binding without its schedule. What others keep in it between passes (eviction tasks, the
// request to reschedule, the schedule itself) is taken over from `previous`, which may be null.
// `policy` is null for an object that is there for others only. An error of the interpreter names
// what it was doing; the binding cannot be made then.
Result<Binding> bind(const Object& object, const placement::PropagationPolicy* policy,
                     const interpreter::Interpreter& interpreter, const Binding* previous);

// activationPreference: Lazy (9.6): while the template stays as it was when the binding was made,
// the policy's changes wait: the binding keeps what it had. True if that is so for `binding`, made
// from the template as it is now.
bool stays_lazy(const Binding& binding, const placement::PropagationPolicy& policy,
                const Binding& previous);
void stay_lazy(Binding& binding, const Binding& previous);

// spec.suspension.scheduling (6): the binding is not scheduled, what was decided stands (11.1).
bool is_scheduling_suspended(const Binding& binding);

struct Scheduling {
  placement::Subject subject;
  placement::Placement placement;
  std::vector<std::string> evicting;
};
// `defined` are the kinds whose definition stands in the repository.
Result<Scheduling> scheduling_of(const Binding& binding, const std::set<GroupKind>& defined);

// spec.schedulePriority.priority: the value of the PriorityClass (10). nullopt: the repository has
// none of that name and Kubernetes brings none.
std::optional<std::int64_t> priority_of(const std::string& priority_class,
                                        const catalog::Catalog& catalog);

// The template `key`, nullptr if the repository has none.
catalog::ObjectPtr find_template(const catalog::Catalog& catalog, const ObjectKey& key);

}  // namespace flotilla::decision
