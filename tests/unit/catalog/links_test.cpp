#include "render/catalog/catalog.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using catalog::Catalog;
using catalog::MemoryTree;

namespace {

std::string config_map(const std::string& name) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\n";
}

Catalog load(const MemoryTree& tree) {
  auto loaded = catalog::load_catalog(tree);
  REQUIRE(loaded);
  return std::move(*loaded);
}

// "name@file name@file"
std::string loaded(const Catalog& catalog) {
  std::string text;
  for (const auto& object : catalog.templates)
    text += (text.empty() ? "" : " ") + object->key.name + "@" + object->source.file;
  return text;
}

}  // namespace

TEST_CASE("a link to a file that is loaded anyway changes nothing") {
  MemoryTree tree({{"a/web.yaml", config_map("web")}});
  tree.link("b/web.yaml", "../a/web.yaml");
  tree.link("c", "a");
  tree.link("d.yaml", "c/web.yaml");
  const Catalog catalog = load(tree);
  CHECK(loaded(catalog) == "web@a/web.yaml");
  CHECK(catalog.problems.empty());
}

TEST_CASE("a link to a file that is not loaded otherwise is followed once") {
  MemoryTree tree({{".shared/web.yaml", config_map("web")},
                   {".shared/deep/db.yml", config_map("db")},
                   {"cache.tmpl", config_map("cache")}});
  tree.link("a/web.yaml", "../.shared/web.yaml");
  tree.link("b/web.yaml", "../a/web.yaml");
  tree.link("cache.json", "./cache.tmpl");
  tree.link("shared", ".shared");
  tree.link("shared2", "shared/");
  const Catalog catalog = load(tree);
  CHECK(loaded(catalog) == "cache@cache.json db@shared/deep/db.yml web@a/web.yaml");
  CHECK(catalog.problems.empty());
}

TEST_CASE("faulty links are errors and are not read") {
  const auto [target, message] = GENERATE(table<std::string, std::string>({
      {"/etc/passwd", "the link leads out of the tree, want a target inside"},
      {"../../x.yaml", "the link leads out of the tree, want a target inside"},
      {"../a/../../x", "the link leads out of the tree, want a target inside"},
      {"link.yaml", "the link leads to itself, want no loop"},
      {"../b/back.yaml", "the link leads to itself, want no loop"},
      {"..", "the link leads to a folder that holds it, want no loop"},
      {".", "the link leads to a folder that holds it, want no loop"},
      {"none.yaml", "the link leads to \"a/none.yaml\", which is not there"},
  }));
  MemoryTree tree({{"a/web.yaml", config_map("web")}});
  tree.link("a/link.yaml", target);
  if (target == "../b/back.yaml") tree.link("b/back.yaml", "../a/link.yaml");
  const Catalog catalog = load(tree);
  INFO(target);
  CHECK(loaded(catalog) == "web@a/web.yaml");
  REQUIRE_FALSE(catalog.problems.empty());
  CHECK(to_string(catalog.problems[0]) == "a/link.yaml: error: " + message);
  CHECK(catalog.faulty_files.count("a/link.yaml") == 1);
}

TEST_CASE("links through links are followed, a ring of folders is a loop") {
  MemoryTree tree({{".a/x.yaml", config_map("x")}, {".b/y.yaml", config_map("v")}});
  tree.link(".a/b", "../.b");
  tree.link(".b/a", "../.a");
  tree.link("all", ".a");
  const Catalog catalog = load(tree);
  CHECK(loaded(catalog) == "v@all/b/y.yaml x@all/x.yaml");
  REQUIRE(catalog.problems.size() == 1);
  CHECK(to_string(catalog.problems[0]) ==
        "all/b/a: error: the link leads to a folder that holds it, want no loop");
}

TEST_CASE("links that are ignored or in dot-folders are not looked at") {
  MemoryTree tree;
  tree.write(".flotillaignore", "/out\n");
  tree.link("out", "/nix/store/x");
  tree.link(".direnv/x.yaml", "/y");
  CHECK(load(tree).problems.empty());
}
