#include "reconciler/git/repository.h"
#include "tests/support/git_servers/sandbox.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::testing;
using git::Author;
using git::Repository;
using Changes = std::map<std::string, std::optional<std::string>>;

namespace {

struct Scene {
  Sandbox box;
  Repository repository = *Repository::init(box / "work");
  Author author{"Flotilla", "flotilla@example.org", 1700000000};

  Result<std::optional<std::string>> write(const std::string& parent, const Changes& changes) {
    return repository.write_commit(parent, changes, "Message\n", author);
  }
  std::string root(const Changes& changes) { return write("", changes)->value(); }
  std::string files(const std::string& commit) const {
    return shell(box / "work", "git ls-tree -r -t --name-only " + commit);
  }
};

}  // namespace

TEST_CASE("a commit is its parent's tree with changes made") {
  Scene scene;
  const std::string first = scene.root({{"a/b/c", "1"}, {"a/d", "2"}, {"e", "3"}});
  CHECK(scene.files(first) == "a\na/b\na/b/c\na/d\ne");
  struct Case {
    Changes changes;
    std::string files;
  };
  const Case cases[] = {
      {{{"a/b/c", "new"}, {"f/g", "4"}}, "a\na/b\na/b/c\na/d\ne\nf\nf/g"},
      {{{"a/b/c", std::nullopt}}, "a\na/d\ne"},  // an empty folder goes
      {{{"a/b/c", std::nullopt}, {"a/d", std::nullopt}}, "e"},
      {{{"e", std::nullopt}, {"e/x", "5"}},
       "a\na/b\na/b/c\na/d\ne\ne/x"},  // a file becomes a folder
      {{{"e/x", "5"}}, "a\na/b\na/b/c\na/d\ne\ne/x"},
      {{{"a", "6"}}, "a\ne"},  // and the other way round
      {{{"a-x", "7"}, {"a/z", "8"}}, "a-x\na\na/b\na/b/c\na/d\na/z\ne"},
      {{{"a", std::nullopt}, {"h", "9"}}, "a\na/b\na/b/c\na/d\ne\nh"},  // a folder is no file
  };
  for (const Case& item : cases) {
    const auto commit = scene.write(first, item.changes);
    REQUIRE(commit);
    REQUIRE(*commit);
    CHECK(scene.files(**commit) == item.files);
    CHECK(shell(scene.box / "work", "git rev-parse " + **commit + "^") == first);
  }
  CHECK(shell(scene.box / "work", "git fsck --strict").find("error") == std::string::npos);
}

TEST_CASE("no change, no commit") {
  Scene scene;
  const std::string first = scene.root({{"a/b", "1"}});
  for (const Changes& changes :
       {Changes{}, Changes{{"a/b", "1"}},
        Changes{{"none", std::nullopt}, {"x/y", std::nullopt}, {"a/b/c", std::nullopt}}}) {
    const auto commit = scene.write(first, changes);
    REQUIRE(commit);
    CHECK_FALSE(*commit);
  }
  // A root commit is made even if it is empty: there is nothing it could be the same as.
  CHECK(scene.write("", {})->has_value());
  // All files removed: an empty tree, as git has it.
  const auto emptied = scene.write(first, {{"a/b", std::nullopt}});
  REQUIRE(emptied);
  CHECK(scene.files(emptied->value()).empty());
}

TEST_CASE("the same inputs give the same id, and git agrees with it") {
  Scene one;
  Scene two;
  const Changes changes{{"x/y", "content\n"}, {"z", std::string("\0\xff", 2)}};
  const std::string id = one.root(changes);
  CHECK(two.root(changes) == id);
  CHECK(shell(one.box / "work", "git cat-file commit " + id) ==
        "tree " + shell(one.box / "work", "git rev-parse " + id + "^{tree}") +
            "\nauthor Flotilla <flotilla@example.org> 1700000000 +0000\ncommitter Flotilla "
            "<flotilla@example.org> 1700000000 "
            "+0000\n\nMessage");
  two.author.time += 1;
  CHECK(two.root(changes) != id);
  CHECK(*two.repository.read_file(id, "z") == std::string("\0\xff", 2));
}

TEST_CASE("executable files stay executable") {
  Scene scene;
  const auto work = scene.box / "work";
  write_file(work / "run.sh", "1");
  shell(work, "chmod +x run.sh && git add -A && git commit -qm x");
  const auto commit = scene.write(*scene.repository.resolve("HEAD"), {{"run.sh", "2"}});
  REQUIRE(commit);
  CHECK(shell(work, "git ls-tree " + **commit).starts_with("100755"));
}

TEST_CASE("what cannot be a path, a parent, an author or a message is refused") {
  Scene scene;
  for (const char* path :
       {"", "/a", "a/", "a//b", "a/../b", "./a", ".git/config", "x/.git/hooks/run"}) {
    CAPTURE(path);
    const auto commit = scene.write("", {{path, "1"}});
    REQUIRE_FALSE(commit);
    CHECK(commit.error().code == Code::invalid);
  }
  CHECK(scene.write("", {{"a", "1"}, {"a/b", "2"}}).error().code == Code::invalid);
  CHECK(scene.write(std::string(40, '1'), {{"a", "1"}}).error().code == Code::not_found);
  CHECK(scene.write("main", {{"a", "1"}}).error().code == Code::invalid);
  CHECK(scene.repository.write_commit("", {{"a", "1"}}, std::string("a\0b", 3), {}).error().code ==
        Code::invalid);
  CHECK(scene.repository.write_commit("", {{"a", "1"}}, "m", {"", "", 0}).error().code ==
        Code::invalid);
}

TEST_CASE("many new objects go into one pack") {
  Scene scene;
  Changes many;
  for (int i = 0; i < 300; ++i)
    many["a/" + std::to_string(i % 7) + "/" + std::to_string(i)] = std::to_string(i);
  const std::string kept = scene.root({{"kept", "0"}});
  const auto first = scene.write(kept, many);
  REQUIRE(first);
  REQUIRE(*first);
  for (auto& [path, content] : many) *content += " new";
  many["kept"] = std::nullopt;
  const auto second = scene.write(**first, many);
  REQUIRE(second);
  REQUIRE(*second);

  const auto git = [&](const std::string& command) {
    return shell(scene.box / "work", "git " + command);
  };
  CHECK(git("ls-tree -r --name-only " + **first + " | wc -l") == "301");
  CHECK(git("ls-tree -r --name-only " + **second + " | wc -l") == "300");
  CHECK(git("show " + **second + ":a/6/6") == "6 new");
  CHECK(git("rev-parse " + **second + "~2") == kept);
  CHECK(scene.repository.read_file(**second, "a/6/6") == "6 new");
  CHECK(git("count-objects").starts_with("3 objects"));  // those of `kept`
  CHECK(git("fsck --strict " + **second).find("error") == std::string::npos);

  // And if nothing has changed, no pack either.
  const std::string packs = shell(scene.box / "work", "ls .git/objects/pack");
  CHECK_FALSE(scene.write(**second, many)->has_value());
  CHECK(shell(scene.box / "work", "ls .git/objects/pack") == packs);
}
