#include "reconciler/simulator/world.h"

#include "reconciler/simulator/apply.h"
#include "reconciler/simulator/certificates.h"
#include "reconciler/simulator/controllers.h"

#include <ctime>

namespace flotilla::simulator {

namespace {

void wake(const World& world, const std::string& kind_id) {
  for (const auto& [number, listener] : world.listeners)
    if (listener.kind_id == kind_id) listener.wake();
}

}  // namespace

std::string now_text() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

StoredPtr put(World& world, const Kind& kind, const Name& name, Json::Value object) {
  StoredPtr entry = world.store.put(kind.id(), name, std::move(object));
  wake(world, kind.id());
  rouse(world, kind, name);
  return entry;
}

void erase(World& world, const Kind& kind, const Name& name) {
  world.store.erase(kind.id(), name);
  wake(world, kind.id());
  rouse_erased(world, kind, name);
}

void found_world(World& world) {
  const KindPtr kind = world.kinds.by_id("namespaces");
  for (const char* name : {"kube-system", "kube-public", "kube-node-lease", "default"}) {
    Json::Value object(Json::objectValue);
    object["metadata"]["name"] = name;
    object["metadata"]["uid"] = random_uuid();
    object["metadata"]["creationTimestamp"] = now_text();
    object["metadata"]["labels"]["kubernetes.io/metadata.name"] = name;
    object["spec"]["finalizers"].append("kubernetes");
    object["status"]["phase"] = "Active";
    const FieldSet label{true, {{"f:kubernetes.io/metadata.name", {true, {}}}}};
    set_owners(object, {{"kube-apiserver",
                         "Update",
                         "v1",
                         "",
                         now_text(),
                         {false, {{"f:metadata", {false, {{"f:labels", label}}}}}}}});
    put(world, *kind, {"", name}, std::move(object));
  }
}

}  // namespace flotilla::simulator
