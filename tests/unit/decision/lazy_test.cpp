#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

Files lazily(const std::string& clusters, const std::string& value = "1",
             const std::string& more = "") {
  return {{"eu.yaml", cluster("eu")},
          {"ap.yaml", cluster("ap")},
          {"a.yaml", config_map("a", value)},
          {"p.yaml", policy_for("p", "v1 ConfigMap",
                                "  activationPreference: Lazy\n" + more + to_clusters(clusters))}};
}

}  // namespace

TEST_CASE("a Lazy policy acts on the first sight of a template") {
  CHECK(places_of(tests::decide(lazily("eu")), key("a")) == "eu");
}

TEST_CASE("a change of a Lazy policy waits for a change of the template") {
  decision::Decision decision = tests::decide(lazily("eu"));
  decision =
      tests::decide(lazily("ap", "1", "  conflictResolution: Overwrite\n"), remember(decision));
  CHECK(places_of(decision, key("a")) == "eu");
  CHECK_FALSE(manifest_of(decision, "eu", "a")->terms.takes_over);
  decision =
      tests::decide(lazily("ap", "2", "  conflictResolution: Overwrite\n"), remember(decision));
  CHECK(places_of(decision, key("a")) == "ap");
  CHECK(manifest_of(decision, "ap", "a")->terms.takes_over);
}

TEST_CASE("what others note on a template is no change of it") {
  decision::Decision decision = tests::decide(lazily("eu"));
  Files noted = lazily("ap");
  const auto note = [&](const std::string& annotation) {
    std::string text = config_map("a");
    text.replace(text.find("namespace: shop"), 15,
                 "namespace: shop, annotations: {" + annotation + ": x}");
    noted["a.yaml"] = text;
    return places_of(tests::decide(noted, remember(decision)), key("a"));
  };
  CHECK(note("resourcetemplate.karmada.io/uid") == "eu");
  CHECK(note("example.com/mark") == "ap");
}

TEST_CASE("a policy that is no longer Lazy acts at once") {
  const decision::Decision first = tests::decide(lazily("eu"));
  Files files = lazily("ap");
  files["p.yaml"] = policy_for("p", "v1 ConfigMap", to_clusters("ap"));
  CHECK(places_of(tests::decide(files, remember(first)), key("a")) == "ap");
}

TEST_CASE("a Lazy policy that takes over a template claims it, and changes nothing else") {
  Files files = lazily("eu");
  decision::Decision decision = tests::decide(files);
  files["p.yaml"] =
      policy_for("q", "v1 ConfigMap", "  activationPreference: Lazy\n" + to_clusters("ap"));
  decision = tests::decide(files, remember(decision));
  CHECK(binding_of(decision, "a")->policy.name == "q");
  CHECK(places_of(decision, key("a")) == "eu");
}
