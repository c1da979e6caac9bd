#include "reconciler/controller/fleet.h"

#include "reconciler/log/log.h"

#include <algorithm>

namespace flotilla::controller {
namespace {

using namespace std::chrono_literals;

// After a pass that left something to be done, or while objects are on their way to health; doubled
// each time up to the interval.
constexpr std::chrono::milliseconds first_delay = 1s;

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
  std::uint64_t done_generation = 0;
  bool running = false;
  bool woken = false;
  std::chrono::milliseconds delay = first_delay;
  struct Wait {
    std::coroutine_handle<> handle;
    bool over = false;
  };
  std::shared_ptr<Wait> waiting;
};

Fleet::Fleet(kube::Loop& loop, const Options& options) : loop_(loop), options_(options) {}
Fleet::~Fleet() = default;

void Fleet::want(Decided decided) {
  wanted_ = std::move(decided);
  ++generation_;
  for (const overrides::Cluster& cluster : wanted_.decision->clusters) {
    Worker& worker = worker_of(cluster);
    worker.delay = first_delay;
    if (!continuous_) continue;
    if (worker.running) {
      wake(worker);
    } else {
      worker.running = true;
      loop_.spawn(work(worker));
    }
  }
  // A cluster that left the repository is left alone; what is known of it goes with its worker.
  for (auto& [name, worker] : workers_) {
    const bool there = wanted_.decision->work.contains(name);
    if (!there) reports_.erase(name);
    if (!there && worker->running) wake(*worker);
  }
}

Fleet::Worker& Fleet::worker_of(const overrides::Cluster& cluster) {
  std::unique_ptr<Worker>& worker = workers_[cluster.name];
  if (!worker) {
    worker = std::make_unique<Worker>();
    worker->name = cluster.name;
  }
  return *worker;
}

Result<kube::Access> Fleet::access_of(const overrides::Cluster& cluster) const {
  kube::AccessRequest request;
  request.cluster = cluster.name;
  request.api_endpoint = cluster.api_endpoint;
  if (cluster.secret_ref) {
    request.secret_namespace = cluster.secret_ref->namespace_;
    request.secret_name = cluster.secret_ref->name;
  }
  request.insecure_skip_tls_verification = cluster.insecure_skip_tls_verification;
  request.proxy_url = cluster.proxy_url;
  request.credentials_dir = options_.credentials;
  request.kubeconfig = options_.kubeconfig;
  return kube::find_access(request);
}

namespace {

void add_to(std::vector<ObjectKey>& list, const std::vector<ObjectKey>& earlier) {
  list.insert(list.end(), earlier.begin(), earlier.end());
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

}  // namespace

void Fleet::forget_changes() {
  for (auto& [name, report] : reports_)
    for (std::vector<ObjectKey>* list : {&report.created, &report.configured, &report.pruned})
      list->clear();
}

void Fleet::keep(member::Report report) {
  const std::string name = report.cluster;
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
  for (const auto& [key, object] : report.objects)
    if (object.state != member::State::applied && !told(key, object))
      log::warning("not as wanted", {{"cluster", name},
                                     {"object", to_string(key)},
                                     {"state", std::string(to_string(object.state))},
                                     {"why", object.message}});
  for (const std::string& warning : report.warnings) log::warning(warning, {{"cluster", name}});
  // What an earlier pass did and nobody has told yet stays in the story.
  if (const auto before = reports_.find(name); before != reports_.end()) {
    add_to(report.created, before->second.created);
    add_to(report.configured, before->second.configured);
    add_to(report.pruned, before->second.pruned);
  }
  reports_[name] = std::move(report);
  on_report(reports_[name]);
}

kube::Task<> Fleet::pass(Worker& worker) {
  const std::uint64_t generation = generation_;
  const std::shared_ptr<const decision::Decision> decision = wanted_.decision;
  const auto cluster =
      std::find_if(decision->clusters.begin(), decision->clusters.end(),
                   [&](const overrides::Cluster& c) { return c.name == worker.name; });
  if (cluster == decision->clusters.end()) co_return;
  const std::string print = fingerprint(*cluster);
  // A credential that was not good enough is looked for again each time.
  if (!worker.client || worker.fingerprint != print ||
      (reports_.contains(worker.name) && reports_[worker.name].error)) {
    auto access = access_of(*cluster);
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
    worker.client = std::make_unique<kube::Client>(loop_, std::move(*access), client_options);
    worker.fingerprint = print;
  }
  member::Order order;
  order.cluster = worker.name;
  order.revision = decision->revision;
  order.owner = decision->owner;
  order.root_commit = wanted_.root_commit;
  order.decision = decision;
  auto remembered = std::make_shared<decision::Inventory>();
  if (const auto found = wanted_.remembered.find(worker.name); found != wanted_.remembered.end())
    *remembered = *found->second;
  if (const auto found = reports_.find(worker.name); found != reports_.end())
    for (const auto& [key, object] : found->second.objects)
      if (object.on_cluster && !object.item.revision.empty()) (*remembered)[key] = object.item;
  order.remembered = std::move(remembered);
  order.superseded = [this, generation] { return stopping_ || generation_ != generation; };
  auto report = co_await member::run_pass(*worker.client, std::move(order));
  worker.done_generation = generation;
  // A pass that was stopped in the middle knows less than the one before, and a cluster that left
  // the repository meanwhile is nobody's business any more.
  if (stopping_ || !wanted_.decision->work.contains(worker.name)) co_return;
  // What a broken-off pass did not see is still known from the one before.
  if (!report.reached || (report.error && report.objects.empty())) {
    if (const auto before = reports_.find(worker.name);
        before != reports_.end() && before->second.reached) {
      report.objects = before->second.objects;
      report.kubernetes_version = before->second.kubernetes_version;
    }
  }
  keep(std::move(report));
}

kube::Task<> Fleet::pass_once() {
  std::vector<kube::Task<>> passes;
  for (const overrides::Cluster& cluster : wanted_.decision->clusters)
    passes.push_back(pass(worker_of(cluster)));
  co_await kube::all(std::move(passes));
}

void Fleet::keep_going() {
  continuous_ = true;
  if (!wanted_.decision) return;
  for (const overrides::Cluster& cluster : wanted_.decision->clusters) {
    Worker& worker = worker_of(cluster);
    if (worker.running) continue;
    worker.running = true;
    loop_.spawn(work(worker));
  }
}

void Fleet::stop() {
  stopping_ = true;
  for (auto& [name, worker] : workers_) wake(*worker);
}

kube::Task<> Fleet::work(Worker& worker) {
  while (!stopping_ && wanted_.decision->work.contains(worker.name)) {
    worker.woken = false;
    co_await pass(worker);
    if (stopping_) break;
    if (worker.done_generation != generation_) continue;
    const auto report = reports_.find(worker.name);
    const bool settled = report != reports_.end() && member::is_settled(report->second);
    if (settled) {
      worker.delay = first_delay;
      co_await wait(worker, options_.interval);
      continue;
    }
    co_await wait(worker, std::min(worker.delay, options_.interval));
    worker.delay = std::min(worker.delay * 2, options_.interval);
  }
  worker.running = false;
}

// Ends after `duration`, or as soon as the worker is woken.
kube::Task<> Fleet::wait(Worker& worker, std::chrono::milliseconds duration) {
  if (worker.woken) co_return;
  auto state = std::make_shared<Worker::Wait>();
  worker.waiting = state;
  struct Suspend {
    std::shared_ptr<Worker::Wait> state;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) const { state->handle = handle; }
    void await_resume() const noexcept {}
  };
  struct Alarm {
    static kube::Task<> ring(kube::Loop& loop, std::shared_ptr<Worker::Wait> state,
                             std::chrono::milliseconds duration) {
      co_await loop.sleep(duration);
      if (state->over) co_return;
      state->over = true;
      state->handle.resume();
    }
  };
  loop_.spawn(Alarm::ring(loop_, state, duration));
  Suspend suspend{state};
  co_await suspend;
  worker.waiting.reset();
}

void Fleet::wake(Worker& worker) {
  worker.woken = true;
  const std::shared_ptr<Worker::Wait> state = worker.waiting;
  if (!state || state->over) return;
  state->over = true;
  loop_.post([state] { state->handle.resume(); });
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
  for (const auto& [name, report] : reports) {
    if (report.error) exit = worse(exit, exit_of(report.error->code));
    if (!report.reached) continue;
    for (const auto& [key, object] : report.objects) {
      if (object.state == member::State::conflict) exit = worse(exit, Exit::mend);
      if (object.state == member::State::refused) exit = worse(exit, exit_of(object.code));
      if (object.state == member::State::waiting) exit = worse(exit, Exit::partial);
    }
  }
  return exit;
}

}  // namespace flotilla::controller
