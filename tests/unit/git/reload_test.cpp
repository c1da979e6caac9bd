#include "reconciler/git/repository.h"
#include "render/catalog/catalog.h"
#include "render/document/json.h"
#include "tests/support/git_servers/sandbox.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::testing;
using git::Repository;
using Changes = std::map<std::string, std::optional<std::string>>;

namespace {

std::string config_map(const std::string& name, const std::string& value = "1") {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\ndata: {a: \"" + value +
         "\"}\n";
}

std::string policy(const std::string& name) {
  return "apiVersion: policy.karmada.io/v1alpha1\nkind: PropagationPolicy\nmetadata: {name: " +
         name + "}\nspec: {resourceSelectors: [{apiVersion: v1, kind: ConfigMap}]}\n";
}

// Everything a catalog says, as a text.
std::string shown(const catalog::Catalog& catalog) {
  std::string text;
  for (const auto* list : {&catalog.templates, &catalog.settings})
    for (const catalog::ObjectPtr& object : *list)
      text += to_string(object->key) + " " + to_string(object->source) + " " +
              canonical_json(object->tree) + "\n";
  for (const Problem& problem : catalog.problems) text += to_string(problem) + "\n";
  for (const std::string& file : catalog.faulty_files) text += "faulty " + file + "\n";
  for (const std::string& file : catalog.doubtful_files) text += "doubtful " + file + "\n";
  for (const ObjectKey& key : catalog.faulty_objects) text += "faulty " + to_string(key) + "\n";
  return text;
}

}  // namespace

TEST_CASE("a catalog that goes on from the last one is the one that is loaded from scratch") {
  const Sandbox box;
  Repository repository = *Repository::init(box / "work");
  const git::Author author{"Flotilla", "flotilla@example.org", 1700000000};
  const Changes steps[] = {
      {{"apps/a.yaml", config_map("a")},
       {"apps/b.yaml", config_map("b")},
       {"policies/p.yaml", policy("p")},
       {"README.md", "hello"}},
      {{"apps/a.yaml", config_map("a", "2")}},
      {{"apps/c.yaml", config_map("c") + "---\n" + config_map("d")}},
      {{"apps/b.yaml", std::nullopt}, {"apps/moved.yaml", config_map("b")}},
      {{"README.md", "changed"}},
      {{"apps/twice.yaml", config_map("a")}},  // stands twice now
      {{"apps/a.yaml", std::nullopt}},         // and once again
      {{"apps/broken.yaml", "a: [\n"}},
      {{"apps/c.yaml", config_map("c", "3")}},  // beside a broken file
      {{"apps/broken.yaml", config_map("mended")}},
      {{"apps/values.yaml", "replicas: 3\n"}},  // a document that is no object
      {{"apps/c.yaml", config_map("c", "4")}},
      {{"apps/values.yaml", std::nullopt}, {"policies/q.yaml", policy("q")}},
      {{".flotillaignore", "moved.yaml\n"}},
      {{"apps/c.yaml", config_map("c", "5")}},
      {{".flotillaignore", std::nullopt}},
      {{".hidden/x.yaml", config_map("x")}, {"apps/.x.yaml", config_map("x")}},
      {{"apps", std::nullopt}, {"one.yaml", config_map("a")}},
  };
  catalog::ParseCache cache;
  std::string commit;
  for (const Changes& step : steps) {
    const auto next = repository.write_commit(commit, step, "Message\n", author);
    REQUIRE(next);
    if (*next) commit = **next;
    const auto tree = repository.tree(commit);
    REQUIRE(tree);
    CHECK(shown(*catalog::load_catalog(**tree, &cache)) == shown(*catalog::load_catalog(**tree)));
    CHECK(shown(*catalog::load_catalog(**tree, &cache)) == shown(*catalog::load_catalog(**tree)));
  }
}
