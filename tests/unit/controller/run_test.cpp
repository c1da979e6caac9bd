#include "reconciler/controller/run.h"

#include "tests/support/git_servers/sandbox.h"
#include "tests/support/git_servers/signer.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::testing;

namespace fs = std::filesystem;

namespace {

controller::Options options_for(const Sandbox& box) {
  controller::Options options;
  options.repo = (box / "work").string();
  options.data_dir = box / "data";
  return options;
}

std::string signed_fleet(const Sandbox& box) {
  const fs::path work = box / "work";
  make_repository(work);
  make_ssh_key(box / "ann");
  sign_with_ssh(work, box / "ann");
  write_file(work / "keys/ann.pub", read_file(box / "ann.pub"));
  return commit_signed(work, "fleet.yaml",
                       "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f}\n"
                       "spec:\n  verify: {commits: true, keys: [keys/ann.pub]}\n");
}

void commit_unsigned(const Sandbox& box) { commit_file(box / "work", "readme.txt", "unsigned"); }

std::string fleet_status(const Sandbox& box) {
  return shell(box / "work", "git show flotilla/status:fleet.yaml");
}

}  // namespace

TEST_CASE("one pass over a refused commit keeps the last good one, and says so") {
  const Sandbox box;
  const std::string good = signed_fleet(box);
  auto outcome = controller::run_once(options_for(box));
  REQUIRE(outcome);
  CHECK(outcome->exit == controller::Exit::done);
  CHECK(fleet_status(box).find("SourceNotFollowed") == std::string::npos);

  commit_unsigned(box);
  outcome = controller::run_once(options_for(box));
  REQUIRE(outcome);
  CHECK(outcome->exit == controller::Exit::mend);
  CHECK_THAT(outcome->summary, Catch::Matchers::Contains("is not signed"));
  CHECK_THAT(fleet_status(box), Catch::Matchers::Contains("SourceNotFollowed") &&
                                    Catch::Matchers::Contains("is not signed") &&
                                    Catch::Matchers::Contains(good));

  shell(box / "work", "git reset -q --hard " + good);
  outcome = controller::run_once(options_for(box));
  REQUIRE(outcome);
  CHECK(outcome->exit == controller::Exit::done);
  CHECK(fleet_status(box).find("SourceNotFollowed") == std::string::npos);
}

TEST_CASE("one pass over a refused commit without a good one before is an error") {
  const Sandbox box;
  signed_fleet(box);
  commit_unsigned(box);
  const auto outcome = controller::run_once(options_for(box));
  REQUIRE_FALSE(outcome);
  CHECK_THAT(to_string(outcome.error()), Catch::Matchers::Contains("is not signed"));
}
