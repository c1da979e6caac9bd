#include "reconciler/controller/recover.h"

#include "reconciler/controller/access.h"
#include "reconciler/controller/exits.h"
#include "reconciler/controller/fleet.h"
#include "reconciler/controller/loop_options.h"
#include "reconciler/decision/recollect.h"
#include "reconciler/decision/suspension.h"
#include "reconciler/log/log.h"
#include "reconciler/member/recall.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>

namespace flotilla::controller {
namespace {

// Why a pass writes nothing that would, for all anybody said.
constexpr const char* only_looked = "not done yet";

using namespace std::chrono_literals;

// A member that is down must not keep the others waiting.
constexpr std::chrono::milliseconds longest_look = 10s;

kube::ClientOptions client_options(const Options& options) {
  kube::ClientOptions client;
  client.concurrency = options.concurrency;
  client.timeout = std::min(options.request_timeout, longest_look);
  client.patience = longest_look;
  return client;
}

using End = std::shared_ptr<std::atomic<std::chrono::steady_clock::time_point>>;

bool is_over(const End& end) { return end && end->load() <= std::chrono::steady_clock::now(); }

kube::Task<> stop_at(kube::Loop& loop, End end) {
  while (!is_over(end)) co_await loop.sleep(std::chrono::milliseconds(100));
  loop.stop();
}

kube::Task<> recall_from(kube::Client& client, member::RecallOrder order, std::string cluster,
                         decision::Standings* standings) {
  auto found = co_await member::recall(client, std::move(order));
  if (found) {
    standings->by_cluster[cluster] = std::move(*found);
    co_return;
  }
  standings->unasked.insert(cluster);
  log::warning("the member cannot be asked what was placed there",
               {{"cluster", cluster}, {"why", to_string(found.error().error)}});
}

kube::Task<> look_at(kube::Client& client, member::Order order, Recovery* recovery) {
  member::Member member(client);
  const std::string cluster = order.cluster;
  recovery->reports[cluster] = co_await member.pass(std::move(order));
  member.stop();
}

std::string names_of(const std::vector<placement::TargetCluster>& targets) {
  std::string text;
  for (const placement::TargetCluster& target : targets) {
    if (!text.empty()) text += ", ";
    text += target.name;
    if (target.replicas) text += " (" + std::to_string(*target.replicas) + ")";
  }
  return text.empty() ? "nowhere" : text;
}

void compare(const decision::Previous& before, const decision::Decision& now, Recovery& recovery) {
  recovery.placements = before.bindings.size();
  for (const decision::Binding& binding : now.bindings) {
    const auto known = before.bindings.find(binding.object);
    if (known == before.bindings.end() || binding.policy.name.empty()) continue;
    const auto& was = known->second->schedule.clusters;
    if (was == binding.schedule.clusters) continue;
    recovery.moved.push_back(to_string(binding.object) + ": " + names_of(was) + " -> " +
                             names_of(binding.schedule.clusters));
  }
}

Exit exit_of(const decision::Decision& decision, const Recovery& recovery) {
  std::map<std::string, status::ReportPtr> reports;
  for (const auto& [cluster, found] : recovery.reports) {
    auto report = std::make_shared<member::Report>(found);
    for (auto& [key, object] : report->objects)
      if (!Recovery::is_suspended(found) && object.suspended &&
          object.state == member::State::waiting)
        object.state = member::State::applied;
    reports[cluster] = std::move(report);
  }
  return worse(controller::exit_of(decision, reports),
               recovery.has_changes() ? Exit::changes : Exit::done);
}

}  // namespace

Result<void> recall_previous(const Options& options, const decision::Snapshot& snapshot,
                             const std::string& root_commit, decision::Previous& previous) {
  const auto fresh =
      std::make_shared<const decision::Decision>(decision::decide(snapshot, previous));
  member::RecallOrder order;
  order.owner = fresh->owner;
  order.root_commit = root_commit;
  order.decision = fresh;
  decision::Standings standings;
  {
    kube::Loop loop(loop_options(options));
    std::vector<std::unique_ptr<kube::Client>> clients;
    std::vector<kube::Task<>> tasks;
    for (const overrides::Cluster& cluster : fresh->clusters) {
      auto access = access_of(cluster, options);
      if (!access) {  // a pass will say so
        standings.unasked.insert(cluster.name);
        continue;
      }
      clients.push_back(
          std::make_unique<kube::Client>(loop, std::move(*access), client_options(options)));
      tasks.push_back(recall_from(*clients.back(), order, cluster.name, &standings));
    }
    if (options.network.end) loop.spawn(stop_at(loop, options.network.end));
    loop.run(kube::all(std::move(tasks)));
  }
  if (is_over(options.network.end))
    return fail(Code::timeout, "stopped while the members were asked what was placed there");
  previous.bindings = decision::recollect(*fresh, standings);
  if (!previous.bindings.empty())
    log::info("no status branch: what was decided is read off the members",
              {{"placements", std::to_string(previous.bindings.size())}});
  return {};
}

bool Recovery::is_suspended(const member::Report& report) {
  return !report.suspended.empty() && report.suspended != only_looked;
}

bool Recovery::has_changes() const {
  return std::any_of(reports.begin(), reports.end(), [](const auto& report) {
    return !report.second.planned.empty() && !is_suspended(report.second);
  });
}

Result<Recovery> look_before_recovery(const Options& options) {
  TRY_ASSIGN(Source source, Source::open(options));
  Recovery recovery;
  decision::Previous before;
  source.on_previous = [&](const decision::Previous& previous, bool branch_found) {
    before.bindings = previous.bindings;
    recovery.status_branch = branch_found;
  };
  TRY_ASSIGN(std::optional<Decided> decided, source.refresh());
  if (!decided) return fail(Code::internal, "the first look at a repository found no decision");
  const std::shared_ptr<const decision::Decision> decision = decided->decision;
  recovery.revision = decision->revision;
  compare(before, *decision, recovery);
  kube::Loop loop(loop_options(options));
  std::vector<std::unique_ptr<kube::Client>> clients;
  std::vector<kube::Task<>> tasks;
  const auto add = [&](const overrides::Cluster& cluster, bool leaving) {
    auto access = access_of(cluster, options);
    if (!access) {
      member::Report& report = recovery.reports[cluster.name];
      report.cluster = cluster.name;
      report.error = access.error();
      return;
    }
    clients.push_back(
        std::make_unique<kube::Client>(loop, std::move(*access), client_options(options)));
    member::Order order;
    order.cluster = cluster.name;
    order.revision = decision->revision;
    order.owner = decision->owner;
    order.root_commit = decided->root_commit;
    order.decision = decision;
    order.leaving = leaving;
    if (const auto known = decided->remembered.find(cluster.name);
        known != decided->remembered.end())
      order.remembered = known->second;
    order.paused = decision::suspension_of(*decision, cluster.name);
    if (order.paused.empty()) order.paused = only_looked;
    tasks.push_back(look_at(*clients.back(), std::move(order), &recovery));
  };
  for (const overrides::Cluster& cluster : decision->clusters) add(cluster, false);
  for (const decision::LeavingCluster& leaving : decision->leaving)
    if (leaving.confirmed) add(leaving.cluster, true);
  loop.run(kube::all(std::move(tasks)));
  recovery.exit = exit_of(*decision, recovery);
  return recovery;
}

}  // namespace flotilla::controller
