#include "reconciler/placement/scheduler.h"
#include "tests/bench/figures.h"

#include <algorithm>
#include <cstdlib>
#include <string>

// Bindings over a fleet: divided by room and spread over regions, first all of them anew, then
// scaled up, then once more when nothing has changed. Prints lines of "name value unit".
//   schedule_bench [BINDINGS [CLUSTERS]]
namespace {

using namespace flotilla;
using namespace flotilla::placement;
using bench::print;

constexpr int regions = 5;
constexpr std::int64_t replicas = 10;

Json::Value status() {
  Json::Value status;
  Json::Value& summary = status["resourceSummary"];
  summary["allocatable"]["cpu"] = "4000";
  summary["allocatable"]["memory"] = "16Ti";
  summary["allocatable"]["pods"] = "110000";
  summary["allocated"]["cpu"] = "100500m";
  summary["allocated"]["memory"] = "300Gi";
  summary["allocated"]["pods"] = "900";
  for (const char* kind : {"Deployment", "DaemonSet", "StatefulSet", "ReplicaSet"}) {
    Json::Value resource;
    resource["kind"] = kind;
    status["apiEnablements"][0]["resources"].append(resource);
  }
  status["apiEnablements"][0]["groupVersion"] = "apps/v1";
  return status;
}

std::vector<overrides::Cluster> fleet(int size) {
  std::vector<overrides::Cluster> clusters;
  for (int i = 0; i < size; ++i) {
    overrides::Cluster& cluster = clusters.emplace_back();
    cluster.name = "member-" + std::to_string(i);
    cluster.region = "region-" + std::to_string(i % regions);
    cluster.labels = {{"environment", i % 10 == 0 ? "test" : "production"}};
    if (i % 20 == 5) cluster.taints = {{"maintenance", "", "NoSchedule"}};
    cluster.status = status();
    cluster.status["resourceSummary"]["allocated"]["pods"] = std::to_string(900 + 37 * i);
  }
  std::sort(clusters.begin(), clusters.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return clusters;
}

Placement placement() {
  Placement placement;
  AffinityTerm term;
  term.affinity.label_selector.emplace().match_labels = {{"environment", "production"}};
  placement.terms = {term};
  placement.spread = {{SpreadField::region, "", 2, 3}, {SpreadField::cluster, "", 4, 8}};
  placement.replicas = ReplicaScheduling{Division::dynamic_weight, std::nullopt};
  Json::Value& tree = placement.tree;
  tree["clusterAffinity"]["labelSelector"]["matchLabels"]["environment"] = "production";
  tree["replicaScheduling"]["replicaSchedulingType"] = "Divided";
  tree["replicaScheduling"]["replicaDivisionPreference"] = "Weighted";
  tree["replicaScheduling"]["weightPreference"]["dynamicWeight"] = "AvailableReplicas";
  for (const SpreadConstraint& constraint : placement.spread) {
    Json::Value written;
    written["spreadByField"] = constraint.field == SpreadField::region ? "region" : "cluster";
    written["minGroups"] = static_cast<Json::Int64>(constraint.min);
    written["maxGroups"] = static_cast<Json::Int64>(constraint.max);
    tree["spreadConstraints"].append(written);
  }
  return placement;
}

std::vector<Subject> subjects(int count) {
  Json::Value requirements;
  requirements["resourceRequest"]["cpu"] = "250m";
  requirements["resourceRequest"]["memory"] = "512Mi";
  std::vector<Subject> list;
  for (int i = 0; i < count; ++i) {
    Subject& subject = list.emplace_back();
    subject.api_version = "apps/v1";
    subject.key = {"apps", "Deployment", "shop", "web-" + std::to_string(i)};
    subject.replicas = replicas;
    subject.has_requirements = true;
    subject.demand = demand_of(requirements, "shop").value();
  }
  return list;
}

struct World {
  std::vector<overrides::Cluster> clusters;
  Placement placement;
  std::vector<Subject> subjects;
  std::vector<Schedule> decisions;

  // A pass over all bindings; false if one of them found no place.
  bool schedule() {
    Scheduler scheduler(clusters, {});
    bool all = true;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      Request request;
      request.subject = &subjects[i];
      request.placement = &placement;
      request.previous = decisions[i].reason.empty() ? nullptr : &decisions[i];
      request.now = "2026-03-01T12:00:00Z";
      decisions[i] = scheduler.schedule(request);
      all = all && decisions[i].scheduled;
    }
    return all;
  }
};

int run(int bindings, int clusters) {
  World world{fleet(clusters), placement(), subjects(bindings),
              std::vector<Schedule>(static_cast<std::size_t>(bindings))};
  print("schedule.bindings", bindings, "bindings");
  print("schedule.clusters", clusters, "clusters");
  bool all = true;
  const auto pass = [&](const char* name, const char* unit) {
    const double before = bench::own_cpu();
    all = world.schedule() && all;
    print(name, bindings / (bench::own_cpu() - before), unit);
  };
  pass("schedule.first", "decisions/CPU s (want > 50000)");
  for (Subject& subject : world.subjects) subject.replicas += 5;
  pass("schedule.scale_up", "decisions/CPU s (want > 50000)");
  pass("schedule.unchanged", "decisions/CPU s");
  return all ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  return run(argc > 1 ? std::atoi(argv[1]) : 5'000, argc > 2 ? std::atoi(argv[2]) : 100);
}
