#pragma once

#include "render/interpreter/interpreter.h"
#include "render/manifest/manifest.h"

#include <string>

// What of a manifest is sent, given what stands on the cluster.
namespace flotilla::member {

struct Draft {
  Json::Value tree;     // with the marks that belong to this apply, without what is yielded
  std::string left;     // what is left to whom, for people; empty: nothing is
  bool changes = true;  // false: the object is already as it shall be
};

struct Standing {
  std::string origin;  // created, adopted
  Json::Value live;    // the object, or only its metadata; null if there is none or it is not known
  bool whole = false;  // `live` is the object
};

// True if nobody can say what to send without having seen the live object: fields are ignored, or
// kept as the cluster has them.
bool needs_live(const manifest::Manifest& manifest, const interpreter::Interpreter& interpreter);

// Fields are yielded where the manifest's terms ignore them, an autoscaler scaled them, or a Retain
// rule keeps what the cluster has. An error is that rule's.
Result<Draft> make_draft(const manifest::Manifest& manifest,
                         const interpreter::Interpreter& interpreter, const Standing& standing);

}  // namespace flotilla::member
