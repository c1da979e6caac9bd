#pragma once

#include "reconciler/simulator/refusal.h"
#include "reconciler/simulator/typed.h"

#include <string>
#include <vector>

// Who owns which field, and how applies and updates change that.
namespace flotilla::simulator {

// One entry of metadata.managedFields.
struct Owner {
  std::string manager;
  std::string operation;  // "Apply" or "Update"
  std::string api_version;
  std::string subresource;
  std::string time;
  FieldSet fields;

  bool is(const Owner& other) const;  // the same entry, whatever its fields
};
using Owners = std::vector<Owner>;

Owners owners_of(const Json::Value& object);
void set_owners(Json::Value& object,
                Owners owners);  // in the server's order; empty ones are dropped

enum class Force { no, yes };

struct Applied {
  Json::Value object;  // without managedFields
  Owners owners;
};

// Lays `config` over `live` for `who` (its fields are ignored). `live` is an empty map if the
// object is new.
Outcome<Applied> apply_config(const Json::Value& live, const Json::Value& config,
                              const Schema& schema, Owner who, Force force);

// What becomes of `owners` when `who` changes `before` into `after` by an update or patch.
Owners owners_after_update(Owners owners, const Json::Value& before, const Json::Value& after,
                           const Schema& schema, Owner who);

}  // namespace flotilla::simulator
