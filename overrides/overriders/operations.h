#pragma once

#include "overrides/selector.h"
#include "render/document/pointer.h"

#include <vector>

namespace flotilla::overrides {

// Operations of plaintext and fieldOverrider: steps of a JSON patch, and where each stands.
struct Operations {
  std::vector<PatchStep> steps;
  std::vector<SourceRef> places;
};

// All or nothing, so the list is applied in one go; only when it failed is the operation at fault
// looked for.
template <class Document>
Result<void> apply_operations(Document& document, const Operations& operations) {
  auto done = apply_patch(document, operations.steps);
  if (done) return {};
  Error error = std::move(done).error();
  std::size_t at_fault = 0;
  Document attempt = document;
  while (at_fault + 1 < operations.steps.size() &&
         apply_patch(attempt, {operations.steps[at_fault]}))
    ++at_fault;
  error.where = operations.places[at_fault];
  return fail(std::move(error));
}

enum class ValueRule {
  plaintext,  // add and replace without a value write null, as Karmada does
  strict,     // add and replace want a value that is not null, remove wants none
};
// Reads a list of {path, operator, value}; `path_name` is "path" or "subPath". Faults go to the
// problems of `reading`.
Operations read_operations(const Json::Value& list, const Reading& reading, const char* path_name,
                           ValueRule rule);

}  // namespace flotilla::overrides
