#include "reconciler/controller/fleet.h"

#include "reconciler/cluster_status/cluster_status.h"
#include "reconciler/controller/access.h"
#include "reconciler/controller/connection.h"
#include "reconciler/controller/report_log.h"
#include "reconciler/controller/report_metrics.h"
#include "reconciler/decision/suspension.h"
#include "reconciler/log/log.h"
#include "reconciler/metrics/metrics.h"

#include <algorithm>

namespace flotilla::controller {
namespace {

using namespace std::chrono_literals;

// After a pass that left something to be done, or while objects are on their way to health; doubled
// each time up to the interval.
constexpr std::chrono::milliseconds first_delay = 1s;
// While watches tell all that happens.
constexpr std::chrono::milliseconds quiet = 24h;

}  // namespace

struct Fleet::Worker {
  std::string name;
  std::unique_ptr<Connection> connection;
  bool stale = false;             // its credential is to be read anew
  std::set<std::string> remarks;  // of the observer, told already
  std::uint64_t wanted = 0;       // goes up when something else is wanted there
  std::uint64_t done = 0;         // what the last pass worked for
  bool running = false;
  bool woken = false;
  std::shared_ptr<void> work;  // held while the cluster is ours
  std::chrono::milliseconds delay = first_delay;
  std::shared_ptr<kube::Bell> bell = std::make_shared<kube::Bell>();
};

Fleet::Fleet(kube::Loop& loop, const Options& options) : loop_(loop), options_(options) {}
Fleet::~Fleet() = default;

namespace {

bool is_leaving(const decision::Decision& decision, const std::string& cluster) {
  return std::any_of(decision.leaving.begin(), decision.leaving.end(),
                     [&](const auto& leaving) { return leaving.cluster.name == cluster; });
}

// Whether what a pass left for a person may go by a decision in which nothing else differs: a
// confirmation is no setting, and what a cluster refused it gets again with a new commit.
bool waits_for_person(const member::Report& report, const std::string& revision) {
  const bool is_new = report.revision != revision;
  return std::any_of(report.objects.begin(), report.objects.end(), [&](const auto& entry) {
    return entry.second.state == member::State::held ||
           (is_new && entry.second.state == member::State::refused);
  });
}

// True if a pass for `now` would find what one for `before` found, on a cluster that had nothing
// left to do.
bool wants_the_same(const decision::Decision& before, const decision::Decision& now,
                    const std::string& cluster) {
  const auto was = before.work.find(cluster);
  if (was == before.work.end()) return false;
  const decision::ClusterWork& is = now.work.at(cluster);
  const auto& pointers = is.manifests.pointers();
  return before.settings_digest == now.settings_digest && before.owner == now.owner &&
         before.undecided == now.undecided && before.faulty_files == now.faulty_files &&
         before.unreadable == now.unreadable && !is_leaving(before, cluster) &&
         !is_leaving(now, cluster) && was->second.held == is.held &&
         was->second.suspended == is.suspended &&
         was->second.manifests.size() == is.manifests.size() &&
         std::equal(pointers.begin(), pointers.end(), was->second.manifests.pointers().begin());
}

}  // namespace

void Fleet::want(Decided decided) {
  const std::shared_ptr<const decision::Decision> before =
      std::exchange(wanted_, std::move(decided)).decision;
  for (const auto& [name, work] : wanted_.decision->work) {
    Worker& worker = worker_of(name);
    const member::Report* report = report_of(name);
    const bool rests = worker.done == worker.wanted && report != nullptr &&
                       !unsettled_.contains(name) &&
                       !waits_for_person(*report, wanted_.decision->revision);
    if (rests && before && wants_the_same(*before, *wanted_.decision, name)) continue;
    ++worker.wanted;
    worker.delay = first_delay;
    if (!continuous_) continue;
    if (worker.running) {
      wake(worker);
    } else {
      worker.running = true;
      loop_.spawn(this->work(worker));
    }
  }
  // A cluster that left the repository is left alone; what is known of it goes with its worker.
  std::vector<std::string> unseen;
  for (auto& [name, worker] : workers_) {
    if (wanted_.decision->work.contains(name)) continue;
    ++worker->wanted;
    reports_.erase(name);
    untold_.erase(name);
    unsettled_.erase(name);
    if (observed_.erase(name) > 0) unseen.push_back(name);
    metrics::cluster_left(name);
    if (worker->running) wake(*worker);
  }
  for (const std::string& name : unseen) on_observed(name, nullptr);
}

std::set<std::string> Fleet::followers() const {
  std::set<std::string> names;
  for (const auto& [name, report] : reports_)
    if (const auto worker = workers_.find(name);
        worker != workers_.end() && worker->second->done == worker->second->wanted)
      names.insert(name);
  return names;
}

Fleet::Worker& Fleet::worker_of(const std::string& cluster) {
  std::unique_ptr<Worker>& worker = workers_[cluster];
  if (!worker) {
    worker = std::make_unique<Worker>();
    worker->name = cluster;
  }
  return *worker;
}

namespace {

struct Found {
  const overrides::Cluster* cluster = nullptr;
  bool leaving = false;
};

// One of the repository, or one that left it and may be cleared.
Found find_cluster(const decision::Decision& decision, const std::string& name) {
  for (const overrides::Cluster& cluster : decision.clusters)
    if (cluster.name == name) return {&cluster, false};
  for (const decision::LeavingCluster& leaving : decision.leaving)
    if (leaving.cluster.name == name && leaving.confirmed) return {&leaving.cluster, true};
  return {};
}

// A credential that was not good enough is looked for again each time.
bool wants_new_credential(const member::Report& report) {
  if (!report.error) return false;
  const Code code = report.error->code;
  return code == Code::unauthorized || code == Code::forbidden ||
         (!report.reached && !is_transient(code));
}

}  // namespace

std::map<std::string, member::Changes> Fleet::take_changes() { return std::exchange(untold_, {}); }

void Fleet::give_back(std::map<std::string, member::Changes> changes) {
  for (auto& [cluster, later] : untold_) {
    member::Changes& earlier = changes[cluster];
    member::add_changes(earlier, later);
  }
  untold_ = std::move(changes);
}

const member::Report* Fleet::report_of(const std::string& cluster) const {
  const auto found = reports_.find(cluster);
  return found == reports_.end() ? nullptr : found->second.get();
}

namespace {

// What a pass did not come to see is still known from the one before.
void carry_over(const member::Report& before, member::Report& report) {
  if (report.reached && !(report.error && report.objects.empty())) return;
  report.objects = before.objects;
  report.held_digest = before.held_digest;
  report.beyond_reach = before.beyond_reach;
  report.suspended = before.suspended;
  report.planned = before.planned;
  report.warnings = before.warnings;
  if (report.kubernetes_version.empty()) report.kubernetes_version = before.kubernetes_version;
}

}  // namespace

void Fleet::keep(member::Report report) {
  const std::string name = report.cluster;
  const member::Report* last = report_of(name);
  if (last != nullptr) carry_over(*last, report);
  log_news(report, last);
  if (!report.created.empty() || !report.configured.empty() || !report.pruned.empty())
    member::add_changes(untold_[name], report);
  count_pass(report, last);
  const auto kept = std::make_shared<const member::Report>(std::move(report));
  reports_[name] = kept;
  if (member::is_settled(*kept))
    unsettled_.erase(name);
  else
    unsettled_.insert(name);
  on_report(*kept);
}

// What the status branch remembers of the objects on a cluster, and what was found since.
std::shared_ptr<const decision::Inventory> Fleet::remembered(const std::string& cluster) const {
  auto remembered = std::make_shared<decision::Inventory>();
  if (const auto found = wanted_.remembered.find(cluster); found != wanted_.remembered.end())
    *remembered = *found->second;
  if (const member::Report* report = report_of(cluster))
    for (const auto& [key, object] : report->objects)
      if (object.on_cluster && !(object.item.revision.empty() && object.item.held.empty()))
        (*remembered)[key] = object.item;
  return remembered;
}

namespace {

kube::Task<> store(kube::Task<member::Report> course, member::Report* report) {
  *report = co_await std::move(course);
}

}  // namespace

kube::Task<> Fleet::pass(Worker& worker) {
  const metrics::Stopwatch watch;
  const std::uint64_t wanted = worker.wanted;
  const std::shared_ptr<const decision::Decision> decision = wanted_.decision;
  const auto [cluster, leaving] = find_cluster(*decision, worker.name);
  if (cluster == nullptr) {
    worker.done = wanted;
    co_return;
  }
  const bool capacity = decision->service.capacity.collected;
  const member::Report* last = report_of(worker.name);
  if (!worker.connection || !worker.connection->reaches(*cluster) || worker.stale ||
      (last != nullptr && wants_new_credential(*last))) {
    worker.stale = false;
    auto access = access_of(*cluster, options_);
    // The old credential's observer would go on telling what it sees.
    worker.connection.reset();
    if (!access) {
      member::Report report;
      report.cluster = worker.name;
      report.revision = decision->revision;
      report.error = access.error();
      worker.done = wanted;
      note_uncollected(worker, report.error->message);
      keep(std::move(report));
      co_return;
    }
    Watching watching;
    watching.continuous = continuous_;
    watching.capacity = capacity;
    watching.on_change = [this, &worker] { wake(worker); };
    watching.on_observed = [this, &worker] { note_observed(worker); };
    worker.connection = std::make_unique<Connection>(loop_, *cluster, std::move(*access), options_,
                                                     std::move(watching));
  }
  Connection& connection = *worker.connection;
  connection.use(*cluster, capacity);
  member::Order order;
  order.cluster = worker.name;
  order.revision = decision->revision;
  order.owner = decision->owner;
  order.root_commit = wanted_.root_commit;
  order.decision = decision;
  order.leaving = leaving;
  order.paused = decision::suspension_of(*decision, worker.name);
  order.recall = [this, name = worker.name] { return remembered(name); };
  order.superseded = [this, &worker, wanted] {
    return stopping_ || worker.wanted != wanted || !is_ours(worker.name);
  };
  kube::Task<member::Report> course =
      continuous_ ? connection.member().pass(std::move(order))
                  : member::pass_with_patience(loop_, connection.member(), std::move(order));
  member::Report report;
  std::vector<kube::Task<>> tasks;
  tasks.push_back(store(std::move(course), &report));
  // A single run looks once, beside its pass; a service is told.
  if (!continuous_) tasks.push_back(connection.observer().look_once());
  co_await kube::all(std::move(tasks));
  worker.done = wanted;
  // A pass that was stopped in the middle knows less than the one before, and a cluster that left
  // the repository meanwhile is nobody's business any more.
  if (stopping_ || !wanted_.decision->work.contains(worker.name) || !is_ours(worker.name))
    co_return;
  metrics::cluster_passed(worker.name, std::chrono::system_clock::now(), watch.elapsed());
  connection.observer().use(connection.member().discovery());
  if (!continuous_) note_observed(worker);
  keep(std::move(report));
}

void Fleet::note_observed(Worker& worker) {
  for (const std::string& remark : worker.connection->observer().remarks())
    if (worker.remarks.insert(remark).second) log::warning(remark, {{"cluster", worker.name}});
  const status::ClusterStatusPtr status = worker.connection->observer().status();
  if (!status || status->empty()) return;
  status::ClusterStatusPtr& known = observed_[worker.name];
  if (status == known) return;
  known = status;
  on_observed(worker.name, status);
}

void Fleet::note_uncollected(Worker& worker, const std::string& why) {
  Json::Value status = cluster_status::uncollected_status(why);
  status::ClusterStatusPtr& known = observed_[worker.name];
  if (known && *known == status) return;
  known = std::make_shared<const Json::Value>(std::move(status));
  on_observed(worker.name, known);
}

void Fleet::renew_credentials() {
  for (auto& [name, worker] : workers_) {
    worker->stale = true;
    ++worker->wanted;
    if (worker->running) wake(*worker);
  }
}

kube::Task<> Fleet::pass_once() {
  std::vector<kube::Task<>> passes;
  for (const auto& [name, work] : wanted_.decision->work) passes.push_back(pass(worker_of(name)));
  co_await kube::all(std::move(passes));
}

kube::Task<> Fleet::follow_up(Decided decided) {
  const auto before = std::exchange(wanted_, std::move(decided)).decision;
  std::vector<kube::Task<>> passes;
  for (const auto& [name, work] : wanted_.decision->work) {
    const member::Report* report = report_of(name);
    if (report == nullptr || !report->reached) continue;
    // Of the same commit, so that no confirmation can be new.
    if (wants_the_same(*before, *wanted_.decision, name)) continue;
    passes.push_back(pass(worker_of(name)));
  }
  co_await kube::all(std::move(passes));
}

void Fleet::keep_going() {
  continuous_ = true;
  if (!wanted_.decision) return;
  for (const auto& [name, work] : wanted_.decision->work) {
    Worker& worker = worker_of(name);
    if (worker.running) continue;
    worker.running = true;
    loop_.spawn(this->work(worker));
  }
}

void Fleet::stop() {
  stopping_ = true;
  for (auto& [name, worker] : workers_) {
    if (worker->connection) worker->connection->stop();
    wake(*worker);
  }
}

void Fleet::give_up() {
  for (auto& [name, worker] : workers_)
    if (worker->connection) worker->connection->give_up();
}

// How long nothing is to be done on a cluster unless something happens there.
std::chrono::milliseconds Fleet::rest_of(Worker& worker) {
  const member::Report* report = report_of(worker.name);
  std::chrono::milliseconds rest = options_.interval;
  if (report == nullptr || member::wants_retry(*report)) {
    rest = std::min(worker.delay, options_.interval);
    worker.delay = std::min(worker.delay * 2, options_.interval);
  } else {
    worker.delay = first_delay;
    if (worker.connection && worker.connection->member().is_live()) rest = quiet;
  }
  if (!worker.connection) return rest;
  if (const auto due = worker.connection->member().due()) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(*due - std::chrono::steady_clock::now());
    rest = std::clamp(left, std::chrono::milliseconds(1), rest);
  }
  return rest;
}

