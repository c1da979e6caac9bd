#pragma once

#include "reconciler/member/mirror.h"
#include "tests/unit/kube/run.h"
#include "tests/unit/member/mirror_server.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace flotilla::test {

// The JSON of an object; `rest` is what follows its metadata: `,"data":{}`.
std::string named(const std::string& api_version, const std::string& kind,
                  const std::string& namespace_, const std::string& name, const std::string& rest);

// One object as it is wanted, with our marks for the owner of that id.
manifest::Manifest wanted(const std::string& json, const std::string& applyset_id);
std::shared_ptr<const decision::Decision> decision_of(std::vector<manifest::Manifest> manifests);
// The manifest as an apply sends it.
std::string body_of(const manifest::Manifest& manifest);

inline const GroupKind config_map{"", "ConfigMap"};
inline const GroupKind secret{"", "Secret"};
inline const GroupKind deployment{"apps", "Deployment"};

// A mirror of a cluster, and a person who works on the same cluster.
class MirrorFixture {
 public:
  MirrorFixture();
  ~MirrorFixture();
  MirrorFixture(const MirrorFixture&) = delete;
  MirrorFixture& operator=(const MirrorFixture&) = delete;

  std::unique_ptr<MirrorServer> server;
  const std::string space;  // a namespace that no other test uses
  const std::string id;     // of the owner; no other test's
  int changes = 0;          // calls of on_change
  std::unique_ptr<member::Mirror> mirror;

  void use(const kube::Access& access);  // a new mirror
  void follow();
  void read(std::set<GroupKind> kinds, std::set<std::string> namespaces = {});
  void discover();  // the next read() has a new discovery
  // As read(), but the API of that kind is down and so its kinds are not known.
  void read_without(const GroupKind& kind, std::set<GroupKind> kinds);
  // Runs the mirror until `done`; false if that takes too long.
  bool until(const std::function<bool()>& done);
  // Runs the mirror until nothing changes any more.
  void settle();
  std::size_t watches() const;  // asked for since the start of the server
  std::vector<std::string> asked() const;
  const member::Seen* seen(const GroupKind& kind, const std::string& name) const;

  // By hand. Each must succeed.
  manifest::Manifest config(const std::string& name, const std::string& value) const;
  Json::Value apply(const manifest::Manifest& manifest);
  void make_namespace(const std::string& name);
  void make(const std::string& json);  // as somebody else
  void patch(const ObjectKey& key, const std::string& operations);
  void remove(const ObjectKey& key);
  bool serves(const GroupKind& kind);

 private:
  kube::Resource resource_of(const GroupKind& kind);

  kube::Loop loop_;
  kube::Loop hand_loop_;
  std::unique_ptr<kube::Client> client_;
  std::unique_ptr<kube::Client> hand_;
  std::shared_ptr<const kube::Discovery> discovery_;
  std::map<GroupKind, kube::Resource> resources_;  // that were used by hand
};

}  // namespace flotilla::test
