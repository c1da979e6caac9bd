#include "reconciler/kube/client.h"
#include "tests/unit/kube/api.h"
#include "tests/unit/kube/run.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::kube;
using test::access_to;
using test::HttpFixture;
using test::kConfigMaps;
using test::Reply;
using test::Request;
using test::run;
using test::status;

namespace {

std::string page(const std::string& name, const std::string& token) {
  return R"({"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{"continue":")" + token +
         R"("},"columnDefinitions":[{"name":"Name","priority":0},{"name":"Data","priority":0},
         {"name":"Note","priority":1}],"rows":[{"cells":[")" +
         name + R"(",2,"a\u001b[31m\nb"],"object":{"metadata":{"namespace":"shop","name":")" +
         name + R"("}}}]})";
}

}  // namespace

TEST_CASE("a table is read page by page, and begins anew when a page has expired") {
  HttpFixture server([](const Request& request) {
    if (request.number == 1) return status(410, "Expired", "too old");
    return Reply{200, page("n" + std::to_string(request.number), request.number == 3 ? "" : "t")};
  });
  Loop loop;
  Client client(loop, access_to(server.url()));
  TableOptions options;
  options.label_selector = "a=b";
  const auto table = run(loop, client.table(kConfigMaps, "shop", options));
  REQUIRE(table);
  REQUIRE(table->rows.size() == 2);
  CHECK(table->rows[0].name == "n2");
  CHECK(table->rows[1].name == "n3");
  CHECK(table->rows[0].namespace_ == "shop");
  CHECK(table->columns.size() == 3);
  CHECK(table->columns[2].priority == 1);
  // Nothing of an object steers the terminal.
  CHECK(table->rows[0].cells == std::vector<std::string>{"n2", "2", "a?[31m..."});
  const std::vector<Request> seen = server.requests();
  CHECK(seen[0].path == "/api/v1/namespaces/shop/configmaps");
  CHECK(seen[0].query == "limit=500&labelSelector=a=b");
  CHECK(seen[1].query == "limit=500&continue=t&labelSelector=a=b");
  CHECK_THAT(seen[0].headers.at("accept"), Catch::StartsWith("application/json;as=Table;"));
}

TEST_CASE("a server that makes no tables gives objects") {
  const bool one = GENERATE(false, true);
  HttpFixture server([one](const Request&) {
    const std::string object =
        R"({"kind":"ConfigMap","metadata":{"namespace":"shop","name":"a","creationTimestamp":"2026-11-21T12:00:00Z"}})";
    return Reply{200, one ? object : R"({"kind":"ConfigMapList","items":[)" + object + "]}"};
  });
  Loop loop;
  Client client(loop, access_to(server.url()));
  TableOptions options;
  if (one) options.name = "a";
  const auto table = run(loop, client.table(kConfigMaps, "shop", options));
  REQUIRE(table);
  REQUIRE(table->rows.size() == 1);
  CHECK(table->rows[0].cells == std::vector<std::string>{"a", "2026-11-21T12:00:00Z"});
  CHECK(server.requests()[0].path ==
        std::string("/api/v1/namespaces/shop/configmaps") + (one ? "/a" : ""));
}

TEST_CASE("a table of one object that is not there is an error") {
  HttpFixture server([](const Request&) { return status(404, "NotFound", "no such thing"); });
  Loop loop;
  Client client(loop, access_to(server.url()));
  TableOptions options;
  options.name = "a";
  const auto table = run(loop, client.table(kConfigMaps, "shop", options));
  REQUIRE_FALSE(table);
  CHECK(fault_of(table.error()) == Fault::not_found);
}
