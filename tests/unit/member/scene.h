#pragma once

#include "reconciler/member/applier.h"
#include "tests/support/documents.h"
#include "tests/unit/kube/run.h"

#include <memory>
#include <string>

namespace flotilla::test {

// A server to work on, simulated or real: what the program is linked with says.
struct ServerForTests {
  kube::Access access;
  std::shared_ptr<void> alive;  // it is, for as long as this is held
};
ServerForTests server_for_tests();

// One member with a namespace of its own, an Applier for each pass, and others who write to the
// same objects. Documents are JSON with ' for ", in which NS stands for the namespace.
class Scene {
 public:
  Scene();

  manifest::Manifest manifest(const std::string& document) const;
  ObjectKey key(const std::string& document) const;

  // A pass over that one manifest; what became of it.
  member::ObjectReport apply(manifest::Manifest manifest);
  // The same, while `meanwhile` happens between the look and the write.
  member::ObjectReport apply(manifest::Manifest manifest, const std::function<void()>& meanwhile);
  void remove(const ObjectKey& key);
  void let_go(const ObjectKey& key);

  Json::Value live(const ObjectKey& key);  // null if there is none

  // Others, by their field manager. Each fails the test unless it succeeds.
  void apply_as(const std::string& manager, const std::string& document);  // with force
  void create_as(const std::string& manager, const std::string& document);
  void merge_as(const std::string& manager, const std::string& subject, const std::string& patch,
                const std::string& subresource = {});
  void delete_as_other(const std::string& subject);

  void use_token(const std::string& token);
  std::string token() const { return access_.token; }
  const kube::Access& access() const { return access_; }

  // The inventory as the next pass would read it from the cluster.
  void read_again(const ObjectKey& key);

  const std::string space;
  decision::Inventory inventory;
  member::Report report;  // of the last pass
  decision::Decision decision;
  kube::Discovery discovery;
  bool stale_discovery = false;  // after the last pass

 private:
  struct Call {
    std::string method;
    std::string path;
    std::string body;
    std::string type;
  };
  int send(const Call& call);
  std::string path_of(const ObjectKey& key) const;
  std::string text(const std::string& document) const;
  void run(const std::function<void(member::Applier&)>& work);

  std::shared_ptr<void> server_;
  kube::Access access_;
  kube::Loop loop_;
  std::unique_ptr<kube::Client> client_;
};

}  // namespace flotilla::test