kube::Task<> Fleet::work(Worker& worker) {
  while (!stopping_ && wanted_.decision->work.contains(worker.name)) {
    worker.woken = false;
    if (!is_ours(worker.name)) let_go(worker);
    if (!worker.work) worker.work = begin_work(worker.name);
    if (!worker.work) {
      worker.done = worker.wanted;
      co_await wait(worker, quiet);
      continue;
    }
    co_await pass(worker);
    if (stopping_) break;
    if (worker.done != worker.wanted || !is_ours(worker.name)) continue;
    co_await wait(worker, rest_of(worker));
  }
  // Should the cluster come back, it is met anew.
  if (worker.connection) worker.connection->stop();
  if (!stopping_) worker.connection.reset();
  worker.work.reset();
  worker.running = false;
}

// Another replica goes on from what is on the cluster.
void Fleet::let_go(Worker& worker) {
  reports_.erase(worker.name);
  unsettled_.erase(worker.name);
  // From now on others observe it.
  if (observed_.erase(worker.name) > 0) on_observed(worker.name, nullptr);
  if (!worker.work) return;
  worker.connection.reset();
  worker.work.reset();
}

void Fleet::ask_again() {
  for (auto& [name, worker] : workers_) {
    if (is_ours(name) == (worker->work != nullptr)) continue;
    // Its requests under way must not outlive the right to make them.
    if (worker->work && worker->connection) worker->connection->give_up();
    ++worker->wanted;
    wake(*worker);
  }
}

bool Fleet::is_idle() const {
  return std::none_of(workers_.begin(), workers_.end(),
                      [](const auto& entry) { return entry.second->running; });
}

// Ends after `duration`, or as soon as the worker is woken.
kube::Task<> Fleet::wait(Worker& worker, std::chrono::milliseconds duration) {
  if (worker.woken) co_return;
  co_await loop_.sleep(duration, worker.bell);
}

void Fleet::wake(Worker& worker) {
  worker.woken = true;
  worker.bell->ring();
}

bool Fleet::busy() const {
  if (!wanted_.decision) return false;
  return std::any_of(workers_.begin(), workers_.end(), [&](const auto& entry) {
    return wanted_.decision->work.contains(entry.first) &&
           entry.second->done != entry.second->wanted;
  });
}

}  // namespace flotilla::controller
