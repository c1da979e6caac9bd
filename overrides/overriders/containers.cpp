#include "overrides/overriders/containers.h"

#include "render/base/text.h"
#include "render/document/pointer.h"

#include <algorithm>
#include <array>

namespace flotilla::overrides {

namespace {

using Tokens = std::vector<std::string>;

void read_word(const std::string& word, const Json::Value& place, const Reading& reading,
               ContainerReach& reach) {
  if (word == "initContainers") {
    reach.init = true;
  } else if (word == "ephemeralContainers") {
    reach.ephemeral = true;
  } else if (word == "CronJob") {
    reach.cron_job = true;
  } else if (auto pointer = parse_pointer(word); pointer && !pointer->empty()) {
    reach.pod_specs.push_back(std::move(*pointer));
  } else {
    reading.error(place, "invalid-value",
                  "has \"" + word +
                      "\", want initContainers, ephemeralContainers, CronJob or JSON pointers to "
                      "pod specs such as /spec/template/spec");
  }
}

// The pod spec of a kind, whatever its group.
Tokens pod_spec_of(const std::string& kind, const ContainerReach& reach) {
  static constexpr std::array<std::string_view, 5> templated = {"ReplicaSet", "Deployment",
                                                                "DaemonSet", "StatefulSet", "Job"};
  if (kind == "Pod") return {"spec"};
  if (std::find(templated.begin(), templated.end(), kind) != templated.end())
    return {"spec", "template", "spec"};
  if (kind == "CronJob" && reach.cron_job)
    return {"spec", "jobTemplate", "spec", "template", "spec"};
  return {};
}

Result<void> add_list(Json::Value& spec, const char* name, std::vector<Json::Value*>& lists) {
  Json::Value* list = find_path(spec, {name});
  if (list == nullptr || list->isNull()) return {};
  if (!list->isArray())
    return fail(Code::invalid,
                std::string(name) + " is " + std::string(type_name(*list)) + ", want a list");
  if (std::find(lists.begin(), lists.end(), list) == lists.end()) lists.push_back(list);
  return {};
}

Result<void> add_lists(Json::Value& object, const Tokens& path, const ContainerReach& reach,
                       std::vector<Json::Value*>& lists) {
  Json::Value* spec = resolve(object, path);
  if (spec == nullptr || spec->isNull()) return {};
  if (!spec->isObject())
    return fail(Code::invalid,
                pointer_text(path) + " is " + std::string(type_name(*spec)) + ", want a pod spec");
  TRY(add_list(*spec, "containers", lists));
  if (reach.init) TRY(add_list(*spec, "initContainers", lists));
  if (reach.ephemeral) TRY(add_list(*spec, "ephemeralContainers", lists));
  return {};
}

}  // namespace

ContainerReach read_container_reach(const Json::Value& policy, const Reading& reading) {
  ContainerReach reach;
  const Json::Value* annotations = annotations_of(policy);
  const Json::Value* words =
      annotations == nullptr ? nullptr : find(*annotations, containers_annotation);
  if (words == nullptr) return reach;
  const Reading here = reading.below("metadata.annotations")
                           .below("[\"" + std::string(containers_annotation) + "\"]");
  if (!words->isString()) {
    here.error(*words, "wrong-type", "is " + std::string(type_name(*words)) + ", want a text");
    return reach;
  }
  for (const std::string& word : split(words->asString(), ','))
    read_word(std::string(trim(word)), *words, here, reach);
  return reach;
}

Result<std::vector<Json::Value*>> container_lists(Json::Value& object,
                                                  const ContainerReach& reach) {
  std::vector<Json::Value*> lists;
  if (const Tokens path = pod_spec_of(get_string(object, "kind"), reach); !path.empty())
    TRY(add_lists(object, path, reach, lists));
  for (const Tokens& path : reach.pod_specs) TRY(add_lists(object, path, reach, lists));
  return lists;
}

}  // namespace flotilla::overrides
