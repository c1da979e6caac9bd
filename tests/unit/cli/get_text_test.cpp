#include "reconciler/cli/get_text.h"

#include "render/document/object.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::cli;

namespace {

const kube::Resource config_maps{"", "v1", "ConfigMap", "configmaps", true, {}};
const kube::Resource deployments{"apps", "v1", "Deployment", "deployments", true, {}};

Found found(const std::string& cluster, const kube::Resource& kind, kube::Table table) {
  return {cluster, kind, std::move(table), {}};
}

Json::Value object(const std::string& namespace_, const std::string& name) {
  Json::Value value(Json::objectValue);
  value["apiVersion"] = "v1";
  value["kind"] = "ConfigMap";
  value["metadata"]["namespace"] = namespace_;
  value["metadata"]["name"] = name;
  value["metadata"]["managedFields"] = Json::Value(Json::arrayValue);
  return value;
}

}  // namespace

TEST_CASE("tables of several clusters become one, sorted by cluster, namespace and name") {
  const std::vector<Found> all = {
      found("us", config_maps, {{{"Name", 0}, {"Data", 0}}, {{"b", "z", {"z", "1"}}}}),
      found("eu", config_maps,
            {{{"Name", 0}, {"Data", 0}}, {{"b", "a", {"a", "2"}}, {"a", "c", {"c", "3"}}}})};
  CHECK(get_tables(all, {Output::table, true, false}) ==
        "CLUSTER  NAMESPACE  NAME  DATA\n"
        "eu       a          c     3\n"
        "eu       b          a     2\n"
        "us       b          z     1\n");
}

TEST_CASE("clusters of different versions may have different columns") {
  const std::vector<Found> all = {
      found("eu", config_maps,
            {{{"Name", 0}, {"Age", 0}, {"Extra", 1}}, {{"", "a", {"a", "1m", "x"}}}}),
      found("us", config_maps, {{{"Name", 0}, {"Data", 0}}, {{"", "b", {"b", "4"}}}})};
  CHECK(get_tables(all, {}) ==
        "CLUSTER  NAME  AGE     DATA\n"
        "eu       a     1m      <none>\n"
        "us       b     <none>  4\n");
  CHECK(get_tables(all, {Output::wide, false, false})
            .starts_with("CLUSTER  NAME  AGE     EXTRA   DATA\n"));
}

TEST_CASE("each kind has a table of its own, and its names say which") {
  const std::vector<Found> all = {found("eu", deployments, {{{"Name", 0}}, {{"", "web", {"web"}}}}),
                                  found("eu", config_maps, {{{"Name", 0}}, {{"", "c", {"c"}}}}),
                                  found("us", config_maps, {})};
  CHECK(get_tables(all, {Output::table, false, true}) ==
        "CLUSTER  NAME\neu       deployment.apps/web\n\nCLUSTER  NAME\neu       configmap/c\n");
  CHECK(get_tables({found("us", config_maps, {})}, {}).empty());
}

TEST_CASE("a list says of each object where it is") {
  std::vector<Found> all(2);
  all[0] = {"us", config_maps, {}, {object("team", "b")}};
  all[1] = {"eu", config_maps, {}, {object("team", "b"), object("team", "a")}};
  const Json::Value list = get_list(all);
  CHECK(list["kind"] == "List");
  REQUIRE(list["items"].size() == 3);
  CHECK(annotation(list["items"][0], "flotilla.dev/cluster") == "eu");
  CHECK(list["items"][0]["metadata"]["name"] == "a");
  CHECK_FALSE(list["items"][0]["metadata"].isMember("managedFields"));
  CHECK(annotation(list["items"][2], "flotilla.dev/cluster") == "us");
  CHECK(get_names(all) == "eu ConfigMap/team/a\neu ConfigMap/team/b\nus ConfigMap/team/b\n");
}
