#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

const ObjectKey shop_space{"", "Namespace", "", "shop"};

Files shop_on(const std::string& clusters) {
  return {{"eu.yaml", cluster("eu")},
          {"ap.yaml", cluster("ap")},
          {"a.yaml", config_map("a")},
          {"shop.yaml", name_space("shop")},
          {"p.yaml", policy_for("p", "v1 ConfigMap", to_clusters(clusters))}};
}

Files with_fleet(const std::string& spec) {
  Files files = shop_on("eu");
  files["fleet.yaml"] =
      "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: f}\nspec: {" + spec + "}\n";
  return files;
}

}  // namespace

TEST_CASE("a namespace goes where something stands in it") {
  CHECK(rendered_on(tests::decide(shop_on("eu")), shop_space) == "eu");
  CHECK(rendered_on(tests::decide(shop_on("eu, ap")), shop_space) == "ap eu");
  const decision::Decision nowhere = tests::decide(shop_on("none"));
  CHECK(rendered_on(nowhere, shop_space).empty());
  CHECK(nowhere.unmatched == std::vector<ObjectKey>{shop_space});
}

TEST_CASE("a namespace that came along outlives what is in it") {
  const auto decision = tests::decide(shop_on("eu"));
  CHECK(manifest_of(decision, "eu", shop_space)->json->find("\"flotilla.dev/preserve\":\"true\"") !=
        std::string::npos);
}

TEST_CASE("a namespace with a policy goes there too, and is preserved where it came along") {
  Files files = shop_on("eu");
  files["c.yaml"] = cluster_policy_for("c", "v1 Namespace", to_clusters("ap"));
  const decision::Decision decision = tests::decide(files);
  CHECK(places_of(decision, shop_space) == "ap");
  CHECK(rendered_on(decision, shop_space) == "ap eu");
  const auto preserved = [&](const std::string& cluster) {
    return manifest_of(decision, cluster, shop_space)->json->find("flotilla.dev/preserve") !=
           std::string::npos;
  };
  CHECK(preserved("eu"));
  CHECK_FALSE(preserved("ap"));
}

TEST_CASE("some namespaces stay where they are") {
  Files files = shop_on("eu");
  files["shop.yaml"] =
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: "
      "{namespace.karmada.io/skip-auto-propagation: \"true\"}}\n";
  CHECK(rendered_on(tests::decide(files), shop_space).empty());
}

TEST_CASE("the Fleet may send every namespace everywhere") {
  const auto places = [](const std::string& spec) {
    return rendered_on(tests::decide(with_fleet(spec)), shop_space);
  };
  CHECK(places("namespaces: Everywhere") == "ap eu");
  CHECK(places("namespaces: Needed") == "eu");
  CHECK(places("compatibility: karmada") == "ap eu");
  CHECK(places("compatibility: karmada, namespaces: Needed") == "eu");
}

TEST_CASE("a Fleet in error changes nothing") {
  const decision::Decision first = tests::decide(with_fleet("namespaces: Everywhere"));
  Files moved = with_fleet("");
  moved.erase("fleet.yaml");
  moved["moved.yaml"] = "kind: [";
  for (const Files& files : {with_fleet("namespaces: Everywere"), moved}) {
    const decision::Decision second = tests::decide(files, remember(first));
    CHECK(second.owner == "f");
    CHECK(held_on(second, key("a")) == "eu");
    CHECK(second.undecided.contains(shop_space));
  }
}

TEST_CASE("of two Fleets the one in charge stays in charge") {
  Files files = with_fleet("");
  const decision::Decision first = tests::decide(files);
  files["e.yaml"] = "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: e}\n";
  const decision::Decision second = tests::decide(files, remember(first));
  CHECK(second.owner == "f");
  CHECK(has_error(second.problems));
}

TEST_CASE("a namespace stays where something is held") {
  const decision::Decision first = tests::decide(shop_on("eu"));
  Files files = shop_on("eu");
  files["a.yaml"] = "kind: [";
  CHECK(rendered_on(tests::decide(files, remember(first)), shop_space) == "eu");
}
