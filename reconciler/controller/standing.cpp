#include "reconciler/controller/standing.h"

#include "reconciler/lease/membership.h"
#include "reconciler/log/log.h"
#include "reconciler/metrics/metrics.h"

namespace flotilla::controller {

using Clock = std::chrono::steady_clock;

Lease lease_kind(const Options& options) { return options.lease.kind.value_or(Lease::repository); }

struct Standing::State {
  State(kube::Loop& the_loop, Options the_options)
      : loop(the_loop), options(std::move(the_options)), kind(lease_kind(options)) {}

  kube::Loop& loop;
  Options options;
  Lease kind;
  std::optional<kube::Access> access;  // of the cluster with the Leases, until it is used
  std::unique_ptr<kube::Client> client;
  std::unique_ptr<lease::Membership> membership;
  LeaseNews news;
  int rounds = 0;  // of note_lease()
  std::string told_trouble;
};

Standing::Standing(std::unique_ptr<State> state) : state_(std::move(state)) {}
Standing::~Standing() = default;

Result<std::unique_ptr<Standing>> Standing::make(kube::Loop& loop, const Options& options) {
  auto state = std::make_unique<State>(loop, options);
  if (state->kind == Lease::cluster) {
    if (options.lease.context.empty()) {
      TRY_ASSIGN(state->access, kube::read_in_cluster_access());
    } else {
      kube::AccessRequest request;
      request.cluster = options.lease.context;
      request.kubeconfig = options.kubeconfig;
      TRY_ASSIGN(state->access, kube::find_access(request));
    }
  }
  return std::unique_ptr<Standing>(new Standing(std::move(state)));
}

void Standing::begin_as(const std::string& fleet) {
  State& state = *state_;
  if (state.kind != Lease::cluster || state.membership) return;
  lease::Membership::Options options;
  options.fleet = state.options.lease.name.empty() ? fleet : state.options.lease.name;
  options.namespace_ = state.options.lease.namespace_;
  options.replica = state.options.lease.replica;
  options.sharded = state.options.lease.sharded;
  state.client = std::make_unique<kube::Client>(state.loop, std::move(*state.access),
                                                lease::Membership::client_options(options.timing));
  state.membership = std::make_unique<lease::Membership>(*state.client, options);
  state.membership->on_change = [this] {
    if (const std::string why = trouble(); why != state_->told_trouble) {
      state_->told_trouble = why;
      if (!why.empty()) log::warning("the Leases cannot be kept", {{"why", why}});
    }
    on_change();
  };
  state.loop.spawn(state.membership->keep());
}

namespace {

// Tells when a lease ends that nobody renewed.
kube::Task<> watch_end(kube::Loop& loop, Standing& standing, Standing::State& state, int round) {
  co_await loop.sleep(
      std::chrono::ceil<std::chrono::milliseconds>(state.news.until - Clock::now()));
  if (state.rounds == round) standing.on_change();
}

}  // namespace

void Standing::note_lease(LeaseNews news) {
  const auto before = std::pair(leads(), others_lead());
  state_->news = std::move(news);
  ++state_->rounds;
  if (leads()) state_->loop.spawn(watch_end(state_->loop, *this, *state_, state_->rounds));
  if (before != std::pair(leads(), others_lead())) on_change();
}

bool Standing::is_sharded() const { return state_->options.lease.sharded; }

bool Standing::leads() const {
  if (state_->kind == Lease::none) return true;
  if (state_->kind == Lease::repository) return Clock::now() < state_->news.until;
  return state_->membership && state_->membership->is_leader();
}

bool Standing::others_lead() const {
  if (leads()) return false;
  if (state_->kind == Lease::repository) return !state_->news.holder.empty();
  return state_->membership && !state_->membership->trouble();
}

bool Standing::may_work(const std::string& cluster) const {
  if (state_->kind != Lease::cluster) return leads();
  return state_->membership && state_->membership->may_work(cluster);
}

std::shared_ptr<void> Standing::begin(const std::string& cluster) {
  if (state_->kind != Lease::cluster) return leads() ? std::make_shared<int>(0) : nullptr;
  if (!state_->membership) return nullptr;
  auto work = state_->membership->begin(cluster);
  if (!work) return nullptr;
  return std::make_shared<lease::Membership::Work>(std::move(*work));
}

std::optional<status::Scope> Standing::scope(const std::set<std::string>& clusters) const {
  if (!is_sharded()) return std::nullopt;
  status::Scope scope;
  scope.leads = leads();
  for (const std::string& cluster : clusters)
    (may_work(cluster) ? scope.clusters : scope.others).insert(cluster);
  return scope;
}

void Standing::note(const std::string& commit) {
  if (state_->membership) state_->membership->note(commit);
}

std::string Standing::leader_note() const {
  return state_->membership ? state_->membership->leader_note() : std::string();
}

std::string Standing::trouble() const {
  if (state_->kind == Lease::repository) return leads() ? std::string() : state_->news.trouble;
  if (!state_->membership || !state_->membership->trouble()) return {};
  return to_string(*state_->membership->trouble());
}

kube::Task<> Standing::release() {
  if (state_->membership) co_await state_->membership->release();
}

}  // namespace flotilla::controller
