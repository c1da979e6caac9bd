#pragma once

#include "reconciler/kube/client.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>

// What an operator sets on the member itself to have nothing written there for a while:
//   kubectl -n flotilla-system annotate configmap <fleet> flotilla.dev/hold="maintenance"
namespace flotilla::member {

inline constexpr std::string_view hold_annotation = "flotilla.dev/hold";

struct Hold {
  std::string reason;   // empty: none was given
  std::string manager;  // who set it, by metadata.managedFields; empty: that is not known
  std::string since;    // RFC 3339, likewise
  bool operator==(const Hold&) const = default;
};
// Of the ConfigMap as it is live. "false" and "no" are no hold.
std::optional<Hold> hold_of(const Json::Value& config_map);
// "held on the cluster by kubectl-annotate since 2026-11-21T10:00:00Z: maintenance"
std::string to_string(const Hold& hold);

// Knows within moments whether a hold stands, by a watch on that one object. Where watching it is
// forbidden, passes have to ask.
class HoldWatch {
 public:
  HoldWatch(kube::Client& client, std::string owner);
  ~HoldWatch();  // ends what is under way
  HoldWatch(const HoldWatch&) = delete;
  HoldWatch& operator=(const HoldWatch&) = delete;

  // Watches from now on; `on_change` is called when a hold came, went or reads otherwise.
  void follow(std::function<void()> on_change);
  void stop();
  // True while hold() is what the server last said.
  bool is_live() const;
  const std::optional<Hold>& hold() const;

  struct State;

 private:
  std::shared_ptr<State> state_;  // a watch under way may outlive this
};

}  // namespace flotilla::member
