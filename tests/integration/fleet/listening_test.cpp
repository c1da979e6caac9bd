#include "tests/integration/fleet/eventually.h"
#include "tests/integration/fleet/service.h"

#include <catch2/catch.hpp>

#include <csignal>
#include <fstream>

// What a running controller offers and tells besides its work: webhooks, probes, metrics, a reload,
// and a status branch whose history does not grow for ever.
namespace flotilla::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* hook_token = "a-token-of-forty-characters-or-so-0001";

// `flotilla run` that looks at the repository once in an hour, and when it is told.
class Listening {
 public:
  explicit Listening(World& world) : service(world) {
    std::filesystem::create_directories(hooks);
    std::ofstream(hooks / "generic") << hook_token << "\n";
    const Arguments arguments = {flotilla_program(), "run",
                                 "--repo",           service.bare.string(),
                                 "--kubeconfig",     world.kubeconfig.string(),
                                 "--data-dir",       world.data_dir.string(),
                                 "--interval",       "1h",
                                 "--listen",         "127.0.0.1:0",
                                 "--hook-secrets",   hooks.string()};
    process.emplace(arguments, service.log);
    eventually(20s, "it listens", [&] { return address().empty() ? "not yet" : ""; });
  }

  std::string address() const {
    if (!std::filesystem::exists(service.log)) return {};
    const std::string log = read_file(service.log);
    const std::size_t at = log.find("listening address=");
    if (at == std::string::npos) return {};
    const std::size_t begin = at + std::string("listening address=").size();
    return log.substr(begin, log.find('\n', begin) - begin);
  }
  KubeReply get(const std::string& path) const {
    KubeCall call;
    call.path = path;
    return ask({"http://" + address()}, call);
  }
  KubeReply hook(const std::string& token) const {
    KubeCall call;
    call.verb = "POST";
    call.path = "/hooks/generic";
    call.body = R"({"ref": "refs/heads/main"})";
    KubeEndpoint server{"http://" + address()};
    server.token = token;
    return ask(server, call);
  }

  Service service;
  std::filesystem::path hooks = service.world.folder.path() / "hooks";
  std::optional<Process> process;
};

std::string lacks(const World& world, const std::string& name) {
  return names_on(*world.members, "eu-prod").contains(name) ? "" : "it lacks " + name;
}

}  // namespace

TEST_CASE("a webhook brings a push to the members at once, and a wrong one does nothing",
          "[listening][slow]") {
  World world = small_world({"eu-prod"});
  Listening listening(world);
  try {
    eventually(30s, "the first commit is applied",
               [&] { return lacks(world, "ConfigMap team/two"); });
    eventually(20s, "it is ready", [&] {
      const KubeReply reply = listening.get("/readyz");
      return reply.status == 200 ? "" : reply.body + reply.error;
    });
    CHECK(listening.get("/healthz").status == 200);

    world.repo.write("config/three.yaml", config_map("three", "3"));
    listening.service.push("three");
    CHECK(listening.hook("not the token").status == 401);
    CHECK(lacks(world, "ConfigMap team/three") != "");
    CHECK(listening.hook(hook_token).status == 200);
    eventually(15s, "the push is applied", [&] { return lacks(world, "ConfigMap team/three"); });
    eventually(15s, "it is measured", [&] {
      const std::string metrics = listening.get("/metrics").body;
      for (const char* part : {"flotilla_push_to_reported_seconds_count 1", "flotilla_leader 1",
                               "flotilla_cluster_ready{cluster=\"eu-prod\"} 1",
                               "flotilla_webhook_total{kind=\"generic\",result=\"refused\"} 1"})
        if (metrics.find(part) == std::string::npos) return std::string("it lacks ") + part;
      return std::string();
    });
    end(*listening.process);
    CHECK(read_file(listening.service.log).find(hook_token) == std::string::npos);
  } catch (...) {
    WARN("the service said:\n" << read_file(listening.service.log));
    throw;
  }
}

TEST_CASE("SIGHUP reads credentials and repository anew", "[listening][slow]") {
  World world = small_world({"eu-prod"});
  ContextChange wrong;
  wrong.member = "eu-prod";
  wrong.url = "https://127.0.0.1:1";
  write_kubeconfig(*world.members, world.kubeconfig, wrong);
  Listening listening(world);
  try {
    eventually(30s, "it cannot be reached", [&] {
      const bool told =
          read_file(listening.service.log).find("the cluster was not reached") != std::string::npos;
      return told ? "" : "not told yet";
    });
    write_kubeconfig(*world.members, world.kubeconfig);
    listening.process->signal(SIGHUP);
    eventually(20s, "it is applied", [&] { return lacks(world, "ConfigMap team/two"); });
    world.repo.write("config/three.yaml", config_map("three", "3"));
    listening.service.push("three");
    listening.process->signal(SIGHUP);
    eventually(20s, "the push is applied", [&] { return lacks(world, "ConfigMap team/three"); });
    end(*listening.process);
  } catch (...) {
    WARN("the service said:\n" << read_file(listening.service.log));
    throw;
  }
}

TEST_CASE("the history of the status branch is as long as the Fleet wants it", "[listening]") {
  World world = small_world({"eu-prod"});
  write_fleet(world, "  status: {history: 4}\n");
  for (int i = 0; i < 9; ++i) {
    world.repo.write("config/two.yaml", config_map("two", std::to_string(i)));
    world.commit("two is " + std::to_string(i));
    const Outcome outcome = world.run_once();
    INFO(outcome.text());
    REQUIRE(outcome.code == 0);
    CHECK(world.status_commits() <= 5);
  }
  CHECK(world.status_commits() >= 4);
  CHECK(inventory_names(world, "eu-prod").contains("ConfigMap team/two"));
}

}  // namespace flotilla::tests
