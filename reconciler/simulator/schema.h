#pragma once

#include "render/document/tree.h"

#include <deque>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The shape of a kind's objects: which fields there are, and how server-side apply divides them
// among their owners.
namespace flotilla::simulator {

struct Schema {
  enum class Kind {
    any,
    text,
    integer,
    number,
    boolean,
    quantity,
    int_or_text,
    structure,
    map,
    list
  };
  enum class Merge { atomic, set, keyed };

  struct Field {
    const Schema* schema = nullptr;
    bool required = false;
    Json::Value otherwise;  // the default, null if there is none
  };

  Kind kind = Kind::any;
  bool atomic = false;  // any, structure, map: owned as a whole
  bool open = false;    // a structure that keeps fields it does not declare
  bool nullable = false;
  std::map<std::string, Field, std::less<>> fields;
  const Schema* items = nullptr;  // of a list or map
  Merge merge = Merge::atomic;    // of a list
  std::vector<std::string> keys;  // of a keyed list

  // What only custom resources say.
  std::vector<Json::Value> allowed;  // enum
  std::optional<double> minimum;
  std::optional<double> maximum;
  std::optional<std::size_t> min_length;
  std::optional<std::size_t> max_length;
  std::optional<std::size_t> min_items;
  std::optional<std::size_t> max_items;
  std::string pattern;
};

// Owns schemas that point at each other.
struct SchemaSet {
  std::deque<Schema> nodes;
  std::map<std::string, Schema*, std::less<>> named;
};

// The schema of a built-in type by the name in kinds.tsv ("apps.v1.Deployment"). builtin/types.txt
// has one type a line:
//   type  = name " " ["~"] field { " " field }          "~" before the first field: owned as a
//   whole field = name ["!"] ":" shape ["=" default as JSON]  "!" required shape = "s" text | "i"
//   integer | "n" number | "b" truth value | "q" quantity | "I" integer or text | "*" anything
//         | ["~"] "@" type | ["~"] "{" shape "}" map | "[" shape ["|" [key {"," key}]] "]"
// A list with "|" and no keys is a set, with keys it is keyed, without "|" it is atomic.
const Schema* builtin_schema(std::string_view type);

// The schema in a CustomResourceDefinition's version (openAPIV3Schema). apiVersion, kind and
// metadata are added to it.
const Schema* custom_schema(const Json::Value& open_api, SchemaSet& into);

// A schema that takes anything, maps owned key by key.
const Schema* any_schema();

// The schema below `schema` for a map's or structure's key, nullptr if the key is not declared.
const Schema* child_of(const Schema& schema, std::string_view key);

}  // namespace flotilla::simulator
