#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

// A repository that cannot be read, a reference that is not there, and a status branch that
// somebody else writes to.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;

Outcome run_on(const World& world, const std::string& repo, const Arguments& more = {}) {
  Arguments arguments = {"run",          "--once",
                         "--repo",       repo,
                         "--kubeconfig", world.kubeconfig.string(),
                         "--data-dir",   (world.folder.path() / "other-data").string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return flotilla(arguments);
}

std::vector<std::string> all_writes(const Members& members) {
  std::vector<std::string> writes;
  for (const std::string& member : members.names())
    for (const std::string& write : writes_on(members, member)) writes.push_back(write);
  return writes;
}

}  // namespace

TEST_CASE("a repository that cannot be read is an error, and nothing is touched", "[bad]") {
  const World world = small_world({"eu-prod"});
  REQUIRE(world.run_once().code == 0);
  world.members->forget_requests();
  const TempFolder empty;
  const std::string no_folder = (world.folder.path() / "no-such-folder").string();
  const std::string no_repository = empty.path().string();
  const std::string no_host = "https://no-such-host.invalid/fleet.git";
  for (const std::string& repo : {no_folder, no_repository, no_host}) {
    const Outcome run = run_on(world, repo);
    INFO(repo << "\n" << run.text());
    CHECK(run.code == 2);
    CHECK(contains(run.err, repo == no_host ? "no-such-host.invalid" : repo));
    CHECK(run.took < 60s);
  }
  CHECK(all_writes(*world.members).empty());
  CHECK(workload_names(*world.members, "eu-prod").contains("ConfigMap team/one"));
}

TEST_CASE("an unknown reference is an error that names it", "[bad]") {
  const World world = small_world({"eu-prod"});
  const Outcome run = world.run_once({"--ref", "no-such-branch"});
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK(contains(run.err, "no-such-branch"));
  CHECK(all_writes(*world.members).empty());
}

TEST_CASE("another reference is what it says", "[bad]") {
  World world = small_world({"eu-prod"});
  world.repo.git({"branch", "release"});
  world.repo.write("config/one.yaml", config_map("one", "newer"));
  world.commit("newer");
  REQUIRE(world.run_once({"--ref", "release"}).code == 0);
  const LiveObjects live = live_objects(*world.members, "eu-prod");
  CHECK(live.at("ConfigMap team/one")["data"]["value"].asString() == "1");
}

TEST_CASE("a repository without commits is an error", "[bad]") {
  World world(open_members({"eu-prod"}));
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 2);
}

TEST_CASE("a commit without objects is fine", "[bad]") {
  World world(open_members({"eu-prod"}));
  world.repo.write("README", "nothing yet\n");
  world.commit("nothing yet");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
}

TEST_CASE("usage errors exit with 2", "[bad]") {
  CHECK(flotilla({"run", "--once"}).code == 2);
  CHECK(flotilla({"render", "--no-such-flag"}).code == 2);
  CHECK(flotilla({"no-such-command"}).code == 2);
  CHECK(flotilla({"run", "--once", "--repo", ".", "--interval", "soon"}).code == 2);
  CHECK(flotilla({"version"}).code == 0);
}

TEST_CASE("what others push to the status branch stays", "[bad]") {
  World world = small_world({"eu-prod"});
  REQUIRE(world.run_once().code == 0);
  const std::string sheet = (world.folder.path() / "sheet").string();
  world.repo.git({"worktree", "add", "--quiet", sheet, status_branch});
  write_file(std::filesystem::path(sheet) / "notes.txt", "do not lose me\n");
  write_file(std::filesystem::path(sheet) / "fleet.yaml", "scribbled: over\n");
  world.repo.git({"-C", sheet, "add", "--all"});
  world.repo.git({"-C", sheet, "commit", "--quiet", "-m", "notes"});
  world.repo.git({"worktree", "remove", sheet});
  const std::string theirs = lines_of(world.repo.git({"rev-parse", status_branch})).front();

  world.repo.write("config/one.yaml", config_map("one", "changed"));
  world.commit("change");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(lines_of(world.repo.git({"rev-parse", status_branch})).front() != theirs);
  world.repo.git({"merge-base", "--is-ancestor", theirs, status_branch});  // throws if it is none
  CHECK(world.status_file("notes.txt") == "do not lose me\n");
  CHECK(contains(world.status_file("fleet.yaml"), "small"));
}

TEST_CASE("a status branch that was lost is written again, with no write to the members", "[bad]") {
  const World world = small_world({"eu-prod"});
  REQUIRE(world.run_once().code == 0);
  const std::set<std::string> inventory = inventory_names(world, "eu-prod");
  world.lose_status_branch();
  world.lose_data_dir();
  world.members->forget_requests();
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(all_writes(*world.members).empty());
  CHECK(inventory_names(world, "eu-prod") == inventory);
}

TEST_CASE("a status branch that was moved back does not mislead", "[bad]") {
  World world = small_world({"eu-prod"});
  REQUIRE(world.run_once().code == 0);
  const std::string first = lines_of(world.repo.git({"rev-parse", status_branch})).front();
  world.repo.remove("config/two.yaml");
  world.commit("two is gone");
  REQUIRE(world.run_once().code == 0);
  world.repo.git({"branch", "--force", status_branch, first});
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK_FALSE(inventory_names(world, "eu-prod").contains("ConfigMap team/two"));
  CHECK_FALSE(names_on(*world.members, "eu-prod").contains("ConfigMap team/two"));
}

}  // namespace flotilla::tests
