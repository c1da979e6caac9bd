#include "tests/unit/status/world.h"

#include <algorithm>

namespace flotilla::tests {

ObjectKey config(const std::string& name) { return {"", "ConfigMap", "shop", name}; }

World::World() {
  decision.owner = "shop";
  decision.revision = "main@sha1:0123456789abcdef0123456789abcdef01234567";
  for (const char* name : {"eu", "us"}) {
    auto object = std::make_shared<Object>();
    object->tree["apiVersion"] = "cluster.karmada.io/v1alpha1";
    object->tree["kind"] = "Cluster";
    object->tree["metadata"]["name"] = name;
    object->source.file = std::string("clusters/") + name + ".yaml";
    overrides::Cluster cluster;
    cluster.name = name;
    cluster.object = object;
    decision.clusters.push_back(cluster);
    decision.work[name];
  }
  decision::Binding binding;
  binding.object = web;
  binding.api_version = "apps/v1";
  binding.name = "web-deployment";
  binding.schedule = {{{"eu", 1}, {"us", 1}}, "", true, "Success", "done"};
  decision.bindings.push_back(binding);
  input.decision = &decision;
  input.now = "2026-01-01T00:00:00Z";
  input.commit_subject = "Add web";
  for (const char* name : {"eu", "us"}) {
    report(name);
    input.changes[name].created = {web};
  }
}

member::Report& World::report(const std::string& cluster) {
  member::Report& report = reports[cluster];
  if (!report.cluster.empty()) return report;
  report.cluster = cluster;
  report.revision = decision.revision;
  report.reached = true;
  object(cluster, web);
  return report;
}

member::ObjectReport& World::object(const std::string& cluster, const ObjectKey& key,
                                    member::State state) {
  member::ObjectReport& object = report(cluster).objects[key];
  object.item.key = key;
  object.item.api_version = key.group.empty() ? "v1" : key.group + "/v1";
  object.item.uid = "uid-" + cluster;
  object.item.digest = "d1";
  object.item.source = "apps/" + key.name + ".yaml";
  object.item.revision = decision.revision;
  object.item.origin = "created";
  object.on_cluster = true;
  object.state = state;
  object.health = interpreter::Health::healthy;
  object.readiness.state = interpreter::Readiness::current;
  return object;
}

void World::lose(const std::string& cluster) {
  member::Report lost;
  lost.cluster = cluster;
  lost.revision = decision.revision;
  lost.error = Error{Code::unavailable, "connection refused", {}, {}};
  reports[cluster] = lost;
}

void World::leave(const std::string& cluster, bool confirmed) {
  decision::LeavingCluster leaving;
  SharedList<overrides::Cluster> others;
  for (const overrides::Cluster& known : decision.clusters)
    if (known.name == cluster)
      leaving.cluster = known;
    else
      others.push_back(known);
  if (leaving.cluster.name.empty()) leaving = decision.leaving.front();
  decision.clusters = others;
  leaving.confirmed = confirmed;
  leaving.digest = "sha256:1ea71e000000";
  decision.leaving = {leaving};
  decision.work.erase(cluster);
  if (confirmed) decision.work[cluster];
  if (!confirmed) reports.erase(cluster);
}

const status::Input& World::state() {
  input.reports.clear();
  input.followers.clear();
  for (const auto& [cluster, report] : reports) {
    input.reports[cluster] = std::make_shared<const member::Report>(report);
    if (report.revision == decision.revision) input.followers.insert(cluster);
  }
  return input;
}

status::Files World::write() {
  status::Files files = status::status_files(state(), memory);
  status::update_memory(memory, status::changes(files, memory.files));
  return files;
}

std::string World::changed_later() {
  input.now = "2027-01-01T00:00:00Z";
  std::string paths;
  for (const auto& [path, content] :
       status::changes(status::status_files(state(), memory), memory.files))
    paths += path + " ";
  return paths;
}

void hold(World& world, const std::string& cluster, int count, const std::string& digest) {
  for (int i = 0; i < count; ++i)
    world.object(cluster, config("c" + std::to_string(i)), member::State::held).message =
        "12 of 20 objects (60 %) would be deleted, more than 10 and 30 %; confirm with "
        "Fleet.spec.confirmDeletions: " +
        digest;
  world.report(cluster).held_digest = digest;
}

std::string names_of(const status::Files& files) {
  std::string paths;
  for (const auto& [path, content] : files) paths += path + " ";
  return paths;
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

manifest::LostField lost(const std::string& path, const std::string& manager,
                         const std::string& subresource, const std::string& time) {
  manifest::LostField field;
  field.path = path;
  field.manager = manager;
  field.subresource = subresource;
  field.time = manager.empty() ? "" : time;
  return field;
}

const status::InventoryEntry* entry_of(const World& world, const std::string& cluster,
                                       const ObjectKey& key) {
  const auto entries = world.memory.inventory.find(cluster);
  if (entries == world.memory.inventory.end()) return nullptr;
  const auto found = std::find_if(entries->second.begin(), entries->second.end(),
                                  [&](const auto& entry) { return entry.item.key == key; });
  return found == entries->second.end() ? nullptr : &*found;
}

const status::Condition* condition_of(const World& world, const std::string& cluster,
                                      const std::string& type) {
  const auto conditions = world.memory.cluster_conditions.find(cluster);
  return conditions == world.memory.cluster_conditions.end()
             ? nullptr
             : status::find_condition(conditions->second, type);
}

}  // namespace flotilla::tests
