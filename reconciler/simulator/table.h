#pragma once

#include "reconciler/simulator/call.h"

#include <string>
#include <vector>

namespace flotilla::simulator {

enum class Headings { no, yes };

// kind: PartialObjectMetadata of an object.
Json::Value metadata_only(const Json::Value& object);

// kind: Table, as `kubectl get` prints these objects.
Json::Value table_of(const Call& call, const std::vector<Json::Value>& objects, Headings headings);

// "3m20s": how long ago a time (RFC 3339) was.
std::string age_of(const std::string& time);

}  // namespace flotilla::simulator
