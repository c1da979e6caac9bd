#include "overrides/overriders/plaintext.h"

#include "overrides/fields.h"
#include "render/document/pointer.h"

namespace flotilla::overrides {

namespace {

struct Operation {
  PatchStep step;
  SourceRef where;
};

void read_operation(const Json::Value& value, const Reading& reading,
                    std::vector<Operation>& operations) {
  Fields fields(value, reading);
  Operation operation;
  operation.where = at(value, reading.file);
  const std::string op = fields.choice("operator", {"add", "remove", "replace"}, "");
  if (op == "remove") operation.step.op = PatchOp::remove;
  if (op == "replace") operation.step.op = PatchOp::replace;
  operation.step.path = fields.required_text("path");
  if (auto pointer = parse_pointer(operation.step.path); !pointer && !operation.step.path.empty())
    fields.at("path").error(*fields.any("path"), "invalid-pointer", pointer.error().message);
  // Without a value, add and replace write null, as Karmada does.
  if (const Json::Value* patch = fields.any("value"); patch != nullptr && op != "remove")
    operation.step.value = *patch;
  fields.say_unknown();
  operations.push_back(std::move(operation));
}

// All or nothing, so the list is applied in one go; only when it failed is the operation at fault
// looked for.
Result<void> patch(Json::Value& object, const std::vector<PatchStep>& steps,
                   const std::vector<SourceRef>& places) {
  auto done = apply_patch(object, steps);
  if (done) return {};
  Error error = std::move(done).error();
  std::size_t at_fault = 0;
  Json::Value attempt = object;
  while (at_fault + 1 < steps.size() && apply_patch(attempt, {steps[at_fault]})) ++at_fault;
  error.where = places[at_fault];
  return fail(std::move(error));
}

}  // namespace

std::optional<Overrider> read_plaintext(const Json::Value& list, const Reading& reading) {
  const std::size_t errors = error_count(reading.problems);
  std::vector<Operation> operations;
  for (Json::ArrayIndex i = 0; i < list.size(); ++i) {
    std::string index = std::to_string(i);
    read_operation(list[i], reading.below(index.insert(0, 1, '[').append(1, ']')), operations);
  }
  if (error_count(reading.problems) > errors) return std::nullopt;

  std::vector<PatchStep> steps;
  std::vector<SourceRef> places;
  for (Operation& operation : operations) {
    steps.push_back(std::move(operation.step));
    places.push_back(std::move(operation.where));
  }
  return Overrider{"plaintext", [steps = std::move(steps), places = std::move(places)](
                                    Json::Value& object) { return patch(object, steps, places); }};
}

}  // namespace flotilla::overrides
