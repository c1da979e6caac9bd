#pragma once

#include "tests/integration/fleet/service.h"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::tests {

// Several `flotilla run` on one repository, each with its own name, data folder and HTTP server,
// and as if each were on a machine of its own where the system can do that: nobody sees by the
// process table that another has ended.
class Replicas {
 public:
  // `lease`: the flags that say how they agree.
  Replicas(const Service& service, Arguments lease);

  void start(const std::string& name);  // again, too: with its old data folder
  void kill(const std::string& name);   // -9
  void end(const std::string& name);    // SIGTERM; throws unless it ends soon, with 0
  void freeze(const std::string& name, bool on);

  KubeReply ask(const std::string& name, const std::string& path) const;  // of its HTTP server
  // The value of a metric without labels; nullopt: it does not answer.
  std::optional<double> metric(const std::string& name, const std::string& metric) const;
  // The replica whose flotilla_leader is 1; empty: none, or several.
  std::string leader() const;
  // flotilla_shard_clusters of those that run.
  std::map<std::string, int> shares() const;
  std::string logs() const;

 private:
  std::filesystem::path log_of(const std::string& name) const;
  std::string address_of(const std::string& name) const;

  const Service& service_;
  Arguments lease_;
  struct Run {
    std::unique_ptr<Process> process;
    std::size_t log_begin = 0;  // bytes of earlier runs
  };
  std::map<std::string, Run> runs_;
};

// The replica that a request is of, by its User-Agent; empty: none of them.
std::string replica_of(const SeenRequest& request);
// What replicas asked a member for its objects' sake: not for Leases and what belongs to them, not
// whether it is well and what it serves, and without watches, each of which begins with a list.
std::vector<SeenRequest> work_on(const Members& members, const std::string& member);
// The replicas that wrote there, in that order, each as often as it followed another one.
std::vector<std::string> writers_of(const std::vector<SeenRequest>& work);
// Where a replica worked on after another one had begun; empty: nowhere, they came one after the
// other.
std::string entangled(const std::vector<SeenRequest>& work);

// What the status branch lacks of a complete report on the last commit: each of the objects ("Kind
// name") applied on each of the clusters; empty: nothing.
std::string status_lack(const Service& service, const std::vector<std::string>& clusters,
                        const std::set<std::string>& objects);

// After the end of all replicas: runs a single controller without their memory, and gives what it
// writes on the members or the status branch; empty: nothing, all is as it would have it.
std::string what_one_writer_changes(const Service& service);

// The status branch still contains a commit that it was at before.
bool went_on(const Service& service, const std::string& status_commit);

}  // namespace flotilla::tests
