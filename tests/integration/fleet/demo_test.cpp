#include "tests/integration/fleet/program.h"
#include "tests/integration/fleet/text.h"

#include <catch2/catch.hpp>

// `flotilla demo` brings its own members; what it did is read from the repository that it made.
namespace flotilla::tests {
namespace {

std::string find_repository(const std::filesystem::path& folder) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().filename() != "HEAD") continue;
    const std::string at = entry.path().parent_path().string();
    if (run_program({"/usr/bin/git", "-C", at, "rev-parse", "--verify", "flotilla/status"}).code ==
        0)
      return at;
  }
  return {};
}

Outcome git(const std::string& repository, Arguments arguments) {
  arguments.insert(arguments.begin(), {"/usr/bin/git", "-C", repository});
  return run_program(arguments);
}

}  // namespace

TEST_CASE("the demo applies the whole example and tells the story in git") {
  const TempFolder folder;
  const std::filesystem::path at = folder.path() / "demo";
  const Outcome demo = flotilla({"demo", "--once", "--dir", at.string()});
  INFO(demo.text());
  REQUIRE(demo.code == 0);
  const std::string repository = find_repository(at);
  INFO(repository);
  REQUIRE_FALSE(repository.empty());
  const std::string readme = git(repository, {"show", "flotilla/status:README.md"}).out;
  CHECK(contains(readme, "24/24"));  // the numbers of examples/repo-layout/README.md
  CHECK(contains(readme, "32/32"));
  CHECK(contains(readme, "31/31"));
  CHECK(contains(git(repository, {"log", "flotilla/status"}).out, "Flotilla-Revision: main@sha1:"));

  const Outcome status = flotilla({"status", "--repo", repository});
  INFO(status.text());
  CHECK(status.code == 0);
  for (const char* cluster : {"ap-staging", "eu-prod", "us-prod"})
    CHECK(contains(status.out, cluster));
}

TEST_CASE("the demo takes any number of clusters") {
  const TempFolder folder;
  const std::filesystem::path at = folder.path() / "demo";
  const Outcome demo = flotilla({"demo", "--once", "--clusters", "5", "--dir", at.string()});
  INFO(demo.text());
  REQUIRE(demo.code == 0);
  const std::string repository = find_repository(at);
  REQUIRE_FALSE(repository.empty());
  const std::string files =
      git(repository, {"ls-tree", "-r", "--name-only", "flotilla/status", "inventory/"}).out;
  CHECK(lines_of(files).size() == 5);
}

TEST_CASE("status without a status branch says so") {
  const TempFolder folder;
  const Outcome made =
      run_program({"/usr/bin/git", "init", "--quiet", "-b", "main", folder.path().string()});
  REQUIRE(made.code == 0);
  const Outcome status = flotilla({"status", "--repo", folder.path().string()});
  INFO(status.text());
  CHECK(status.code == 2);
  CHECK(contains(status.err, "flotilla/status"));
}

}  // namespace flotilla::tests
