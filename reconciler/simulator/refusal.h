#pragma once

#include "render/document/tree.h"

#include <tl/expected.hpp>

#include <string>
#include <vector>

// The answers of an API server that are no success, worded as kube-apiserver words them.
namespace flotilla::simulator {

struct Cause {
  std::string reason;
  std::string message;
  std::string field;
};

struct Refusal {
  int code = 500;
  std::string reason;
  std::string message;
  Json::Value details;  // null if there are none

  Json::Value status() const;  // kind: Status
};

template <class T>
using Outcome = tl::expected<T, Refusal>;

// Which object a refusal speaks about.
struct Subject {
  std::string group;
  std::string plural;
  std::string kind;
  std::string name;
};

Refusal bad_request(std::string message);
Refusal not_found(const Subject& subject);
Refusal namespace_not_found(const std::string& name);
Refusal already_exists(const Subject& subject);
Refusal modified(const Subject& subject);  // stale resourceVersion in a write
Refusal precondition_failed(const Subject& subject, const std::string& what,
                            const std::string& wanted, const std::string& found);
Refusal invalid(const Subject& subject, const std::vector<Cause>& causes);
Refusal expired(std::string message);
Refusal typed_patch(const std::string& namespace_, const std::string& name,
                    const std::string& api_version, const std::string& kind,
                    const std::string& misfit);
Refusal apply_conflict(const std::vector<Cause>& causes, const std::string& message);

// "FieldValueRequired" and its fellows with their message.
Cause required(std::string field, std::string detail = {});
Cause wrong_value(std::string field, const Json::Value& value, const std::string& why);
Cause unsupported(std::string field, const Json::Value& value,
                  const std::vector<std::string>& supported);

inline tl::unexpected<Refusal> refuse(Refusal refusal) {
  return tl::unexpected<Refusal>(std::move(refusal));
}

}  // namespace flotilla::simulator
