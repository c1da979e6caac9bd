#pragma once

#include "reconciler/simulator/fields.h"
#include "reconciler/simulator/schema.h"

#include <optional>
#include <string>

// Values read through their schema: what server-side apply is made of.
namespace flotilla::simulator {

// The first place where `value` does not fit, as the API server words it: ".spec.x: field not
// declared in schema".
std::optional<std::string> misfit(const Json::Value& value, const Schema& schema);

// The path element of an entry of a keyed list or set.
std::string element_of(const Json::Value& entry, const Schema& list);

// Every field that `value` states.
FieldSet fields_of(const Json::Value& value, const Schema& schema);

// `live` with what `config` states laid over it.
Json::Value merge_typed(const Json::Value& live, const Json::Value& config, const Schema& schema);

struct Difference {
  FieldSet added;
  FieldSet changed;
  FieldSet removed;
};
Difference difference(const Json::Value& before, const Json::Value& after, const Schema& schema);

// Takes the members of `set` out of `value`; what becomes empty by that goes too.
void remove_fields(Json::Value& value, const FieldSet& set, const Schema& schema);

}  // namespace flotilla::simulator
