#include "overrides/overriders/plaintext.h"

#include "overrides/fields.h"
#include "overrides/overriders/operations.h"

#include <algorithm>

namespace flotilla::overrides {

namespace {

// Karmada reads the patched object back, which needs a kind.
Result<void> apply(Json::Value& object, const Operations& operations) {
  const bool had_kind = !get_string(object, "kind").empty();
  const bool may_lose_it =
      std::any_of(operations.steps.begin(), operations.steps.end(),
                  [](const PatchStep& step) { return step.path.empty() || step.path == "/kind"; });
  if (!had_kind || !may_lose_it) return apply_operations(object, operations);
  Json::Value patched = object;
  TRY(apply_operations(patched, operations));
  if (get_string(patched, "kind").empty())
    return fail(Code::invalid, "the patch leaves the object without a kind",
                operations.places.back());
  object.swap(patched);
  return {};
}

}  // namespace

std::optional<Overrider> read_plaintext(const Json::Value& list, const Reading& reading) {
  const std::size_t errors = error_count(reading.problems);
  Operations operations = read_operations(list, reading, "path", ValueRule::plaintext);
  if (error_count(reading.problems) > errors) return std::nullopt;
  return Overrider{"plaintext",
                   [operations = std::move(operations)](Json::Value& object, const Cluster&) {
                     return apply(object, operations);
                   },
                   at(list, reading.file), reading.path};
}

}  // namespace flotilla::overrides
