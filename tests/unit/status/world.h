#pragma once

#include "reconciler/status/summary.h"
#include "reconciler/status/write.h"

#include <string>

// A fleet for the tests of the status branch.
namespace flotilla::tests {

inline const ObjectKey web{"apps", "Deployment", "shop", "web"};

ObjectKey config(const std::string& name);

// Two clusters, eu and us, that both get one Deployment and fare well.
struct World {
  decision::Decision decision;
  status::Input input;  // but for the reports
  std::map<std::string, member::Report> reports;
  status::Memory memory;

  World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // The cluster's report, made if there is none.
  member::Report& report(const std::string& cluster);
  // An object that is ours on the cluster, in this state.
  member::ObjectReport& object(const std::string& cluster, const ObjectKey& key,
                               member::State state = member::State::applied);
  // The cluster does not answer.
  void lose(const std::string& cluster);
  // Its file leaves the repository; nothing is reported of it until it is confirmed.
  void leave(const std::string& cluster, bool confirmed);

  // What the writer is given.
  const status::Input& state();
  // Writes, and remembers what was written as the branch would.
  status::Files write();
  // The paths that another writing would change, a year later.
  std::string changed_later();
};

// Deletions of `count` ConfigMaps on the cluster wait for a person.
void hold(World& world, const std::string& cluster, int count, const std::string& digest);
// The paths, each followed by a space.
std::string names_of(const status::Files& files);

bool says(const std::string& text, const std::string& part);
manifest::LostField lost(const std::string& path, const std::string& manager,
                         const std::string& subresource = "",
                         const std::string& time = "2026-11-21T10:00:00Z");
const status::InventoryEntry* entry_of(const World& world, const std::string& cluster,
                                       const ObjectKey& key);
const status::Condition* condition_of(const World& world, const std::string& cluster,
                                      const std::string& type);

}  // namespace flotilla::tests
