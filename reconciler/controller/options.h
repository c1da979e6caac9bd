#pragma once

#include "reconciler/git/repository.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace flotilla::controller {

// Where several replicas find out who works (docs/replicas.md).
enum class Lease { none, repository, cluster };
struct LeaseOptions {
  std::optional<Lease> kind;  // nullopt: repository for the service, none for a single pass
  std::string context;        // of `kubeconfig`, for the Leases; empty: the cluster this runs in
  std::string namespace_ = "flotilla-system";
  std::string name;     // empty: the Fleet's
  std::string replica;  // empty: the host's name and a random ending
  bool sharded = false;
};

struct Options {
  std::string repo;                   // URL or folder
  std::string ref;                    // empty: the remote's HEAD
  std::filesystem::path credentials;  // folder of Secret-shaped folders
  std::filesystem::path kubeconfig;
  std::filesystem::path data_dir;  // empty: a folder in the user's cache, by URL
  std::chrono::milliseconds interval{30'000};
  std::chrono::milliseconds request_timeout{30'000};
  std::size_t concurrency = 32;  // requests in flight per cluster
  bool wait = false;             // --once: until everything is healthy
  std::chrono::milliseconds wait_timeout{300'000};
  bool rendered = false;              // also write flotilla/rendered
  std::filesystem::path verify_keys;  // folder of public keys; empty: as the repository says
  git::Network network;
  LeaseOptions lease;
  std::string version;  // of the program, for those who are asked; empty: not told
  std::string status_branch = "flotilla/status";
  std::string rendered_branch = "flotilla/rendered";
  // The HTTP server: metrics, probes, webhooks.
  std::string listen;                        // host:port; empty: no server
  std::filesystem::path listen_certificate;  // empty: plain HTTP
  std::filesystem::path listen_key;
  std::filesystem::path hook_secrets;  // empty: no webhook is taken

  std::filesystem::path secrets;  // folder of the files that notifications and statuses name
};

// contract.md, "Exit codes".
enum class Exit { done = 0, changes = 1, mend = 2, partial = 3, held = 4 };
// The more urgent of two.
Exit worse(Exit a, Exit b);

}  // namespace flotilla::controller
