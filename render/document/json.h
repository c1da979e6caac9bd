#pragma once

#include "render/base/result.h"
#include "render/document/tree.h"

#include <string>
#include <string_view>

namespace flotilla {

// Canonical JSON: keys sorted by bytes, no white space, UTF-8 as it is, numbers in the shortest
// form that reads back (integral doubles below 1e21 as integers, the way Go prints). Equal trees
// give equal bytes on every machine.
std::string canonical_json(const Json::Value& value);

// The same content on several lines, two spaces a level, for people.
std::string pretty_json(const Json::Value& value);

// One strict JSON value (RFC 8259, any root type): no comments, no duplicate keys, no trailing
// text. Positions are set in the result.
Result<Json::Value> parse_json(std::string_view text, std::string_view file = {});

// The same from a peer that we trust to send valid JSON (an API server): faster, without positions.
Result<Json::Value> parse_json_fast(std::string_view text);

// The number as canonical JSON prints it.
std::string number_text(const Json::Value& number);

}  // namespace flotilla
