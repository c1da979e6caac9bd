#include "reconciler/cli/history.h"

#include "reconciler/decision/revision.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::cli;

TEST_CASE("a status commit says its revision and what changed") {
  const std::string id(40, 'a');
  const std::string message =
      "main@aaaaaaa: create 2 on eu\n\n2 of 2 objects applied.\n"
      "Last change: Open the shop\n\nFlotilla-Revision: main@sha1:" +
      id + "\nFlotilla-Fleet: shop\n";
  CHECK(revision_in(message) == "main@sha1:" + id);
  CHECK(decision::commit_of(revision_in(message)) == id);
  CHECK(subject_in(message) == "Open the shop");
  CHECK(revision_in("a commit of somebody else").empty());
}

TEST_CASE("an object is named by kind, namespace and name") {
  const ObjectKey web{"apps", "Deployment", "shop", "web"};
  CHECK(means(read_object_name("Deployment/shop/web").value(), web));
  CHECK(means(read_object_name("deployment.apps/shop/web").value(), web));
  CHECK_FALSE(means(read_object_name("deployment.extensions/shop/web").value(), web));
  CHECK_FALSE(means(read_object_name("Deployment/web").value(), web));
  CHECK_FALSE(means(read_object_name("Deployment/shop/other").value(), web));
  CHECK(means(read_object_name("Namespace/shop").value(), {"", "Namespace", "", "shop"}));
  CHECK(means(read_object_name("ConfigMap/a").value(), {"", "ConfigMap", "default", "a"}));
  for (const char* text : {"", "web", "Deployment/", "/shop/web", "a/b/c/d"}) {
    INFO(text);
    CHECK_FALSE(read_object_name(text));
  }
}
