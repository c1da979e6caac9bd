#include "reconciler/member/inventory.h"

#include "render/document/json.h"

#include <catch2/catch.hpp>

using namespace flotilla;

namespace {

Json::Value live(const std::string& metadata) {
  return parse_json(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":)" + metadata + "}")
      .value();
}

}  // namespace

TEST_CASE("what a controller made from one of our objects is not ours") {
  struct Case {
    std::string what;
    std::string metadata;
    bool copy;
    bool ours;
  };
  const std::vector<Case> cases = {
      {"applied by us",
       R"({"labels":{"applyset.kubernetes.io/part-of":"id"},"annotations":{"flotilla.dev/origin":"created"}})",
       false, true},
      {"our label alone, copied from a Service or an Ingress",
       R"({"labels":{"applyset.kubernetes.io/part-of":"id"}})", true, false},
      {"labels and annotations copied to a child with a controller",
       R"({"labels":{"applyset.kubernetes.io/part-of":"id"},"annotations":{"flotilla.dev/origin":"created"},
           "ownerReferences":[{"kind":"Deployment","name":"web","controller":true}]})",
       true, false},
      {"of another owner",
       R"({"labels":{"applyset.kubernetes.io/part-of":"other"},"annotations":{"flotilla.dev/origin":"created"}})",
       false, false},
      {"our label taken off, our fields still there",
       R"({"managedFields":[{"manager":"flotilla","operation":"Apply"}]})", true, true},
      {"made by somebody else", R"({"managedFields":[{"manager":"helm","operation":"Apply"}]})",
       true, false},
  };
  for (const Case& c : cases) {
    INFO(c.what);
    CHECK(member::is_copy(live(c.metadata)) == c.copy);
    CHECK(member::is_ours(live(c.metadata), "id") == c.ours);
  }
}

TEST_CASE("a live object says what is to be remembered of it") {
  const decision::InventoryItem item = member::item_of(live(
      R"({"name":"a","namespace":"shop","uid":"u","deletionTimestamp":"2026-01-01T00:00:00Z",
          "annotations":{"flotilla.dev/origin":"adopted","flotilla.dev/digest":"d","flotilla.dev/source":"a.yaml"}})"));
  CHECK(item.key == ObjectKey{"", "ConfigMap", "shop", "a"});
  CHECK(item.uid == "u");
  CHECK(item.digest == "d");
  CHECK(item.source == "a.yaml");
  CHECK(item.origin == "adopted");
  CHECK(item.deleting);
  CHECK_FALSE(item.keep);
}

TEST_CASE("what an operator wrote on an object keeps it") {
  for (const std::string mark :
       {R"("annotations":{"helm.sh/resource-policy":"keep"})",
        R"("annotations":{"flotilla.dev/preserve":"true"})",
        R"("annotations":{"client.lifecycle.config.k8s.io/deletion":"detach"})",
        R"("labels":{"resourcetemplate.karmada.io/deletion-protected":"Always"})"})
    CHECK(member::item_of(live("{" + mark + "}")).keep);
  CHECK_FALSE(
      member::item_of(live(R"({"annotations":{"helm.sh/resource-policy":"delete"}})")).keep);
}
