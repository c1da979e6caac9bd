#include "tests/integration/fleet/ends.h"

namespace flotilla::tests {

Ends end_state(const World& world) {
  Ends ends;
  for (const std::string& member : world.members->names())
    ends[member] = comparable(live_objects(*world.members, member));
  return ends;
}

std::string difference(const Ends& found, const Ends& wanted) {
  std::string text;
  for (const auto& [member, objects] : wanted) {
    const auto& live = found.at(member);
    for (const auto& [name, content] : objects) {
      if (!live.contains(name))
        text += member + " lacks " + name + "\n";
      else if (live.at(name) != content)
        text += member + ": " + name + " is " + live.at(name) + ", want " + content + "\n";
    }
    for (const auto& [name, content] : live)
      if (!objects.contains(name)) text += member + " still has " + name + "\n";
  }
  return text;
}

std::string unaccounted(const World& world, const std::string& owner) {
  std::string text;
  for (const std::string& member : world.members->names()) {
    const LiveObjects live = live_objects(*world.members, member);
    const std::set<std::string> recorded = recorded_group_kinds(live, owner);
    for (const std::string& kind : owned_objects(live).group_kinds)
      if (!recorded.contains(kind)) text += member + ": the parent does not name " + kind + "\n";
  }
  return text;
}

std::string inventory_difference(const World& world) {
  std::string text;
  for (const std::string& member : world.members->names()) {
    if (world.status_file("inventory/" + member + ".yaml").empty()) {
      text += member + " has no inventory\n";
      continue;
    }
    const std::set<std::string> owned = owned_objects(live_objects(*world.members, member)).names;
    const std::set<std::string> listed = inventory_names(world, member);
    for (const std::string& name : owned)
      if (!listed.contains(name)) text += member + ": the inventory lacks " + name + "\n";
    for (const std::string& name : listed)
      if (!owned.contains(name)) text += member + ": the inventory lists " + name + "\n";
  }
  return text;
}

Identities identities(const World& world) {
  Identities all;
  for (const std::string& member : world.members->names())
    for (const auto& [name, object] : live_objects(*world.members, member))
      all[member][name] = object["metadata"]["uid"].asString();
  return all;
}

std::string lost(const Identities& before, const Identities& now, const Ends& wanted) {
  std::string text;
  for (const auto& [member, objects] : before) {
    const auto there = now.find(member);
    for (const auto& [name, uid] : objects) {
      if (!wanted.at(member).contains(name)) continue;
      if (there == now.end() || !there->second.contains(name))
        text += member + " lost " + name + "\n";
      else if (there->second.at(name) != uid)
        text += member + ": " + name + " was deleted and made again\n";
    }
  }
  return text;
}

}  // namespace flotilla::tests
