#include "reconciler/controller/service.h"

#include "reconciler/controller/loop_options.h"
#include "reconciler/controller/run.h"
#include "reconciler/decision/revision.h"
#include "reconciler/lease/identity.h"
#include "reconciler/log/log.h"
#include "reconciler/metrics/metrics.h"
#include "reconciler/status/summary.h"

#include <algorithm>
#include <atomic>
#include <utility>

namespace flotilla::controller {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds tick = 1s;
// A loop that has not ticked for so long is taken for dead.
constexpr std::chrono::milliseconds longest_silence = 60s;
// From the beginning of an end: when requests to members are given up, when the last status is not
// waited for any longer, and when all else is left as it is.
constexpr std::chrono::milliseconds end_of_work = 3s;
constexpr std::chrono::milliseconds end_of_status = 6s;
constexpr std::chrono::milliseconds end_of_all = 8s;
constexpr std::chrono::milliseconds poll = 20ms;
// From a webhook until the commit that it tells of is decided.
constexpr std::chrono::milliseconds longest_look = 60s;
// The leader of a sharded fleet sums up what the others write, and is not told of it.
constexpr std::chrono::milliseconds shard_interval = 3s;
// A webhook may reach a replica that does not lead.
constexpr std::chrono::milliseconds replica_interval = 10s;

std::int64_t unix_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

Options adjusted(Options options) {
  if (lease_kind(options) == Lease::cluster)
    options.interval = std::min(options.interval, replica_interval);
  if (options.lease.sharded) options.interval = std::min(options.interval, shard_interval);
  options.network.end = std::make_shared<std::atomic<Clock::time_point>>(Clock::time_point::max());
  return options;
}

notify::Notifier::Options notifier_options(const Options& options) {
  notify::Notifier::Options result;
  result.secrets = options.secrets;
  result.outbox.patience = end_of_all - end_of_status;
  return result;
}

}  // namespace

Service::Service(const Options& options)
    : options_(adjusted(options)),
      loop_(loop_options(options_)),
      fleet_(loop_, options_),
      pen_(loop_, fleet_),
      notifier_(loop_, notifier_options(options_)),
      last_tick_(Clock::now()) {}

Service::~Service() = default;

Result<void> Service::start() {
  TRY_ASSIGN(Source source, Source::open(options_));
  TRY_ASSIGN(standing_, Standing::make(loop_, options_));
  std::optional<lease::RepositoryLease> lease;
  if (lease_kind(options_) == Lease::repository) {
    lease::RepositoryLease::Options about;
    about.replica = options_.lease.replica;
    lease.emplace(std::move(about));
  }
  metrics::runs_version(options_.version);
  join_parts();
  TRY(listen());
  fleet_.keep_going();
  git_ =
      std::make_unique<GitThread>(std::move(source), std::move(lease), options_, loop_, listener());
  pen_.use(*git_);
  loop_.spawn(keep_ticking());
  reconsider();
  return {};
}

void Service::join_parts() {
  standing_->on_change = [this] { reconsider(); };
  fleet_.is_ours = [this](const std::string& cluster) { return is_ours(cluster); };
  fleet_.begin_work = [this](const std::string& cluster) {
    return is_ours(cluster) ? standing_->begin(cluster) : nullptr;
  };
  fleet_.on_report = [this](const member::Report&) { pen_.changed(); };
  fleet_.on_observed = [this](const std::string& cluster, const status::ClusterStatusPtr& status) {
    pen_.observed();
    if (git_) git_->observe(cluster, status);
  };
  pen_.may_write = [this] { return standing_->is_sharded() ? acts_ : leads_ && acts_; };
  pen_.add = [this](status::Input& input) {
    std::set<std::string> clusters;
    for (const overrides::Cluster& cluster : input.decision->clusters)
      clusters.insert(cluster.name);
    input.scope = standing_->scope(clusters);
    input.deployed = notifier_.state().deployed;
  };
  pen_.on_written = [this](const status::Input& input) {
    if (leads_) standing_->note(decision::commit_of(input.decision->revision));
    if (!pushed_at_ || !fleet_.settled()) return;
    metrics::reported_after(Clock::now() - *pushed_at_);
    pushed_at_.reset();
  };
}

// A decision of another term was made before this replica was to act.
bool Service::is_ours(const std::string& cluster) const {
  return acts_ && standing_->may_work(cluster);
}

