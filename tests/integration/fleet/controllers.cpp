#include "tests/integration/fleet/controllers.h"

#include "tests/integration/fleet/live.h"
#include "tests/integration/fleet/text.h"

#include <chrono>
#include <stop_token>

namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;

void make_ready(const Members& members, const std::string& member, Json::Value deployment) {
  const Json::Value& generation = deployment["metadata"]["generation"];
  if (deployment["status"]["observedGeneration"] == generation) return;
  Json::Value patch;
  Json::Value& status = patch["status"];
  status["observedGeneration"] = generation;
  for (const char* field : {"replicas", "updatedReplicas", "readyReplicas", "availableReplicas"})
    status[field] = deployment["spec"]["replicas"];
  status["conditions"][0]["type"] = "Available";
  status["conditions"][0]["status"] = "True";
  deployment["kind"] = "Deployment";
  // One that is gone meanwhile, or changed again, is looked at the next time round.
  members.call(member, {.verb = "PATCH",
                        .path = path_of(name_of(deployment)) + "/status",
                        .body = json_text(patch),
                        .content_type = "application/merge-patch+json"});
}

void attend(const std::stop_token& stop, const Members& members) {
  while (!stop.stop_requested()) {
    for (const std::string& member : members.names()) {
      const KubeReply reply = members.call(member, {.path = collection_path("Deployment", "")});
      if (reply.status != 200) continue;
      const Json::Value list = parse_json_text(reply.body);
      for (const Json::Value& deployment : list["items"]) make_ready(members, member, deployment);
    }
    std::this_thread::sleep_for(50ms);
  }
}

}  // namespace

Controllers::Controllers(const Members& members)
    : thread_([&members](const std::stop_token& stop) { attend(stop, members); }) {}

}  // namespace flotilla::tests
