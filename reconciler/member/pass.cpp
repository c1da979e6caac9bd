#include "reconciler/member/pass.h"

#include "reconciler/member/applier.h"
#include "reconciler/member/observe.h"

#include <algorithm>

namespace flotilla::member {
namespace {

using namespace std::chrono_literals;

// How long a stage waits for what it applied, and how often it looks.
constexpr auto stage_deadline = 60s;
constexpr auto stage_poll = 100ms;

const GroupKind definitions{"apiextensions.k8s.io", "CustomResourceDefinition"};

// The course of one pass on one cluster.
class Pass {
 public:
  Pass(kube::Client& client, const Order& order)
      : client_(client),
        order_(order),
        work_(order.decision->work.at(order.cluster)),
        id_(manifest::applyset_id(order.owner)),
        applier_(client, order, id_, inventory_, report_) {
    report_.cluster = order.cluster;
    report_.revision = order.revision;
  }

  kube::Task<Report> run() {
    co_await connect();
    if (report_.reached && !report_.error) co_await read_inventory();
    if (report_.reached && !report_.error) co_await change();
    finish();
    co_return std::move(report_);
  }

 private:
  kube::Task<> connect() {
    auto discovery = co_await client_.discover();
    if (!discovery) {
      report_.error = discovery.error().error;
      co_return;
    }
    report_.reached = true;
    applier_.use(std::move(*discovery));
    auto version = co_await client_.get_raw("/version");
    if (version) report_.kubernetes_version = version_text(*version);
    auto parent = co_await read_parent(client_, order_.owner);
    if (!parent) {
      report_.error = while_doing(parent.error().error, "reading the inventory");
      co_return;
    }
    parent_ = std::move(*parent);
    if (parent_.exists && parent_.root_commit != order_.root_commit &&
        !parent_.root_commit.empty() && !order_.root_commit.empty())
      report_.error =
          Error{Code::invalid,
                "the inventory " + std::string(system_namespace) + "/" + order_.owner +
                    " belongs to the repository that began with commit " + parent_.root_commit +
                    ", not to this one (" + order_.root_commit + "); want another Fleet name here",
                {},
                {}};
    // Two Cluster files for one server would prune each other's objects.
    if (parent_.cluster != order_.cluster && order_.decision->work.contains(parent_.cluster))
      report_.error = Error{Code::invalid,
                            "cluster " + order_.cluster + " is the same server as cluster " +
                                parent_.cluster + ", want one Cluster file for a server",
                            {},
                            {}};
    parent_.root_commit = order_.root_commit;
    parent_.cluster = order_.cluster;
  }

  static std::string version_text(const std::string& body) {
    static constexpr std::string_view key = "\"gitVersion\"";
    const auto at = body.find(key);
    if (at == std::string::npos) return {};
    const auto begin = body.find('"', body.find(':', at));
    if (begin == std::string::npos) return {};
    return body.substr(begin + 1, body.find('"', begin + 1) - begin - 1);
  }

  kube::Task<> read_inventory() {
    std::vector<kube::Task<>> lists;
    for (const GroupKind& kind : parent_.kinds) lists.push_back(list_kind(kind));
    co_await kube::all(std::move(lists));
    inventory_read_ = !report_.error;
  }

  // Everything of a kind that carries our label; the status only where the kind has one.
  kube::Task<> list_kind(GroupKind kind) {
    const kube::Resource* resource = applier_.discovery().find(kind);
    if (resource == nullptr) {
      // Either its CRD is gone, and its objects with it, or its API is down for now.
      const Problems& faults = applier_.discovery().faults;
      if (!faults.empty() && !report_.error)
        report_.error = Error{Code::unavailable,
                              "a part of the cluster's API is down: " + faults.front().message,
                              {},
                              {}};
      co_return;
    }
    kube::ListOptions options;
    options.label_selector = std::string(manifest::part_of_label) + "=" + id_;
    options.metadata_only = !interpreter::has_status(kind);
    auto list = co_await client_.list(*resource, "", options);
    if (!list) {
      // Without its list nobody knows what is ours: nothing may be applied or pruned on a guess.
      if (!report_.error)
        report_.error = while_doing(list.error().error, "listing " + to_string(kind));
      co_return;
    }
    for (const Json::Value& live : list->items) take_in(live);
  }

