#pragma once

#include "overrides/selector.h"

#include <string>
#include <string_view>
#include <vector>

namespace flotilla::overrides {

// Which containers imageOverrider (without a predicate), commandOverrider and argsOverrider reach.
// Karmada's answer (karmada-semantics 16.3, quirk Q16): `containers` of Pod, ReplicaSet,
// Deployment, DaemonSet, StatefulSet and Job, told by kind alone. A policy may ask for more with
//
//   metadata:
//     annotations:
//       flotilla.dev/override-containers: initContainers, CronJob, /spec/workload/podSpec
//
// a comma list of
//   initContainers, ephemeralContainers  these lists of every pod spec too
//   CronJob                              the pod spec of a CronJob
//   a JSON pointer                       the pod spec that it leads to in an object of any kind;
//                                        objects without such a field are left alone
struct ContainerReach {
  bool init = false;
  bool ephemeral = false;
  bool cron_job = false;
  std::vector<std::vector<std::string>> pod_specs;  // tokens of the pointers
};
inline constexpr std::string_view containers_annotation = "flotilla.dev/override-containers";

// Of a policy; `reading` is that of the whole policy. Unknown words are errors at the annotation.
ContainerReach read_container_reach(const Json::Value& policy, const Reading& reading);

// The lists of containers of `object` that the reach covers, each once. An error if what should be
// a list or a pod spec is something else.
Result<std::vector<Json::Value*>> container_lists(Json::Value& object, const ContainerReach& reach);

}  // namespace flotilla::overrides