GitThread::Listener Service::listener() {
  GitThread::Listener listener;
  listener.on_decision = [this](Decided decided) { take(std::move(decided)); };
  listener.on_written = [this](Written written) { pen_.written(std::move(written)); };
  listener.on_trouble = [this](std::string why) {
    notifier_.tell_source(why);
    pen_.trouble(std::move(why));
  };
  listener.on_answer = [this] { pen_.try_again(); };
  listener.on_branch_moved = [this] {
    if (leads_ || standing_->is_sharded()) pen_.changed();
  };
  listener.on_lease = [this](LeaseNews news) {
    standing_->note_lease(std::move(news));
    const std::scoped_lock lock(shown_.mutex);
    shown_.lease_trouble = standing_->trouble();
  };
  listener.at_reading = [this](const status::Memory& memory) {
    auto state = std::make_shared<notify::State>(notify::remembered(memory, unix_now()));
    loop_.post([this, state] { notifier_.remember(std::move(*state)); });
  };
  listener.at_writing = [this](const status::Input& input, const status::Memory& memory) {
    auto facts = std::make_shared<notify::Facts>(
        notify::facts_of(input, status::summarize(input, memory), input.source_trouble));
    loop_.post([this, facts, settings = input.decision->service] {
      if (leads_) notifier_.tell(std::move(*facts), settings);
    });
  };
  return listener;
}

void Service::take(Decided decided) {
  const bool is_new = decided.commit_is_new;
  if (is_new) {
    log::info("new revision", {{"revision", decision::short_revision(decided.decision->revision)},
                               {"subject", decided.subject}});
    metrics::works_on(decided.decision->revision);
    if (!pushed_at_ && fleet_.decision()) pushed_at_ = arrival();
    hook_at_.reset();
  }
  standing_->begin_as(decided.decision->owner);
  const std::uint64_t term = decided.term;
  {
    const std::scoped_lock lock(shown_.mutex);
    if (is_new) shown_.commit = decided.commit;
    shown_.is_read = true;
  }
  fleet_.want(std::move(decided));
  if (term == term_ && !acts_) {
    acts_ = leads_ || followed_.has_value();
    fleet_.ask_again();
  }
  count_clusters();
  if (is_new)
    pen_.changed();
  else
    pen_.observed();
}

void Service::reconsider() {
  const bool leads = standing_->leads();
  const bool sharded = standing_->is_sharded();
  if (leads != leads_) {
    leads_ = leads;
    metrics::leads(leads);
    if (leads)
      log::info("this replica leads");
    else if (standing_->others_lead())
      log::info("this replica does not lead any more");
    else
      log::warning("this replica lost the lease: until it leads again, members stay as they are",
                   {{"why", standing_->trouble()}});
    if (!sharded && !leads) acts_ = false;
    // Who led does not go on by itself: it follows the next one.
    if (sharded) git_->follow(leads ? std::nullopt : std::optional<std::string>(""));
    if (leads) begin_term();
    followed_.reset();
  }
  if (sharded && !leads) follow_leader();
  notifier_.stand_by(standing_->others_lead());
  count_clusters();
  fleet_.ask_again();
  if (acts_) pen_.changed();
}

void Service::count_clusters() const {
  if (!fleet_.decision()) return;
  const auto& clusters = fleet_.decision()->clusters;
  metrics::works_for(static_cast<std::size_t>(
      std::count_if(clusters.begin(), clusters.end(),
                    [this](const overrides::Cluster& cluster) { return is_ours(cluster.name); })));
}

// Whoever begins to act goes on from what others have left on the status branch. Before the first
// decision there is nothing else to go on from.
void Service::begin_term() {
  if (fleet_.decision())
    git_->start_over(++term_);
  else
    acts_ = true;
}

void Service::follow_leader() {
  const std::string commit = standing_->leader_note();
  if (commit.empty() || followed_ == commit) return;
  followed_ = commit;
  git_->follow(commit);
  if (!acts_) begin_term();
}

