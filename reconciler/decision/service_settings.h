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

// One entry of Fleet.spec.notifications.
struct Notification {
  std::string name;
  std::string type;             // slack, webhook
  std::string address;          // of a webhook without a secret in it
  std::string address_from;     // name of a file of --secrets that holds the address
  std::string token_from;       // name of a file of --secrets: Bearer token (webhook)
  std::vector<std::string> on;  // events: deployed, failed, degraded, recovered, held, drift...
  std::string template_;        // text with {{ .field }}; empty: the default one
  std::vector<std::string> clusters;  // empty: all
};

// Fleet.spec.commitStatus: one aggregated status of each applied commit on a forge.
struct CommitStatus {
  std::string provider;    // github, gitlab, gitea
  std::string address;     // of its API; empty: the public one of the provider
  std::string repository;  // owner/name, or GitLab's project path
  std::string token_from;  // name of a file of --secrets
  std::string context = "flotilla";
  std::string target_url;
};

// What Fleet.spec says to the service around the decisions.
struct ServiceSettings {
  Suspension suspension;
  Verification verification;
  StatusSettings status;
  std::vector<Notification> notifications;
  std::optional<CommitStatus> commit_status;
};

// Faults are added to the problems of the fields' reading.
ServiceSettings read_service_settings(overrides::Fields& spec);
// One each, in files of their own.
Suspension read_suspension(overrides::Fields& spec);
Verification read_verification(overrides::Fields& spec);
StatusSettings read_status_settings(overrides::Fields& spec);
std::vector<Notification> read_notifications(overrides::Fields& spec);
std::optional<CommitStatus> read_commit_status(overrides::Fields& spec);

}  // namespace flotilla::decision
