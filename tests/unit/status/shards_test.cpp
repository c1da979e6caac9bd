// The status branch of a fleet whose clusters are shared by two replicas: one leads and works on
// eu, the other works on us.
#include "tests/unit/status/world.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;
using member::State;

namespace {

// What a replica with this scope writes on a branch that is known as `branch`; gives the paths.
std::string write_part(World& replica, status::Memory& branch, bool leads, const std::string& own,
                       const std::string& others) {
  replica.input.scope = status::Scope{leads, {own}, {others}};
  replica.reports.erase(others);
  replica.input.changes.erase(others);
  auto changed = status::changes(status::status_files(replica.state(), branch), branch.files);
  status::keep_to(*replica.input.scope, replica.input, branch, changed);
  std::string paths;
  for (const auto& [path, content] : changed) paths += path + " ";
  status::update_memory(branch, changed);
  return paths;
}

struct Shards {
  World leader;
  World other;
  status::Memory branch;

  std::string lead() { return write_part(leader, branch, true, "eu", "us"); }
  std::string follow() { return write_part(other, branch, false, "us", "eu"); }
  std::string text(const std::string& path) { return branch.files.at(path); }
  void set_digest(const std::string& digest) {
    leader.decision.settings_digest = digest;
    other.decision.settings_digest = digest;
  }
};

}  // namespace

TEST_CASE("each replica writes its clusters, and the leader all else") {
  Shards shards;
  CHECK(shards.follow() == "clusters/us.yaml inventory/us.yaml ");
  CHECK(shards.lead() ==
        "README.md bindings/shop/web-deployment.yaml clusters/eu.yaml fleet.yaml "
        "inventory/eu.yaml ");
  // What the other one applied is known of the binding once the leader has written it.
  CHECK(shards.follow() == "bindings/shop/web-deployment.yaml ");
  CHECK(shards.lead() == "README.md fleet.yaml ");
  CHECK(says(shards.text("fleet.yaml"), "applied: 2"));
  CHECK(shards.follow().empty());
  CHECK(shards.lead().empty());
}

TEST_CASE("what another replica found out is not taken back by the leader, and is summed up") {
  Shards shards;
  shards.follow();
  shards.lead();
  shards.follow();
  shards.lead();
  shards.other.object("us", web, State::refused).message = "no room";
  CHECK(shards.follow() == "bindings/shop/web-deployment.yaml inventory/us.yaml ");
  CHECK(says(shards.text("inventory/us.yaml"), "no room"));
  CHECK(shards.lead() == "README.md fleet.yaml ");
  CHECK(says(shards.text("inventory/us.yaml"), "no room"));
  CHECK(says(shards.text("fleet.yaml"), "no room"));
}

TEST_CASE("shared clusters have followed the settings when each says so") {
  Shards shards;
  shards.set_digest("sha256:one");
  shards.lead();
  CHECK(shards.branch.previous.settings_digest.empty());
  shards.follow();
  shards.lead();
  CHECK(shards.branch.previous.settings_digest == "sha256:one");

  shards.set_digest("sha256:two");
  hold(shards.other, "us", 1, "sha256:aaaaaaaaaaaa");
  shards.follow();
  shards.lead();
  CHECK(says(shards.text("clusters/us.yaml"), "settings-digest: sha256:one"));
  CHECK(shards.branch.previous.settings_digest == "sha256:one");
  shards.other.report("us").objects.erase(config("c0"));
  shards.follow();
  shards.lead();
  CHECK(shards.branch.previous.settings_digest == "sha256:two");
}
