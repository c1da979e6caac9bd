#pragma once

#include "reconciler/http/server.h"
#include "reconciler/simulator/kinds.h"
#include "reconciler/simulator/simulator.h"
#include "reconciler/simulator/store.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace flotilla::simulator {

// The state of one member. Everything below `mutex` is guarded by it; functions that take a World&
// want it locked, unless they say otherwise.
struct World {
  Options options;
  std::string token;
  std::uint64_t tasks = 0;  // our number at the Clockwork

  mutable std::mutex mutex;
  Store store;
  Kinds kinds;
  std::uint64_t serial = 0;  // numbers cluster IPs

  struct Listener {
    std::string kind_id;
    http::Wake wake;
  };
  std::map<std::uint64_t, Listener> listeners;
  std::uint64_t last_listener = 0;
};

// Now, as Kubernetes writes times.
std::string now_text();

// Every write goes through these two: they wake the watches and rouse the controllers.
StoredPtr put(World& world, const Kind& kind, const Name& name, Json::Value object);
void erase(World& world, const Kind& kind, const Name& name);

// Makes default, kube-system, kube-public and kube-node-lease.
void found_world(World& world);

}  // namespace flotilla::simulator
