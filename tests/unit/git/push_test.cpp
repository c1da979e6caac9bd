#include "reconciler/git/repository.h"
#include "tests/support/git_servers/sandbox.h"

#include <catch2/catch.hpp>

#include <functional>

using namespace flotilla;
using namespace flotilla::testing;
using git::Repository;

namespace {

std::string commit_on(Repository& repository, const std::string& parent,
                      const std::string& content) {
  return repository.write_commit(parent, {{"file", content}}, content, {})->value();
}

void expect_conflict(const Result<void>& pushed) {
  REQUIRE_FALSE(pushed);
  INFO(to_string(pushed.error()));
  CHECK(pushed.error().code == Code::conflict);
}

// The same promises with a remote and without.
void check_compare_and_swap(Repository& repository,
                            const std::function<std::string(std::string)>& branch_at) {
  const std::string one = commit_on(repository, "", "one");
  const std::string two = commit_on(repository, one, "two");
  const std::string three = commit_on(repository, one, "three");
  REQUIRE(repository.push("flotilla/status", one, ""));
  CHECK(branch_at("flotilla/status") == one);
  CHECK(repository.resolve("flotilla/status") == one);

  expect_conflict(repository.push("flotilla/status", two, ""));
  expect_conflict(repository.push("flotilla/status", two, three));
  CHECK(branch_at("flotilla/status") == one);
  REQUIRE(repository.push("flotilla/status", two, one));
  CHECK(branch_at("flotilla/status") == two);

  // From the expected commit a branch may go anywhere, also aside; from any other it goes nowhere.
  expect_conflict(repository.push("flotilla/status", three, one));
  CHECK(branch_at("flotilla/status") == two);
  REQUIRE(repository.push("flotilla/status", three, two));
  CHECK(branch_at("flotilla/status") == three);
  CHECK(repository.resolve("flotilla/status") == three);
  // A push whose answer was lost may be sent again.
  CHECK(repository.push("flotilla/status", three, two));
  expect_conflict(repository.push("gone", two, one));

  // "flotilla/status" leaves no room for "flotilla".
  const auto no_room = repository.push("flotilla", two, "");
  REQUIRE_FALSE(no_room);
  INFO(to_string(no_room.error()));
  CHECK(no_room.error().code == Code::invalid);

  CHECK(repository.push("bad..name", two, "").error().code == Code::invalid);
  CHECK(repository.push("x", std::string(40, '1'), "").error().code == Code::not_found);
}

}  // namespace

TEST_CASE("push without a remote moves the branch here by compare-and-swap") {
  const Sandbox box;
  auto repository = Repository::init(box / "work");
  REQUIRE(repository);
  check_compare_and_swap(*repository, [&](const std::string& name) {
    return shell(box / "work", "git rev-parse " + name);
  });
}

TEST_CASE("push to a remote moves its branch by compare-and-swap") {
  const Sandbox box;
  make_repository(box / "work");
  make_bare(box / "work", box / "bare.git");
  for (const char* remote : {"bare.git", "work"}) {
    auto mirror = Repository::open_mirror(box / ("mirror-of-" + std::string(remote)),
                                          (box / remote).string());
    REQUIRE(mirror);
    REQUIRE(mirror->fetch());
    check_compare_and_swap(*mirror, [&](const std::string& name) {
      return shell(box / remote, "git rev-parse " + name);
    });
  }
}

TEST_CASE("a push over what somebody else pushed is a conflict and overwrites nothing") {
  const Sandbox box;
  const std::string first = make_repository(box / "work");
  make_bare(box / "work", box / "bare.git");
  auto mirror = Repository::open_mirror(box / "mirror", (box / "bare.git").string());
  REQUIRE(mirror->fetch());
  const std::string theirs = commit_file(box / "work", "theirs", "1");
  shell(box / "work", "git push -q ../bare.git main");
  const std::string ours = commit_on(*mirror, first, "ours");
  expect_conflict(mirror->push("main", ours, first));
  CHECK(shell(box / "bare.git", "git rev-parse main") == theirs);
  // After a fetch the same change goes on top of theirs.
  REQUIRE(mirror->fetch());
  CHECK(mirror->resolve("main") == theirs);
  REQUIRE(mirror->push("main", commit_on(*mirror, theirs, "ours"), theirs));
}

TEST_CASE("a refused push is forbidden and says what the server said") {
  const Sandbox box;
  const std::string first = make_repository(box / "work");
  make_bare(box / "work", box / "bare.git");
  write_file(box / "bare.git/hooks/pre-receive", "#!/bin/sh\necho 'branch is protected'\nexit 1\n");
  shell(box / "bare.git", "chmod +x hooks/pre-receive");
  auto mirror = Repository::open_mirror(box / "mirror", (box / "bare.git").string());
  REQUIRE(mirror->fetch());
  const auto pushed = mirror->push("main", commit_on(*mirror, first, "x"), first);
  REQUIRE_FALSE(pushed);
  INFO(to_string(pushed.error()));
  CHECK(pushed.error().code == Code::forbidden);
  CHECK(pushed.error().message.find("branch is protected") != std::string::npos);
  CHECK(pushed.error().message.find((box / "bare.git").string()) != std::string::npos);
  CHECK(mirror->resolve("main") == first);

  auto checked_out = Repository::open_mirror(box / "mirror2", (box / "work").string());
  REQUIRE(checked_out->fetch());
  CHECK(checked_out->push("main", commit_on(*checked_out, first, "x"), first).error().code ==
        Code::forbidden);
}
