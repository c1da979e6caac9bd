#pragma once

#include "reconciler/member/member.h"
#include "reconciler/simulator/simulator.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace flotilla::test {

// A member cluster (embedded) with one Member at work on it for a repository whose files a test
// changes, and others who write to the same objects.
class OneMember {
 public:
  explicit OneMember(simulator::Options options = {});
  ~OneMember();

  // Files of the repository. There is a policy for every ConfigMap, Secret, Deployment,
  // CustomResourceDefinition and Widget.
  std::map<std::string, std::string> files;
  // What the next decision says, as the repository would with other settings.
  std::function<void(decision::Decision&)> settings = [](decision::Decision&) {};

  // Decides about the files as they are now: a commit.
  void commit();
  member::Order order() const;

  member::Report pass();
  member::Report pass_with_patience();
  // Another process: nothing is remembered but `remembered`.
  void forget_all();

  // As another client. Status code of the answer.
  int send(const std::string& method, const std::string& path, const std::string& body = {},
           const std::string& type = "application/merge-patch+json");
  Json::Value live(const std::string& path);  // null if there is none

  // Requests of the member since the last call: "PATCH /api/v1/...", without those of send().
  std::vector<std::string> requests();
  std::size_t writes();

  std::unique_ptr<simulator::Simulator> server;
  kube::Loop loop;
  std::unique_ptr<kube::Client> client;
  std::unique_ptr<member::Member> member;
  std::shared_ptr<const decision::Decision> decision;
  std::shared_ptr<const decision::Inventory> remembered;
  std::function<bool()> superseded = [] { return false; };
  std::string revision;

 private:
  kube::Access access() const;
  void start();

  kube::Loop others_;
  int commits_ = 0;
};

std::string config_map(const std::string& name, const std::string& value = "1");
std::string deployment(const std::string& name, const std::string& image = "web:1");

}  // namespace flotilla::test
