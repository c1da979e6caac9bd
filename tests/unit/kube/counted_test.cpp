#include "reconciler/kube/client.h"
#include "reconciler/metrics/metrics.h"
#include "tests/support/exposition.h"
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

namespace {

double requests(const char* verb, const char* class_) {
  return tests::parse_exposition(metrics::text())
      .value("flotilla_member_requests_total", {{"verb", verb}, {"class", class_}});
}

double timed(const char* verb) {
  return tests::parse_exposition(metrics::text())
      .value("flotilla_member_request_duration_seconds_count", {{"verb", verb}});
}

}  // namespace

TEST_CASE("every attempt of a request is counted by its verb and the class of its answer") {
  HttpFixture server([](const Request& request) {
    if (request.method == "PATCH") return Reply{200, R"({"kind":"ConfigMap","metadata":{}})"};
    if (request.number == 0) return Reply{503, "busy", {{"Retry-After", "0"}}};
    return Reply{404, R"({"kind":"Status","reason":"NotFound"})"};
  });
  Loop loop;
  Client client(loop, access_to(server.url()));
  const double refused = requests("read", "4xx");
  const double failed = requests("read", "5xx");
  const double patched = requests("patch", "2xx");
  const double reads = timed("read");
  CHECK_FALSE(run(loop, client.get(kConfigMaps, "shop", "web")));
  REQUIRE(run(loop, client.apply(kConfigMaps, "shop", "web", "{}")));
  REQUIRE(server.requests().size() == 3);
  CHECK(requests("read", "5xx") == failed + 1);
  CHECK(requests("read", "4xx") == refused + 1);
  CHECK(requests("patch", "2xx") == patched + 1);
  CHECK(timed("read") == reads + 2);
}

TEST_CASE("a request without an answer is of no class, and a watch is not timed") {
  HttpFixture server([](const Request& request) {
    if (request.query.find("watch=") != std::string::npos) return Reply{200, ""};
    Reply reply;
    reply.then = Reply::Then::cut;
    reply.pieces = {"{"};
    return reply;
  });
  Loop loop;
  ClientOptions options;
  options.patience = std::chrono::milliseconds(50);
  Client client(loop, access_to(server.url()), options);
  const double none = requests("read", "none");
  CHECK_FALSE(run(loop, client.get(kConfigMaps, "shop", "web")));
  CHECK(requests("read", "none") > none);
  const double watches = requests("watch", "2xx");
  run(loop, client.watch(kConfigMaps, "shop", {}, [](const WatchEvent&) { return true; }));
  CHECK(requests("watch", "2xx") == watches + 1);
  CHECK_FALSE(tests::parse_exposition(metrics::text())
                  .has("flotilla_member_request_duration_seconds_count", {{"verb", "watch"}}));
}
