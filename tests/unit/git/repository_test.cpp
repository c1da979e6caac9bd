#include "reconciler/git/repository.h"

#include "render/base/text.h"
#include "tests/support/git_servers/sandbox.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::testing;
using catalog::FileEntry;
using git::Repository;

namespace fs = std::filesystem;

TEST_CASE("a repository is found from any folder inside its work tree, and bare") {
  const Sandbox box;
  const std::string id = make_repository(box / "work");
  fs::create_directories(box / "work/deep/er");
  for (const char* folder : {"work", "work/deep/er", "work/.git"})
    CHECK(Repository::open(box / folder)->resolve("HEAD") == id);
  CHECK(fs::equivalent(*Repository::open(box / "work/deep")->work_tree(), box / "work"));
  make_bare(box / "work", box / "bare.git");
  const auto bare = Repository::open(box / "bare.git");
  REQUIRE(bare);
  CHECK(bare->resolve("main") == id);
  CHECK_FALSE(bare->work_tree());
  CHECK(bare->is_dirty() == false);

  fs::create_directory(box / "plain");
  CHECK(Repository::open(box / "plain").error().code == Code::not_found);
  CHECK(Repository::open(box / "nowhere").error().code == Code::not_found);
}

TEST_CASE("a new repository starts on main without commits") {
  const Sandbox box;
  const auto made = Repository::init(box / "new/one");
  REQUIRE(made);
  CHECK(made->head_branch() == "main");
  const auto head = made->resolve("HEAD");
  REQUIRE_FALSE(head);
  CHECK(head.error().code == Code::not_found);
  CHECK(Repository::init(box / "new/one").error().code == Code::conflict);
}

TEST_CASE("names resolve to commits") {
  const Sandbox box;
  const fs::path work = box / "work";
  const std::string first = make_repository(work);
  shell(work, "git tag light && git tag -a -m note v1 && git branch feature/x");
  const std::string second = commit_file(work, "b.yaml", "b\n");
  shell(work, "git tag -a -m blob of-blob $(git rev-parse HEAD:b.yaml) && git branch v1");
  const auto repository = Repository::open(work);
  REQUIRE(repository);
  struct Case {
    std::string ref;
    std::string id;
  };
  const Case cases[] = {{"HEAD", second},
                        {"main", second},
                        {"light", first},
                        {"refs/tags/v1", first},
                        {"v1", second},
                        {"feature/x", first},
                        {first, first},
                        {first.substr(0, 10), first},
                        {"refs/heads/main", second},
                        {"HEAD~1", first},
                        {"main^", first}};
  for (const Case& item : cases) {
    CAPTURE(item.ref);
    CHECK(repository->resolve(item.ref) == item.id);
  }
  for (const char* ref : {"nothing", "../x", "a b", "deadbeef",
                          "0123456789012345678901234567890123456789", "main~7"}) {
    CAPTURE(ref);
    const auto resolved = repository->resolve(ref);
    REQUIRE_FALSE(resolved);
    CHECK(resolved.error().code == Code::not_found);
    CHECK(resolved.error().message.find(std::string("\"") + ref + "\"") != std::string::npos);
  }
  CHECK(repository->resolve("of-blob").error().code == Code::invalid);
  CHECK(repository->resolve("").error().code == Code::invalid);
}

TEST_CASE("an ambiguous short id is an error") {
  const Sandbox box;
  make_repository(box / "work");
  // 400 blobs: two of them share their first four digits (certain: there are 65536 of these, and
  // the contents are fixed).
  shell(box / "work", "for i in $(seq 1 400); do echo $i > f$i; done && git add -A");
  const std::string prefix =
      shell(box / "work", "git ls-files -s | cut -c8-11 | sort | uniq -d | head -1");
  REQUIRE(prefix.size() == 4);
  const auto resolved = Repository::open(box / "work")->resolve(prefix);
  REQUIRE_FALSE(resolved);
  CHECK(resolved.error().code == Code::invalid);
  CHECK(resolved.error().message.find("ambiguous") != std::string::npos);
}

