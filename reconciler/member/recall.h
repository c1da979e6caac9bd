#pragma once

#include "reconciler/decision/recollect.h"
#include "reconciler/kube/client.h"

#include <memory>
#include <string>

namespace flotilla::member {

// Where to look on a member whose inventory parent cannot be read, or whose lists are limited to
// namespaces; and what a kind's replicas are.
struct RecallOrder {
  std::string owner;
  std::string root_commit;
  std::shared_ptr<const decision::Decision> decision;
};

// Every object of ours that stands on the member, by lists limited to our label: nothing is written
// there. An error: it could not be asked. What belongs to another repository, and a kind that may
// not be listed, is not ours to recall and left out.
kube::Task<kube::ApiResult<std::map<ObjectKey, decision::Standing>>> recall(kube::Client& client,
                                                                            RecallOrder order);

}  // namespace flotilla::member
