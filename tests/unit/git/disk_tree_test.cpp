#include "reconciler/git/disk_tree.h"

#include "tests/support/git_servers/sandbox.h"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

using namespace flotilla;
using namespace flotilla::testing;
using catalog::FileEntry;
using git::DiskTree;

namespace fs = std::filesystem;

TEST_CASE("a folder lists files and links, sorted by path, without .git") {
  const Sandbox box;
  for (const char* path : {"b/x.yaml", "b-1.yaml", "b.yaml", "a/.hidden", ".git/config", "sub/.git",
                           "nested/.git/HEAD", "nested/n.yaml"})
    write_file(box / path, path);
  fs::create_symlink("../outside", box / "link");
  fs::create_directory_symlink("b", box / "folder-link");
  REQUIRE(mkfifo((box / "pipe").c_str(), 0600) == 0);

  const auto entries = DiskTree(box.path()).list();
  REQUIRE(entries);
  std::vector<std::string> paths;
  for (const FileEntry& entry : *entries) paths.push_back(entry.path);
  CHECK(paths == std::vector<std::string>{"a/.hidden", "b-1.yaml", "b.yaml", "b/x.yaml",
                                          "folder-link", "link", "nested/n.yaml"});
  CHECK((*entries)[3].size == 8);
  CHECK((*entries)[3].kind == FileEntry::Kind::file);
  CHECK((*entries)[3].id.empty());
  CHECK((*entries)[4].kind == FileEntry::Kind::link);
  CHECK(DiskTree(box.path()).read((*entries)[3]) == "b/x.yaml");
  CHECK(DiskTree(box.path()).read((*entries)[5]) == "../outside");
}

TEST_CASE("only regular files and links inside the folder are read") {
  const Sandbox box;
  write_file(box / "tree/a", "a");
  write_file(box / "secret", "s");
  REQUIRE(mkfifo((box / "tree/pipe").c_str(), 0600) == 0);
  fs::create_directory(box / "tree/folder");
  const DiskTree tree(box / "tree");
  CHECK(tree.read({"a", "", 1, FileEntry::Kind::file}) == "a");
  for (const std::string& path :
       std::vector<std::string>{"pipe", "folder", "../secret", (box / "secret").string(), ""}) {
    CAPTURE(path);
    const auto read = tree.read({path, "", 1, FileEntry::Kind::file});
    REQUIRE_FALSE(read);
    CHECK(read.error().code == Code::invalid);
  }
  CHECK(tree.read({"gone", "", 1, FileEntry::Kind::file}).error().code == Code::not_found);
}

TEST_CASE("a folder that cannot be read is an error that names it") {
  const Sandbox box;
  CHECK(DiskTree(box / "none").list().error().code == Code::not_found);
  write_file(box / "tree/closed/a", "a");
  fs::permissions(box.path(), fs::perms::all);
  fs::permissions(box / "tree/closed", fs::perms::none);
  const bool root = geteuid() == 0;
  if (root) REQUIRE(seteuid(65534) == 0);
  const auto entries = DiskTree(box / "tree").list();
  if (root) REQUIRE(seteuid(0) == 0);
  fs::permissions(box / "tree/closed", fs::perms::all);
  REQUIRE_FALSE(entries);
  CHECK(entries.error().code == Code::forbidden);
  CHECK(entries.error().message.find("tree/closed") != std::string::npos);
}
