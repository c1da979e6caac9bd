#pragma once

#include "tests/integration/fleet/text.h"
#include "tests/integration/fleet/work_tree.h"
#include "tests/support/child_process.h"
#include "tests/support/kube_call.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::bench {

// Embedded clusters member0, member1, ... in a process of their own, so that what they need of
// memory and CPU is not counted: the bench's own program, started with other arguments.
class Farm {
 public:
  // In main(), first of all: serves if this process was started for that, and gives its exit code.
  static std::optional<int> serve(int argc, char** argv);

  explicit Farm(int clusters);

  std::filesystem::path kubeconfig() const { return folder_.path() / "kubeconfig"; }
  tests::KubeEndpoint endpoint(const std::string& cluster) const;
  const std::filesystem::path& folder() const { return folder_.path(); }
  const std::vector<std::string>& names() const { return names_; }
  // How many requests all clusters have seen so far, a second ago at most: "watch", "probe", and
  // others by method and path.
  std::map<std::string, long> requests() const;

 private:
  tests::TempFolder folder_;
  std::vector<std::string> names_;
  std::optional<tests::Process> process_;
};

// A repository that sends ConfigMaps part-0, part-1, ... in namespace shop to every cluster.
class PartsRepository {
 public:
  PartsRepository(const std::vector<std::string>& clusters, int objects);
  void commit(int generation, int changed);  // changes the first `changed` objects
  const std::filesystem::path& path() const { return repo_.path(); }

 private:
  tests::WorkTree repo_;
};

std::string part_path(int number);
// What `kubectl edit` would do to one: it comes back as `corrected` tells.
void edit_part(const tests::KubeEndpoint& server, int number);
bool is_part_edited(const tests::KubeEndpoint& server, int number);

}  // namespace flotilla::bench