  void take_in(const Json::Value& live) {
    if (is_copy(live)) return;
    decision::InventoryItem item = item_of(live);
    item.key.group = group_of(item.api_version);
    if (const auto applied = inventory_.find(item.key);
        applied != inventory_.end() && !applied->second.revision.empty()) {
      item.revision = applied->second.revision;
    } else if (order_.remembered) {
      const auto known = order_.remembered->find(item.key);
      if (known != order_.remembered->end()) item.revision = known->second.revision;
    }
    live_[item.key] = observe(*order_.decision->interpreter, live);
    inventory_[item.key] = std::move(item);
  }

  kube::Task<> change() {
    const decision::Plan plan = decision::make_plan(*order_.decision, order_.cluster, inventory_);
    note_kept(plan);
    co_await apply(plan.apply);
    if (!applier_.must_stop()) co_await prune(plan.prune);
    if (!applier_.must_stop()) co_await refresh(plan);
    if (!applier_.must_stop()) co_await shrink_parent();
  }

  kube::Task<> apply(std::vector<const manifest::Manifest*> manifests) {
    if (manifests.empty()) co_return;
    co_await extend_parent(manifests);
    if (applier_.must_stop()) co_return;
    for (int stage = 0; stage <= 2; ++stage) {
      std::vector<const manifest::Manifest*> batch;
      for (const manifest::Manifest* manifest : manifests)
        if (manifest::apply_stage(manifest->key.group_kind()) == stage) batch.push_back(manifest);
      if (batch.empty()) continue;
      // What waits for its definition holds up nothing else.
      std::vector<const manifest::Manifest*> early;
      std::vector<const manifest::Manifest*> late;
      for (const manifest::Manifest* manifest : batch)
        (will_serve(*manifest) ? late : early).push_back(manifest);
      co_await send(early);
      if (!late.empty()) co_await await_kinds(late);
      co_await send(late);
      if (applier_.must_stop()) co_return;
      if (stage == 0) co_await await_definitions(batch);
    }
  }

  kube::Task<> send(std::vector<const manifest::Manifest*> batch) {
    if (batch.empty() || applier_.must_stop()) co_return;
    co_await applier_.prepare(batch);
    std::vector<kube::Task<>> applies;
    for (const manifest::Manifest* manifest : batch) applies.push_back(applier_.apply(manifest));
    co_await kube::all(std::move(applies));
  }

  // The parent names every kind before the first object of it is sent: whatever happens then, the
  // objects are found again.
  kube::Task<> extend_parent(std::vector<const manifest::Manifest*> manifests) {
    std::set<GroupKind> kinds = parent_.kinds;
    for (const manifest::Manifest* manifest : manifests) {
      kinds.insert(manifest->key.group_kind());
      // A missing namespace will be made and is ours then.
      if (!manifest->key.namespace_.empty()) kinds.insert({"", "Namespace"});
    }
    if (parent_.exists && kinds == parent_.kinds) co_return;
    co_await store_parent(std::move(kinds));
  }

  kube::Task<> shrink_parent() {
    std::set<GroupKind> kinds;
    for (const auto& [key, item] : inventory_) kinds.insert(key.group_kind());
    for (const manifest::Manifest& manifest : work_.manifests) {
      kinds.insert(manifest.key.group_kind());
      if (!manifest.key.namespace_.empty()) kinds.insert({"", "Namespace"});
    }
    for (const ObjectKey& key : work_.held) kinds.insert(key.group_kind());
    const bool can_shrink =
        std::any_of(parent_.kinds.begin(), parent_.kinds.end(),
                    [&](const GroupKind& kind) { return !kinds.contains(kind); });
    if (can_shrink) co_await store_parent(std::move(kinds));
  }

  kube::Task<> store_parent(std::set<GroupKind> kinds) {
    Parent next = parent_;
    next.kinds = std::move(kinds);
    auto written = co_await write_parent(client_, order_.owner, next);
    if (!written) {
      report_.error = while_doing(written.error().error, "writing the inventory");
      co_return;
    }
    next.exists = true;
    parent_ = std::move(next);
  }

