#pragma once

#include "overrides/fields.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::decision {

// Fleet.spec.suspend: true, or {reason: text}. Nothing is written to any member while it stands.
struct Suspension {
  bool suspended = false;
  std::string reason;
};

// Fleet.spec.verify: which signatures a commit needs before it is applied.
struct Verification {
  bool commits = false;  // every commit since the last one that was applied
  bool tags = false;     // the tag that --ref names
  // Files of the repository with public keys (OpenPGP, or ssh as in authorized_keys), beside those
  // of --verify-keys; those of the last good commit count.
  std::vector<std::string> keys;
  bool wanted() const { return commits || tags; }
};

// Fleet.spec.status: what the status branch keeps.
struct StatusSettings {
  std::int64_t history = 0;  // commits; 0: all
};

// One entry of Fleet.spec.notifications. What ends in _from names a file of --secrets.
struct Notification {
  std::string name;          // unique
  std::string type;          // slack (and what understands its webhooks), webhook
  std::string address;       // of a receiver without a secret in it; either this or address_from
  std::string address_from;  // its address
  std::string token_from;    // Bearer token (webhook)
  std::string key_from;      // key of the body's HMAC-SHA256 (webhook)
  std::string ca_from;       // PEM of the CAs of its certificate; empty: the system's
  std::vector<std::string> events;    // of notification_events(), never empty
  std::string template_;              // see message_template.h; empty: the default text
  std::vector<std::string> clusters;  // empty: all; events of the whole fleet are told anyway
  bool operator==(const Notification&) const = default;
};

// Fleet.spec.commitStatus: one aggregated status of each applied commit on a forge.
struct CommitStatus {
  std::string provider;    // github, gitlab, gitea
  std::string address;     // of its API, without a slash at its end; never empty
  std::string repository;  // owner/name, or GitLab's project path
  std::string token_from;  // name of a file of --secrets
  std::string ca_from;     // as above
  std::string context = "flotilla";
  std::string target_url;
  bool operator==(const CommitStatus&) const = default;
};

// Fleet.spec.capacity: On or Off. Whether Nodes and Pods of the members are watched, for
// nodeSummary and resourceSummary.
struct CapacitySettings {
  bool collected = true;
};

// What Fleet.spec says to the service around the decisions.
struct ServiceSettings {
  Suspension suspension;
  Verification verification;
  StatusSettings status;
  std::vector<Notification> notifications;
  std::optional<CommitStatus> commit_status;
  CapacitySettings capacity;
};

// Faults are added to the problems of the fields' reading.
ServiceSettings read_service_settings(overrides::Fields& spec);
// One each, in files of their own.
Suspension read_suspension(overrides::Fields& spec);
Verification read_verification(overrides::Fields& spec);
StatusSettings read_status_settings(overrides::Fields& spec);
std::vector<Notification> read_notifications(overrides::Fields& spec);
std::optional<CommitStatus> read_commit_status(overrides::Fields& spec);
CapacitySettings read_capacity_settings(overrides::Fields& spec);

}  // namespace flotilla::decision
