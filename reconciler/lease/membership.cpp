#include "reconciler/lease/membership.h"

#include "reconciler/lease/identity.h"
#include "render/document/json.h"

#include <fmt/format.h>

#include <algorithm>

namespace flotilla::lease {
namespace {

using kube::ApiResult;
using kube::Task;

constexpr milliseconds shortest_sleep{1};

bool already_exists(const kube::ApiError& error) { return error.reason == "AlreadyExists"; }

bool lacks_namespace(const kube::ApiError& error) {
  return error.status == 404 && error.details_kind == "namespaces";
}

std::string version_of(const Json::Value& object) {
  return object["metadata"]["resourceVersion"].asString();
}

}  // namespace

kube::ClientOptions Membership::client_options(const Timing& timing) {
  kube::ClientOptions options;
  options.concurrency = 4;
  options.timeout = (timing.deadline - timing.renew) / 2;
  options.patience = timing.deadline - timing.renew;
  // A lease that could not be renewed for a moment is worth a request twice a second.
  options.first_rest = milliseconds{500};
  options.longest_rest = milliseconds{500};
  return options;
}

Membership::Membership(kube::Client& client, Options options)
    : client_(client),
      options_(std::move(options)),
      names_(lease_names(options_.fleet, options_.replica)) {
  if (options_.process.empty()) options_.process = process_token();
  replica_ = std::make_unique<Replica>(Identity{options_.replica, options_.process}, names_,
                                       options_.timing, options_.sharded);
}

Membership::~Membership() = default;

bool Membership::is_leader() const { return !stopped_ && replica_->is_leader(now()); }

bool Membership::may_work(const std::string& cluster) const {
  return !stopped_ && replica_->may_work(now(), cluster);
}

std::optional<Membership::Work> Membership::begin(const std::string& cluster) {
  if (!may_work(cluster)) return std::nullopt;
  replica_->begun(cluster);
  return Work(this, cluster);
}

void Membership::ended(const std::string& cluster) {
  replica_->ended(cluster);
  // The renewal that takes the claim back may have waited for it.
  bell_->ring();
}

void Membership::note(std::string text) {
  replica_->set_note(std::move(text));
  bell_->ring();
}

std::string Membership::leader_note() const { return replica_->leader_note(); }
std::string Membership::leader() const { return replica_->leader_name(); }
Members Membership::members() const { return replica_->members(); }

Task<> Membership::keep() {
  std::vector<Task<>> tasks;
  tasks.push_back(rounds());
  tasks.push_back(guard());
  co_await kube::all(std::move(tasks));
}

Task<> Membership::rounds() {
  while (!stopped_) {
    co_await turn_.acquire();
    if (!stopped_) co_await round();
    turn_.release();
    tell_changes();
    guard_bell_->ring();
    if (stopped_) break;
    const Now time = now();
    const milliseconds wait = std::max(replica_->next(time) - time.mono, shortest_sleep);
    co_await client_.loop().sleep(wait, bell_);
  }
  guard_bell_->ring();
}

// Says it when a right ends, also while a request that should have renewed it hangs.
Task<> Membership::guard() {
  constexpr milliseconds idle{60'000};
  while (!stopped_) {
    const Now time = now();
    const std::optional<milliseconds> loss = replica_->next_loss(time);
    const milliseconds wait = loss ? std::max(*loss - time.mono, shortest_sleep) : idle;
    co_await client_.loop().sleep(wait, guard_bell_);
    const bool lost = loss && now().mono >= *loss && replica_->next_loss(now()) != loss;
    if (lost && !stopped_ && on_change) on_change();
  }
}

Task<> Membership::round() {
  std::vector<Task<>> tasks;
  const Now time = now();
  if (replica_->look_is_due(time)) tasks.push_back(look());
  std::optional<Lease> own = replica_->own_write(time);
  if (own) tasks.push_back(write(std::move(*own), false));
  std::optional<Lease> leader = replica_->leader_write(time);
  if (leader) tasks.push_back(write(std::move(*leader), true));
  co_await kube::all(std::move(tasks));
  if (replica_->is_leader(now())) co_await sweep();
}

Task<> Membership::look() {
  replica_->looking(now());
  kube::ListOptions options;
  options.label_selector = std::string(fleet_label) + "=" + label_value(options_.fleet);
  ApiResult<kube::List> list = co_await client_.list(leases, options_.namespace_, options);
  if (!list) {
    replica_->look_failed(now());
    set_trouble(std::move(list).error().error, true);
    co_return;
  }
  std::optional<Error> trouble;
  std::vector<Json::Value> items = std::move(list->items);
  if (leader_is_unlabelled_) {
    ApiResult<Json::Value> one = co_await client_.get(leases, options_.namespace_, names_.leader);
    if (one) items.push_back(std::move(*one));
  }
  std::vector<Lease> found;
  std::set<std::string> gone;
  for (Json::Value& item : items) {
    Result<Lease> lease = read_lease(item, options_.fleet);
    if (!lease) {
      trouble = std::move(lease).error();
      continue;
    }
    if (is_gone(lease->record.process)) gone.insert(lease->record.process);
    objects_[lease->name] = std::move(item);
    found.push_back(std::move(*lease));
  }
  if (trouble) {
    replica_->look_failed(now());
  } else {
    replica_->looked(now(), found, gone);
  }
  set_trouble(std::move(trouble), true);
}

Task<ApiResult<Json::Value>> Membership::put(Lease lease) {
  Json::Value object;
  const auto known = objects_.find(lease.name);
  if (!lease.version.empty() && known != objects_.end()) object = known->second;
  const std::string name = lease.name;
  const bool is_new = lease.version.empty();
  std::string body = canonical_json(with_lease(std::move(object), lease, options_.fleet));
  if (!is_new) co_return co_await client_.replace(leases, options_.namespace_, name, body);
  ApiResult<Json::Value> made = co_await client_.create(leases, options_.namespace_, body);
  if (made || !lacks_namespace(made.error())) co_return std::move(made);
  co_await make_namespace();
  co_return co_await client_.create(leases, options_.namespace_, body);
}

Task<> Membership::make_namespace() {
  Json::Value object(Json::objectValue);
  object["apiVersion"] = "v1";
  object["kind"] = "Namespace";
  object["metadata"]["name"] = options_.namespace_;
  // Who may not make it learns from the next call that it is missing.
  ApiResult<Json::Value> made = co_await client_.create(namespaces, "", canonical_json(object));
  (void)made;
}

Task<> Membership::write(Lease lease, bool leads) {
  const std::string name = lease.name;
  ApiResult<Json::Value> stored = co_await put(std::move(lease));
  if (!stored) {
    if (leads) {
      replica_->leader_failed(now());
      if (already_exists(stored.error())) leader_is_unlabelled_ = true;
    } else {
      replica_->own_failed(now());
    }
    // Somebody was faster: that is how it is meant to be.
    const bool lost_race = stored.error().status == 409;
    if (!lost_race) set_trouble(std::move(stored).error().error, false);
    co_return;
  }
  const std::string version = version_of(*stored);
  objects_[name] = std::move(*stored);
  if (leads) {
    leader_is_unlabelled_ = false;
    replica_->leader_landed(now(), version);
  } else {
    replica_->own_landed(now(), version);
  }
  set_trouble(std::nullopt, false);
}

// Only what has not changed since: a replica may come back.
Task<> Membership::sweep() {
  const std::vector<Lease> rubbish = replica_->rubbish();
  for (const Lease& lease : rubbish) {
    kube::RemoveOptions options;
    options.resource_version = lease.version;
    ApiResult<Json::Value> removed =
        co_await client_.remove(leases, options_.namespace_, lease.name, options);
    (void)removed;  // the next look shows it again
    objects_.erase(lease.name);
  }
  replica_->swept();
}

Task<> Membership::release() {
  stopped_ = true;
  bell_->ring();
  guard_bell_->ring();
  co_await turn_.acquire();
  const std::optional<Lease> leader = replica_->leader_release(now());
  if (leader) {
    ApiResult<Json::Value> given = co_await put(*leader);
    (void)given;
  }
  const std::string version = replica_->own_version();
  if (!version.empty()) {
    kube::RemoveOptions options;
    options.resource_version = version;
    ApiResult<Json::Value> removed =
        co_await client_.remove(leases, options_.namespace_, names_.replica, options);
    (void)removed;
  }
  turn_.release();
}

void Membership::tell_changes() {
  const unsigned changes = replica_->changes();
  if (std::exchange(told_, changes) != changes && on_change) on_change();
}

void Membership::set_trouble(std::optional<Error> trouble, bool look) {
  (look ? look_trouble_ : write_trouble_) = std::move(trouble);
  const std::optional<Error> before = std::exchange(trouble_, std::nullopt);
  trouble_ = look_trouble_ ? look_trouble_ : write_trouble_;
  if (!trouble_ && replica_->is_doubled()) {
    trouble_ = Error{Code::conflict,
                     fmt::format("another process is a replica of fleet {} under the name {} too",
                                 options_.fleet, options_.replica)};
  }
  const auto text = [](const std::optional<Error>& e) { return e ? to_string(*e) : ""; };
  if (text(before) != text(trouble_) && on_change) on_change();
}

}  // namespace flotilla::lease
