#pragma once

#include "tests/integration/fleet/live.h"
#include "tests/integration/fleet/members.h"
#include "tests/integration/fleet/program.h"
#include "tests/integration/fleet/work_tree.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace flotilla::tests {

// A repository, the members it is for, and the program between them.
struct World {
  explicit World(std::unique_ptr<Members> on);

  std::unique_ptr<Members> members;
  WorkTree repo;
  TempFolder folder;
  std::filesystem::path kubeconfig = folder.path() / "kubeconfig";
  std::filesystem::path data_dir = folder.path() / "data";

  Arguments run_arguments(const Arguments& more = {}) const;
  Outcome run_once(const Arguments& more = {}) const;  // flotilla run --once
  void commit(const std::string& message) { repo.commit(message); }
  // What a controller remembers besides the members themselves.
  void lose_data_dir() const;
  void lose_status_branch() const;

  std::string status_file(const std::string& file) const;  // on the status branch
  std::size_t status_commits() const { return repo.commits_of(status_branch); }
};

// examples/repo-layout on the three members of its clusters, committed.
World example_world();

// The table of the example's README: name as in live.h → its clusters.
std::map<std::string, std::set<std::string>> example_objects();
std::set<std::string> example_objects_on(const std::string& cluster);

// A fleet named "small": Namespace team, ConfigMaps team/one and team/two in config/, and one
// policy that sends ConfigMaps and Namespaces everywhere; one cluster file per member. Committed.
World small_world(std::vector<std::string> clusters);
// Rewrites small_world's Fleet with these lines as its spec ("  drift: Report\n"), not committed.
void write_fleet(World& world, const std::string& spec);
// Rewrites small_world's policy, so that it takes these kinds ("apps/v1 Deployment") too.
void also_select(World& world, const std::vector<std::string>& kinds);
// The policy of the name and kinds in policies/<name>.yaml, with lines of its own in its spec and
// annotations (flow style).
void write_policy(World& world, const std::string& name, const std::vector<std::string>& kinds,
                  const std::string& spec = "", const std::string& annotations = "{}");
std::string config_map(const std::string& name, const std::string& value,
                       const std::string& namespace_name = "team");
// A ConfigMap in team with value "1" and these annotations ("a.b/c: d", one a line).
std::string annotated_map(const std::string& name, const std::vector<std::string>& annotations,
                          const std::string& value = "1");
std::string cluster_file(const std::string& name, const std::string& spec = "  syncMode: Push\n");

// The names in inventory/<cluster>.yaml of the status branch.
std::set<std::string> inventory_names(const World& world, const std::string& cluster);
// Promotion of the example, whose definition has a status: ready as soon as that says so, or
// statusGrace after it was made.
std::string promotion_definition();
std::string promotion(const std::string& name, const std::vector<std::string>& annotations = {});
// A Deployment in team with one container; no real member ever makes its Pods.
std::string deployment(const std::string& name, const std::string& image = "example.com/c:1",
                       const std::vector<std::string>& annotations = {},
                       const std::string& app = "a");
// One item of it, null if it is not there.
Json::Value inventory_item(const World& world, const std::string& cluster, const std::string& name);

// The requests that change something, as text, sorted.
std::vector<std::string> writes_on(const Members& members, const std::string& member);

}  // namespace flotilla::tests