TEST_CASE("commits, history and the root commit") {
  const Sandbox box;
  const fs::path work = box / "work";
  const std::string first = make_repository(work);
  const std::string second = commit_file(work, "b.yaml", "b\n");
  shell(work, "git checkout -q -b side " + first);
  commit_file(work, "c.yaml", "c\n");
  shell(work, "git checkout -q main && git merge -q --no-ff -m 'Merge side\n\nWith a body.' side");
  const auto repository = Repository::open(work);
  const std::string merge = *repository->resolve("main");

  const auto commit = repository->commit(merge);
  REQUIRE(commit);
  CHECK(commit->id == merge);
  CHECK(commit->subject == "Merge side");
  CHECK(commit->message == "Merge side\n\nWith a body.\n");
  CHECK(commit->author == "Ann <ann@example.org>");
  CHECK(commit->time == 1700000000);
  REQUIRE(commit->parents.size() == 2);
  CHECK(commit->parents[0] == second);

  const auto log = repository->log(merge, 10);
  REQUIRE(log);
  REQUIRE(log->size() == 3);
  CHECK((*log)[1].id == second);
  CHECK((*log)[2].id == first);
  CHECK(repository->log(merge, 2)->size() == 2);
  CHECK(repository->root_commit(merge) == first);
  CHECK(repository->commit(std::string(40, '1')).error().code == Code::not_found);
  CHECK(repository->commit("main").error().code == Code::invalid);

  shell(box.path(), "git clone -q --depth 1 'file://" + work.string() + "' shallow");
  CHECK(Repository::open(box / "shallow")->root_commit(merge).error().message.find("shallow") !=
        std::string::npos);
}

TEST_CASE("the tree of a commit lists files with id and size, links, and no submodules") {
  const Sandbox box;
  const fs::path work = box / "work";
  make_repository(work);
  write_file(work / "a-b", "1");
  write_file(work / "a/x", "22");
  write_file(work / "a.yaml", "");
  fs::create_symlink("a/x", work / "link");
  shell(work, "git add -A && git update-index --add --cacheinfo 160000," + std::string(40, '1') +
                  ",module && git commit -qm all");
  const auto repository = Repository::open(work);
  const std::string head = *repository->resolve("HEAD");
  const auto tree = repository->tree(head);
  REQUIRE(tree);
  const auto entries = (*tree)->list();
  REQUIRE(entries);
  std::vector<std::string> paths;
  for (const FileEntry& entry : *entries) paths.push_back(entry.path);
  CHECK(paths == std::vector<std::string>{"a-b", "a.yaml", "a/x", "app.yaml", "link"});
  CHECK((*entries)[2].size == 2);
  CHECK((*entries)[2].id == shell(work, "git rev-parse HEAD:a/x"));
  CHECK((*entries)[4].kind == FileEntry::Kind::link);
  CHECK((*tree)->read((*entries)[2]) == "22");
  CHECK((*tree)->read((*entries)[4]) == "a/x");

  CHECK(repository->read_file(head, "a/x") == "22");
  CHECK(repository->read_file(head, "a").error().code == Code::not_found);
  CHECK(repository->read_file(head, "none/x").error().code == Code::not_found);
  CHECK(repository->tree(std::string(40, '1')).error().code == Code::not_found);
}

TEST_CASE("a work tree is dirty by changes and untracked files, not by ignored ones") {
  const Sandbox box;
  const fs::path work = box / "work";
  make_repository(work);
  commit_file(work, ".gitignore", "*.tmp\n");
  const auto dirty = [&] { return *Repository::open(work)->is_dirty(); };
  CHECK_FALSE(dirty());
  write_file(work / "x.tmp", "x");
  CHECK_FALSE(dirty());
  write_file(work / "new.yaml", "x");
  CHECK(dirty());
  fs::remove(work / "new.yaml");
  write_file(work / "app.yaml", "other\n");
  CHECK(dirty());
  shell(work, "git add -A");
  CHECK(dirty());
  shell(work, "git reset -q --hard");
  CHECK_FALSE(dirty());
  fs::remove(work / "app.yaml");
  CHECK(dirty());
}

TEST_CASE("SHA-256 repositories are refused with a reason") {
  const Sandbox box;
  fs::create_directory(box / "work");
  shell(box / "work", "git init -q --object-format=sha256 && git commit -q --allow-empty -m one");
  const auto opened = Repository::open(box / "work");
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == Code::invalid);
  CHECK(opened.error().message.find("SHA-256") != std::string::npos);
  auto mirror = Repository::open_mirror(box / "mirror", (box / "work").string());
  REQUIRE(mirror);
  const auto fetched = mirror->fetch();
  REQUIRE_FALSE(fetched);
  INFO(to_string(fetched.error()));
  CHECK(fetched.error().code == Code::invalid);
  CHECK(fetched.error().message.find("SHA-256") != std::string::npos);
}
