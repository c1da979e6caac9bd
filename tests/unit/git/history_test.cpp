#include "reconciler/git/repository.h"
#include "tests/support/git_servers/sandbox.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::testing;
using git::Repository;

namespace fs = std::filesystem;

namespace {

using Names = std::set<std::string>;

std::string run(const fs::path& work, const std::string& commands) {
  shell(work, commands);
  return Repository::open(work)->resolve("HEAD").value();
}

std::optional<git::Since> since(const fs::path& work, const std::string& id) {
  const auto repository = Repository::open(work);
  auto found = repository->since(id, repository->resolve("main").value());
  REQUIRE(found);
  return *found;
}

}  // namespace

TEST_CASE("a commit tells what it changed, and what came after it") {
  const Sandbox box;
  const fs::path work = box / "work";
  const std::string root = make_repository(work);
  const std::string files = run(work,
                                "mkdir d && echo 1 > d/a && echo 1 > b && git add -A && "
                                "git commit -qm files");
  const std::string removal =
      run(work, "git rm -q d/a && echo 2 > b && echo 1 > c && git add -A && git commit -qm less");
  const std::string last = commit_file(work, "e", "e\n");

  const auto found = since(work, removal.substr(0, 7));
  REQUIRE(found);
  CHECK(found->files == Names{"b", "c", "d/a"});
  CHECK(found->commits == Names{removal, last});
  CHECK(found->id == removal);
  CHECK(found->parent == files);
  CHECK(since(work, root)->parent.empty());
  CHECK(since(work, last)->commits == Names{last});
  CHECK(since(work, root)->commits == Names{root, files, removal, last});
  CHECK_FALSE(since(work, root)->files.empty());
}

TEST_CASE("what is no commit of the history is none") {
  const Sandbox box;
  const fs::path work = box / "work";
  const std::string root = make_repository(work);
  shell(work, "git checkout -q -b side");
  const std::string side = commit_file(work, "s", "s\n");
  shell(work, "git checkout -q main");
  for (const std::string& id : {side, std::string("main"), std::string("HEAD"), root.substr(0, 6),
                                std::string(40, '1'), std::string("sha256:0123456789ab")}) {
    INFO(id);
    CHECK_FALSE(since(work, id));
  }
}

TEST_CASE("what was made beside a commit did not come after it") {
  const Sandbox box;
  const fs::path work = box / "work";
  make_repository(work);
  shell(work, "git checkout -q -b side");
  const std::string side = commit_file(work, "s", "s\n");
  shell(work, "git checkout -q main");
  const std::string meanwhile = commit_file(work, "m", "m\n");
  const std::string merge = run(work, "git merge -q --no-ff -m merge side");

  CHECK(since(work, side)->commits == Names{side, merge});
  CHECK(since(work, meanwhile)->commits == Names{meanwhile, merge});
  CHECK(since(work, merge)->files == Names{"s"});  // against its first parent
}
