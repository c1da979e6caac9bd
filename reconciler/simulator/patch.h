#pragma once

#include "reconciler/simulator/refusal.h"
#include "reconciler/simulator/schema.h"

// The three older patch formats.
namespace flotilla::simulator {

void merge_patch(Json::Value& object, const Json::Value& patch);
// Keyed lists are merged by their first key; "$patch": "delete" and "replace" and
// $deleteFromPrimitiveList are understood.
void strategic_patch(Json::Value& object, const Json::Value& patch, const Schema& schema);
Outcome<void> json_patch(Json::Value& object, const Json::Value& patch);

}  // namespace flotilla::simulator
