#include "tests/integration/fleet/eventually.h"
#include "tests/integration/fleet/service.h"

#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

// `flotilla run` on a fleet where nothing happens: the servers are asked for nothing but watches
// and health probes. FLOTILLA_QUIET_SECONDS says for how long they are looked at.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;

std::chrono::seconds quiet_time() {
  const char* given = std::getenv("FLOTILLA_QUIET_SECONDS");
  return given != nullptr ? std::chrono::seconds(std::atoi(given)) : 5s;
}

bool is_watch(const SeenRequest& request) {
  return request.method == "GET" && contains("&" + request.query, "&watch=");
}

// One in ten seconds tells whether the cluster is well.
bool is_probe(const SeenRequest& request) {
  return request.method == "GET" && request.path == "/readyz";
}

struct Counted {
  std::map<std::string, int> watches;
  std::map<std::string, int> others;
};

Counted count_requests(const Members& members) {
  Counted counted;
  for (const std::string& member : members.names())
    for (const SeenRequest& request : members.requests(member)) {
      if (is_probe(request)) continue;
      const bool watch = is_watch(request);
      auto& by_path = watch ? counted.watches : counted.others;
      ++by_path[member + " " + (watch ? "WATCH" : request.method) + " " + request.path];
    }
  return counted;
}

}  // namespace

TEST_CASE("with nothing happening a server is asked for nothing but watches and its health",
          "[continuous][slow]") {
  World world = small_world({"eu-prod", "us-prod"});
  const Service service(world);
  Process process = service.start();
  try {
    service.settled_head();
    const std::size_t commits = world.status_commits();
    world.members->forget_requests();
    const auto end = std::chrono::steady_clock::now() + quiet_time();
    Counted counted;
    do {
      std::this_thread::sleep_for(200ms);
      counted = count_requests(*world.members);
    } while (counted.others.empty() && std::chrono::steady_clock::now() < end);
    if (std::getenv("FLOTILLA_QUIET_SECONDS") != nullptr)
      for (const auto& [request, times] : counted.watches)
        std::cout << times << " x " << request << '\n';
    for (const auto& [request, times] : counted.others) {
      INFO(times << " x " << request);
      CHECK(times == 0);
    }
    // The watches are there: an edit is answered.
    const std::string path = path_of("ConfigMap team/one");
    const KubeReply edit =
        world.members->call("eu-prod", {.verb = "PATCH",
                                        .path = path,
                                        .body = R"({"data":{"value":"edited"}})",
                                        .content_type = "application/merge-patch+json"});
    REQUIRE(edit.status == 200);
    eventually(10s, "the edit is taken back", [&]() -> std::string {
      const KubeReply now = world.members->call("eu-prod", {.path = path});
      return contains(now.body, "\"edited\"") ? "it stands" : "";
    });
    CHECK(world.repo.has(status_branch));
    service.settled_head();
    CHECK(world.status_commits() <= commits + 1);

    process.signal(SIGTERM);
    REQUIRE(process.exits_within(15s));
    CHECK(exit_code(*process.exited()) == 0);
  } catch (...) {
    WARN("the service said:\n" << read_file(service.log));
    throw;
  }
}

}  // namespace flotilla::tests
