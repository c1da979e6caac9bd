#pragma once

#include "render/document/tree.h"
#include "tests/support/kube_call.h"

#include <functional>
#include <string>
#include <vector>

// What people and programs do to objects that Flotilla applied, step by step, from
// tests/tables/ownership/NAME.yaml; and what real API servers answered (NAME.json).
namespace flotilla::ownership {

struct Step {
  std::string title;              // file:line
  Json::Value document;           // as README.md there describes it
  Json::Value manifest;           // ours of the object at that time; null if there is none yet
  std::string path;               // of the object on an API server
  std::vector<std::string> lost;  // "PATH [MANAGER OPERATION [SUBRESOURCE]]"
};

std::vector<std::string> names();
std::vector<Step> read_steps(const std::string& name);

// metadata.managedFields after each step, as a real server keeps them. Times are made up: the
// number of the step that changed the entry.
Json::Value read_recorded(const std::string& name);
void write_recorded(const std::string& name, const Json::Value& recorded);

// Does a step on a server and checks what the step says of the object then. Gives the object.
using Send = std::function<tests::KubeReply(const tests::KubeCall&)>;
Json::Value run(const Step& step, const Send& send);

// The managedFields of the object in the form of recordings; `before`: those of the step before.
Json::Value in_recorded_form(const Json::Value& object, const Json::Value& before,
                             std::size_t step);

// What lost_fields says, in the words of Step::lost, sorted.
std::vector<std::string> lost_in(const Json::Value& manifest, const Json::Value& managed_fields);

// Does all steps on a server and compares it with the recording. Gives what it found.
Json::Value replay(const std::string& name, const Send& send);

}  // namespace flotilla::ownership
