#include "reconciler/controller/fleet.h"

#include "reconciler/controller/access.h"
#include "reconciler/decision/suspension.h"
#include "reconciler/log/log.h"

#include <algorithm>

namespace flotilla::controller {
namespace {

using namespace std::chrono_literals;

// After a pass that left something to be done, or while objects are on their way to health; doubled
// each time up to the interval.
constexpr std::chrono::milliseconds first_delay = 1s;
// While watches tell all that happens.
constexpr std::chrono::milliseconds quiet = 24h;

std::string fingerprint(const overrides::Cluster& cluster) {
  std::string text = cluster.api_endpoint + "\n" + cluster.proxy_url + "\n" +
                     (cluster.insecure_skip_tls_verification ? "insecure" : "");
  if (cluster.secret_ref)
    text += "\n" + cluster.secret_ref->namespace_ + "/" + cluster.secret_ref->name;
  return text;
}

}  // namespace

struct Fleet::Worker {
  std::string name;
  std::string fingerprint;
  std::unique_ptr<kube::Client> client;
  std::unique_ptr<member::Member> member;  // of that client
  std::uint64_t done_generation = 0;
  bool running = false;
  bool woken = false;
  std::chrono::milliseconds delay = first_delay;
  std::shared_ptr<kube::Bell> bell = std::make_shared<kube::Bell>();
};

Fleet::Fleet(kube::Loop& loop, const Options& options) : loop_(loop), options_(options) {}
Fleet::~Fleet() = default;

void Fleet::want(Decided decided) {
  wanted_ = std::move(decided);
  ++generation_;
  for (const auto& [name, work] : wanted_.decision->work) {
    Worker& worker = worker_of(name);
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
  for (auto& [name, worker] : workers_) {
    const bool there = wanted_.decision->work.contains(name);
    if (!there) reports_.erase(name);
    if (!there) unsettled_.erase(name);
    if (!there && worker->running) wake(*worker);
  }
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

void Fleet::forget_changes() {
  for (auto& [name, report] : reports_)
    for (std::vector<ObjectKey>* list : {&report.created, &report.configured, &report.pruned})
      list->clear();
}

namespace {

const member::ObjectReport* object_of(const member::Report& report, const ObjectKey& key) {
  const auto found = report.objects.find(key);
  return found == report.objects.end() ? nullptr : &found->second;
}

// What a pass did not come to see is still known from the one before.
void carry_over(const member::Report& before, member::Report& report) {
  if (report.reached && !(report.error && report.objects.empty())) return;
  report.objects = before.objects;
  report.held_digest = before.held_digest;
  report.beyond_reach = before.beyond_reach;
  report.warnings = before.warnings;
  if (report.kubernetes_version.empty()) report.kubernetes_version = before.kubernetes_version;
}

}  // namespace

void Fleet::keep(member::Report report) {
  const std::string name = report.cluster;
  if (const auto before = reports_.find(name); before != reports_.end())
    carry_over(before->second, report);
  const bool changed =
      !report.created.empty() || !report.configured.empty() || !report.pruned.empty();
  const auto last = reports_.find(name);
  if (report.error) {
    const bool told = last != reports_.end() && last->second.error &&
                      last->second.error->message == report.error->message;
    if (!told)
      log::warning(report.reached ? "the cluster was not finished" : "the cluster was not reached",
                   {{"cluster", name}, {"why", to_string(*report.error)}});
  } else if (changed) {
    log::info("pass", {{"cluster", name},
                       {"revision", status::short_revision(report.revision)},
                       {"created", std::to_string(report.created.size())},
                       {"configured", std::to_string(report.configured.size())},
                       {"pruned", std::to_string(report.pruned.size())}});
  }
  const auto told = [&](const ObjectKey& key, const member::ObjectReport& now) {
    if (last == reports_.end()) return false;
    const auto object = last->second.objects.find(key);
    return object != last->second.objects.end() && object->second.state == now.state &&
           object->second.message == now.message;
  };
  // A kind that is beyond reach is told once, not for each object.
  const auto told_by_kind = [&](const ObjectKey& key, const member::ObjectReport& object) {
    return object.state == member::State::refused && object.code == Code::forbidden &&
           report.beyond_reach.contains(key.group_kind());
  };
  for (const auto& [key, object] : report.objects)
    if (object.state != member::State::applied && !told(key, object) && !told_by_kind(key, object))
      log::warning("not as wanted", {{"cluster", name},
                                     {"object", to_string(key)},
                                     {"state", std::string(to_string(object.state))},
                                     {"why", object.message}});
  for (const auto& [key, object] : report.objects) {
    if (object.drift_time.empty()) continue;
    const auto before = last == reports_.end() ? nullptr : object_of(last->second, key);
    if (before != nullptr && before->drift_time == object.drift_time) continue;
    log::warning("drift", {{"cluster", name},
                           {"object", to_string(key)},
                           {"changed", member::drift_text(object.drift)},
                           {"now", std::string(to_string(object.state))}});
  }
  for (const auto& [kind, why] : report.beyond_reach)
    if (last == reports_.end() || !last->second.beyond_reach.contains(kind))
      log::warning(why, {{"cluster", name}});
  for (const std::string& warning : report.warnings)
    if (last == reports_.end() ||
        std::find(last->second.warnings.begin(), last->second.warnings.end(), warning) ==
            last->second.warnings.end())
      log::warning(warning, {{"cluster", name}});
  // What an earlier pass did and nobody has told yet stays in the story.
  if (const auto before = reports_.find(name); before != reports_.end())
    member::add_changes(report, before->second);
  member::Report& kept = reports_[name] = std::move(report);
  if (member::is_settled(kept))
    unsettled_.erase(name);
  else
    unsettled_.insert(name);
  on_report(kept);
}

// What the status branch remembers of the objects on a cluster, and what was found since.
std::shared_ptr<const decision::Inventory> Fleet::remembered(const std::string& cluster) const {
  auto remembered = std::make_shared<decision::Inventory>();
  if (const auto found = wanted_.remembered.find(cluster); found != wanted_.remembered.end())
    *remembered = *found->second;
  if (const auto found = reports_.find(cluster); found != reports_.end())
    for (const auto& [key, object] : found->second.objects)
      if (object.on_cluster && !(object.item.revision.empty() && object.item.held.empty()))
        (*remembered)[key] = object.item;
  return remembered;
}

kube::Task<> Fleet::pass(Worker& worker) {
  const std::uint64_t generation = generation_;
  const std::shared_ptr<const decision::Decision> decision = wanted_.decision;
  const auto [cluster, leaving] = find_cluster(*decision, worker.name);
  if (cluster == nullptr) {
    worker.done_generation = generation;
    co_return;
  }
  const std::string print = fingerprint(*cluster);
  const auto last = reports_.find(worker.name);
  if (!worker.client || worker.fingerprint != print ||
      (last != reports_.end() && wants_new_credential(last->second))) {
    auto access = access_of(*cluster, options_);
    if (!access) {
      member::Report report;
      report.cluster = worker.name;
      report.revision = decision->revision;
      report.error = access.error();
      worker.done_generation = generation;
      keep(std::move(report));
      co_return;
    }
    kube::ClientOptions client_options;
    client_options.concurrency = options_.concurrency;
    client_options.timeout = options_.request_timeout;
    client_options.patience = std::min<std::chrono::milliseconds>(client_options.patience,
                                                                  options_.request_timeout + 15s);
    if (worker.member) worker.member->stop();
    worker.member.reset();
    worker.client = std::make_unique<kube::Client>(loop_, std::move(*access), client_options);
    worker.member = std::make_unique<member::Member>(*worker.client);
    if (continuous_) worker.member->follow([this, &worker] { wake(worker); });
    worker.fingerprint = print;
  }
  member::Order order;
  order.cluster = worker.name;
  order.revision = decision->revision;
  order.owner = decision->owner;
  order.root_commit = wanted_.root_commit;
  order.decision = decision;
  order.leaving = leaving;
  order.paused = decision::suspension_of(*decision, worker.name);
  order.recall = [this, name = worker.name] { return remembered(name); };
  order.superseded = [this, generation] { return stopping_ || generation_ != generation; };
  kube::Task<member::Report> course =
      continuous_ ? worker.member->pass(std::move(order))
                  : member::pass_with_patience(loop_, *worker.member, std::move(order));
  member::Report report = co_await std::move(course);
  worker.done_generation = generation;
  // A pass that was stopped in the middle knows less than the one before, and a cluster that left
  // the repository meanwhile is nobody's business any more.
  if (stopping_ || !wanted_.decision->work.contains(worker.name)) co_return;
  keep(std::move(report));
}

kube::Task<> Fleet::pass_once() {
  std::vector<kube::Task<>> passes;
  for (const auto& [name, work] : wanted_.decision->work) passes.push_back(pass(worker_of(name)));
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
    if (worker->member) worker->member->stop();
    wake(*worker);
  }
}

// How long nothing is to be done on a cluster unless something happens there.
std::chrono::milliseconds Fleet::rest_of(Worker& worker) {
  const auto report = reports_.find(worker.name);
  std::chrono::milliseconds rest = options_.interval;
  if (report == reports_.end() || member::wants_retry(report->second)) {
    rest = std::min(worker.delay, options_.interval);
    worker.delay = std::min(worker.delay * 2, options_.interval);
  } else {
    worker.delay = first_delay;
    if (worker.member && worker.member->is_live()) rest = quiet;
  }
  if (!worker.member) return rest;
  if (const auto due = worker.member->due()) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(*due - std::chrono::steady_clock::now());
    rest = std::clamp(left, std::chrono::milliseconds(1), rest);
  }
  return rest;
}

kube::Task<> Fleet::work(Worker& worker) {
  while (!stopping_ && wanted_.decision->work.contains(worker.name)) {
    worker.woken = false;
    co_await pass(worker);
    if (stopping_) break;
    if (worker.done_generation != generation_) continue;
    co_await wait(worker, rest_of(worker));
  }
  // Should the cluster come back, it is met anew.
  if (worker.member) worker.member->stop();
  if (!stopping_) {
    worker.member.reset();
    worker.client.reset();
  }
  worker.running = false;
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
           entry.second->done_generation != generation_;
  });
}

namespace {

Exit exit_of(Code code) { return is_transient(code) ? Exit::partial : Exit::mend; }

}  // namespace

Exit exit_of(const decision::Decision& decision,
             const std::map<std::string, member::Report>& reports) {
  Exit exit = has_error(decision.problems) ? Exit::mend : Exit::done;
  for (const decision::LeavingCluster& leaving : decision.leaving)
    if (!leaving.confirmed) exit = worse(exit, Exit::held);
  for (const auto& [name, report] : reports) {
    if (report.error) exit = worse(exit, exit_of(report.error->code));
    if (!report.reached) continue;
    if (!report.beyond_reach.empty()) exit = worse(exit, Exit::mend);
    for (const auto& [key, object] : report.objects) {
      if (object.state == member::State::conflict) exit = worse(exit, Exit::mend);
      if (object.state == member::State::refused) exit = worse(exit, exit_of(object.code));
      if (object.state == member::State::waiting) exit = worse(exit, Exit::partial);
      if (object.state == member::State::held) exit = worse(exit, Exit::held);
    }
  }
  return exit;
}

}  // namespace flotilla::controller
