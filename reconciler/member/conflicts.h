#pragma once

#include "reconciler/kube/client.h"

#include <string>
#include <vector>

// What a refused apply says of those who stand in its way.
namespace flotilla::member {

// One field that somebody else owns with another value, as a cause of a 409 tells it.
struct Opponent {
  std::string manager;
  // Applied it, and so claims it on purpose. Also true where the server's words are not
  // understood.
  bool applies = true;
  std::string subresource;
  std::string path;  // .spec.replicas

  // True for another applier's claim; what kubectl or an Update wrote is drift.
  bool is_claim() const;
};

// Empty for anything but a conflict of field managers.
std::vector<Opponent> opponents_of(const kube::ApiError& error);
bool has_claims(const std::vector<Opponent>& opponents);
// True if an autoscaler owns one of the fields.
bool has_scaled(const std::vector<Opponent>& opponents);
// "conflict with field manager "helm" (Apply): .spec.replicas". Names the claims alone if there are
// any.
std::string conflict_text(const std::vector<Opponent>& opponents);

// True if an object was refused for nothing but fields that cannot be changed once they are set.
bool is_immutable(const kube::ApiError& error);
// "spec.selector: field is immutable", without the values that the server may quote at length.
std::string immutable_text(const kube::ApiError& error);

}  // namespace flotilla::member
