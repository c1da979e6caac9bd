#include "render/catalog/catalog.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using catalog::FileEntry;
using catalog::MemoryTree;
using catalog::ParseCache;

namespace {

std::string config_map(const std::string& name) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\n";
}

// Counts what is read, may hide the ids or fail.
class WatchedTree : public catalog::FileTree {
 public:
  explicit WatchedTree(std::map<std::string, std::string> files) : files_(std::move(files)) {}
  Result<std::vector<FileEntry>> list() const override {
    if (unlistable) return fail(Code::unavailable, "the disk is gone");
    auto entries = files_.list();
    for (FileEntry& entry : *entries) {
      if (without_ids) entry.id.clear();
      if (entry.path == large) entry.size = (10U << 20U) + 1;
    }
    return entries;
  }
  Result<std::string> read(const FileEntry& entry) const override {
    reads.push_back(entry.path);
    if (entry.path == unreadable) return fail(Code::forbidden, "permission denied");
    return files_.read(entry);
  }

  bool unlistable = false;
  bool without_ids = false;
  std::string large;
  std::string unreadable;
  mutable std::vector<std::string> reads;

 private:
  MemoryTree files_;
};

}  // namespace

TEST_CASE("files that did not change are neither read nor parsed again") {
  ParseCache cache;
  const WatchedTree first(
      {{"a.yaml", config_map("a")}, {"b.yaml", config_map("b")}, {"c.yaml", config_map("c")}});
  const auto before = catalog::load_catalog(first, &cache);
  CHECK(first.reads.size() == 3);
  CHECK(cache.size() == 3);

  const WatchedTree second({{"a.yaml", config_map("a")}, {"b.yaml", config_map("bb")}});
  const auto after = catalog::load_catalog(second, &cache);
  REQUIRE((before && after));
  CHECK(second.reads == std::vector<std::string>{"b.yaml"});
  CHECK(cache.size() == 2);
  CHECK(before->templates[0] == after->templates[0]);
  CHECK(after->templates[1]->key.name == "bb");
}

TEST_CASE("without ids files are read, but parsed only when their bytes are new") {
  ParseCache cache;
  WatchedTree tree({{"a.yaml", config_map("a")}});
  tree.without_ids = true;
  const auto before = catalog::load_catalog(tree, &cache);
  const auto after = catalog::load_catalog(tree, &cache);
  REQUIRE((before && after));
  CHECK(tree.reads.size() == 2);
  CHECK(cache.size() == 1);
  CHECK(before->templates[0] == after->templates[0]);
}

TEST_CASE("the same bytes at another path are another file") {
  ParseCache cache;
  REQUIRE(catalog::load_catalog(MemoryTree({{"a.yaml", config_map("x")}}), &cache));
  const auto moved = catalog::load_catalog(MemoryTree({{"b.yaml", config_map("x")}}), &cache);
  REQUIRE(moved);
  CHECK(moved->templates[0]->source.file == "b.yaml");
}

TEST_CASE("problems come out of the cache too") {
  ParseCache cache;
  const MemoryTree tree(
      {{"a.yaml", "a: [\n"},
       {"b.yaml", "kind: ConfigMap\napiVersion: v1\nmetadata: {name: b, labels: {a: 1}}\n"}});
  const auto before = catalog::load_catalog(tree, &cache);
  const auto after = catalog::load_catalog(tree, &cache);
  REQUIRE((before && after));
  CHECK(before->problems.size() == 2);
  CHECK(before->problems == after->problems);
  CHECK(before->faulty_files == after->faulty_files);
  CHECK(before->faulty_objects == after->faulty_objects);
  CHECK(after->faulty_objects.size() == 1);
}

TEST_CASE("a file that is too large or unreadable is an error and the others are loaded") {
  WatchedTree tree(
      {{"a.yaml", config_map("a")}, {"b.yaml", config_map("b")}, {"c.yaml", config_map("c")}});
  tree.large = "a.yaml";
  tree.unreadable = "b.yaml";
  const auto loaded = catalog::load_catalog(tree);
  REQUIRE(loaded);
  CHECK(tree.reads == std::vector<std::string>{"b.yaml", "c.yaml"});
  REQUIRE(loaded->problems.size() == 2);
  CHECK(to_string(loaded->problems[0]) ==
        "a.yaml: error: the file has 10485761 bytes, want at most 10485760");
  CHECK(to_string(loaded->problems[1]) == "b.yaml: error: permission denied");
  CHECK(loaded->faulty_files == std::set<std::string>{"a.yaml", "b.yaml"});
  CHECK(loaded->templates.size() == 1);
}

TEST_CASE("a tree that cannot be listed is the one hard error") {
  WatchedTree tree({});
  tree.unlistable = true;
  const auto loaded = catalog::load_catalog(tree);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().message == "the disk is gone");
}
