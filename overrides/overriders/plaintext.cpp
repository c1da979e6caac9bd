#include "overrides/overriders/plaintext.h"

#include "overrides/fields.h"
#include "overrides/overriders/operations.h"

namespace flotilla::overrides {

std::optional<Overrider> read_plaintext(const Json::Value& list, const Reading& reading) {
  const std::size_t errors = error_count(reading.problems);
  Operations operations = read_operations(list, reading, "path", ValueRule::plaintext);
  if (error_count(reading.problems) > errors) return std::nullopt;
  return Overrider{
      "plaintext",
      [operations = std::move(operations)](Json::Value& object, const Cluster&) -> Result<void> {
        const bool had_kind = !get_string(object, "kind").empty();
        TRY(apply_operations(object, operations));
        // Karmada reads the patched object back, which needs a kind.
        if (had_kind && get_string(object, "kind").empty())
          return fail(Code::invalid, "the patch leaves the object without a kind",
                      operations.places.back());
        return {};
      },
      at(list, reading.file), reading.path};
}

}  // namespace flotilla::overrides