  // Definitions that were just applied are waited for, so that their objects find them.
  kube::Task<> await_definitions(std::vector<const manifest::Manifest*> batch) {
    const kube::Resource* resource = applier_.discovery().find(definitions);
    const auto deadline = std::chrono::steady_clock::now() + stage_deadline;
    for (const manifest::Manifest* manifest : batch) {
      if (resource == nullptr || manifest->key.group_kind() != definitions) continue;
      if (report_.objects[manifest->key].state != State::applied) continue;
      while (!applier_.must_stop() && std::chrono::steady_clock::now() < deadline) {
        auto live = co_await client_.get(*resource, "", manifest->key.name);
        if (!live && live.error().status == 0) applier_.lose_cluster(live.error());
        // No rule of a definition looks at the time.
        if (live && interpreter::kstatus(*live, order_.decision->readiness, 0).state ==
                        interpreter::Readiness::current) {
          Observed observed = observe(*order_.decision->interpreter, *live);
          report_.objects[manifest->key].health = observed.health;
          report_.objects[manifest->key].status = std::move(observed.status);
          break;
        }
        co_await client_.loop().sleep(stage_poll);
      }
    }
  }

  // Discovery lags behind an Established definition by a moment; one that an interrupted pass left
  // behind may not even be Established yet.
  kube::Task<> await_kinds(std::vector<const manifest::Manifest*> batch) {
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!applier_.must_stop() && std::chrono::steady_clock::now() < deadline) {
      const bool coming = std::any_of(batch.begin(), batch.end(),
                                      [&](const manifest::Manifest* m) { return will_serve(*m); });
      if (!coming) co_return;
      auto discovery = co_await client_.discover();
      if (discovery) applier_.use(std::move(*discovery));
      co_await client_.loop().sleep(stage_poll);
    }
  }

  // True for a kind that is not served while its definition is wanted on the cluster.
  bool will_serve(const manifest::Manifest& manifest) const {
    if (applier_.discovery().find(manifest.key.group_kind(), version_of(manifest.api_version)))
      return false;
    const std::string kind = "\"kind\":\"" + manifest.key.kind + "\"";
    return std::any_of(work_.manifests.begin(), work_.manifests.end(),
                       [&](const manifest::Manifest& definition) {
                         return definition.key.group_kind() == definitions &&
                                definition.key.name.ends_with("." + manifest.key.group) &&
                                definition.json->find(kind) != std::string::npos;
                       });
  }

  kube::Task<> prune(std::vector<decision::InventoryItem> items) {
    std::vector<kube::Task<>> removals;
    for (const decision::InventoryItem& item : items) removals.push_back(applier_.remove(item));
    co_await kube::all(std::move(removals));
  }

  void note_kept(const decision::Plan& plan) {
    for (const decision::Plan::Kept& kept : plan.kept) {
      ObjectReport& object = report_.objects[kept.item.key];
      object.item = kept.item;
      object.on_cluster = true;
      object.state = State::kept;
      object.health = interpreter::Health::healthy;
      object.message = kept.reason;
    }
  }

  // After changes the kinds that report a status are looked at once more.
  kube::Task<> refresh(const decision::Plan& plan) {
    std::set<GroupKind> kinds;
    for (const manifest::Manifest* manifest : plan.apply)
      if (interpreter::has_status(manifest->key.group_kind()))
        kinds.insert(manifest->key.group_kind());
    std::vector<kube::Task<>> lists;
    for (const GroupKind& kind : kinds) lists.push_back(list_kind(kind));
    co_await kube::all(std::move(lists));
  }

  // Whatever is ours and was not touched in this pass stands in the report as it was read.
  void finish() {
    // Half an inventory says nothing about what is not in it.
    if (!inventory_read_) report_.objects.clear();
    if (!inventory_read_) return;
    for (const auto& [key, item] : inventory_) {
      const auto [entry, added] = report_.objects.try_emplace(key);
      ObjectReport& object = entry->second;
      if (added) {
        object.health = interpreter::Health::unknown;
        if (item.deleting) object.state = State::deleting;
      }
      object.on_cluster = true;
      object.item = item;
      if (const auto live = live_.find(key); live != live_.end()) {
        object.health = live->second.health;
        object.status = live->second.status;
      }
    }
    for (std::vector<ObjectKey>* keys : {&report_.created, &report_.configured, &report_.pruned})
      std::sort(keys->begin(), keys->end());
    std::sort(report_.warnings.begin(), report_.warnings.end());
  }

  kube::Client& client_;
  const Order& order_;
  const decision::ClusterWork& work_;
  std::string id_;
  Parent parent_;
  decision::Inventory inventory_;
  std::map<ObjectKey, Observed> live_;
  bool inventory_read_ = false;
  Report report_;
  Applier applier_;
};

}  // namespace

kube::Task<Report> run_pass(kube::Client& client, Order order) {
  Pass pass(client, order);
  auto report = co_await pass.run();
  co_return report;
}

}  // namespace flotilla::member