Result<void> Service::listen() {
  if (options_.listen.empty()) return {};
  server::ServerOptions options;
  options.listen = options_.listen;
  options.certificate = options_.listen_certificate;
  options.key = options_.listen_key;
  options.hook_secrets = options_.hook_secrets;
  server::Questions questions;
  questions.why_not_alive = [this]() -> std::string {
    const std::scoped_lock lock(shown_.mutex);
    return Clock::now() - last_tick_ > longest_silence ? "the loop does not answer" : "";
  };
  questions.why_not_ready = [this]() -> std::string {
    const std::scoped_lock lock(shown_.mutex);
    if (!shown_.is_read) return "the repository has not been read yet";
    if (!shown_.lease_trouble.empty())
      return "the lease in the repository: " + shown_.lease_trouble;
    return "";
  };
  questions.interest = [this](const server::Push& push) { return interest_in(push); };
  questions.on_push = [this] {
    {
      // Until the look that it causes has decided something, nothing is known.
      const std::scoped_lock lock(shown_.mutex);
      shown_.commit.clear();
    }
    loop_.post([this] { take_pushes(); });
  };
  TRY_ASSIGN(server_, server::HttpServer::start(std::move(options), std::move(questions)));
  log::info("listening", {{"address", server_->address()}});
  return {};
}

// On the server's thread.
server::Interest Service::interest_in(const server::Push& push) const {
  if (push.ref.starts_with("refs/heads/flotilla/")) return server::Interest::not_followed;
  const bool is_branch = push.ref.starts_with("refs/heads/");
  const std::string& ref = options_.ref;
  const bool other =
      is_branch && !ref.empty() && push.ref != "refs/heads/" + ref && push.ref != ref;
  if (other) return server::Interest::not_followed;
  const std::scoped_lock lock(shown_.mutex);
  return !push.commit.empty() && push.commit == shown_.commit ? server::Interest::known
                                                              : server::Interest::fetch;
}

// When the commit that was just decided arrived: with a webhook, unless that was of something else.
std::chrono::steady_clock::time_point Service::arrival() const {
  const auto now = Clock::now();
  return hook_at_ && now - *hook_at_ < longest_look ? *hook_at_ : now;
}

void Service::take_pushes() {
  if (!server_ || !git_) return;
  (void)server_->take_pushes();
  if (!hook_at_) hook_at_ = Clock::now();
  git_->look_now();
}

void Service::reload() {
  loop_.post([this] {
    log::info("credentials and the repository are read anew");
    fleet_.renew_credentials();
    if (git_) git_->look_now();
  });
}

kube::Task<> Service::keep_ticking() {
  while (true) {
    {
      const std::scoped_lock lock(shown_.mutex);
      last_tick_ = Clock::now();
    }
    co_await loop_.sleep(tick);
  }
}

// What is under way ends, what was done is written down, and the lease is given back; each within
// its time.
kube::Task<> Service::leave() {
  const auto began = Clock::now();
  *options_.network.end = began + end_of_status;
  fleet_.stop();
  while (!fleet_.is_idle() && Clock::now() < began + end_of_work) co_await loop_.sleep(poll);
  fleet_.give_up();
  while (pen_.is_writing() && Clock::now() < began + end_of_status) co_await loop_.sleep(poll);
  pen_.flush();
  while (pen_.is_writing() && Clock::now() < began + end_of_status) co_await loop_.sleep(poll);
  const auto done = std::make_shared<bool>(false);
  loop_.spawn(take_leave(done));
  while (!*done && Clock::now() < began + end_of_all) co_await loop_.sleep(poll);
  loop_.stop();
}

kube::Task<> Service::take_leave(std::shared_ptr<bool> done) {
  co_await notifier_.finish();
  co_await standing_->release();
  *done = true;
}

void Service::stop() {
  loop_.post([this] {
    if (!std::exchange(leaving_, true)) loop_.spawn(leave());
  });
}

void Service::run() {
  loop_.run();
  server_.reset();
  git_->finish();
  log::info("stopped");
}

Result<Exit> run_forever(const Options& options, std::stop_token stop) {
  return run_forever(options, std::move(stop), {});
}

Result<Exit> run_forever(const Options& options, std::stop_token stop,
                         const std::function<void(std::function<void()>)>& on_reload) {
  Options named = options;
  if (lease_kind(options) != Lease::none) {
    TRY_ASSIGN(named.lease.replica,
               lease::replica_name(options.lease.replica, data_folder(options)));
  }
  Service service(named);
  TRY(service.start());
  if (on_reload) on_reload([&service] { service.reload(); });
  const std::stop_callback on_stop(stop, [&] { service.stop(); });
  service.run();
  if (on_reload) on_reload({});
  return Exit::done;
}

}  // namespace flotilla::controller
