#include "reconciler/member/pass.h"

#include "reconciler/member/applier.h"

#include <algorithm>

namespace flotilla::member {
namespace {

using namespace std::chrono_literals;

// How long a stage waits for what it applied, and how often it looks.
constexpr auto stage_deadline = 60s;
constexpr auto stage_poll = 100ms;

const GroupKind definitions{"apiextensions.k8s.io", "CustomResourceDefinition"};

struct Live {
  interpreter::Health health = interpreter::Health::unknown;
  Json::Value status;
};

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
    parent_.root_commit = order_.root_commit;
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
  }

  // Everything of a kind that carries our label; the status only where the kind has one.
  kube::Task<> list_kind(GroupKind kind) {
    const kube::Resource* resource = applier_.discovery().find(kind);
    if (resource == nullptr) co_return;  // its CRD is gone, and its objects with it
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
    decision::InventoryItem item = item_of(live);
    item.key.group = group_of(item.api_version);
    if (const auto applied = inventory_.find(item.key);
        applied != inventory_.end() && !applied->second.revision.empty()) {
      item.revision = applied->second.revision;
    } else if (const auto known = order_.revisions.find(item.key);
               known != order_.revisions.end()) {
      item.revision = known->second;
    }
    live_[item.key] = {interpreter::health_of(live), interpreter::reflect_status(live)};
    inventory_[item.key] = std::move(item);
  }

  kube::Task<> change() {
    const decision::Plan plan = decision::make_plan(*order_.decision, order_.cluster, inventory_);
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
      co_await await_kinds(batch);
      co_await applier_.prepare(batch);
      std::vector<kube::Task<>> applies;
      for (const manifest::Manifest* manifest : batch) applies.push_back(applier_.apply(manifest));
      co_await kube::all(std::move(applies));
      if (applier_.must_stop()) co_return;
      if (stage == 0) co_await await_definitions(batch);
    }
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
        if (live && interpreter::is_current(*live)) {
          report_.objects[manifest->key].health = interpreter::health_of(*live);
          report_.objects[manifest->key].status = interpreter::reflect_status(*live);
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

  // True for a kind that is not served while a definition of its group is wanted on the cluster.
  bool will_serve(const manifest::Manifest& manifest) const {
    if (applier_.discovery().find(manifest.key.group_kind(), version_of(manifest.api_version)))
      return false;
    return std::any_of(work_.manifests.begin(), work_.manifests.end(),
                       [&](const manifest::Manifest& definition) {
                         return definition.key.group_kind() == definitions &&
                                definition.key.name.ends_with("." + manifest.key.group);
                       });
  }

  kube::Task<> prune(std::vector<decision::InventoryItem> items) {
    std::vector<kube::Task<>> removals;
    for (const decision::InventoryItem& item : items) {
      if (item.key.group.empty() && item.key.kind == "Namespace" && is_inhabited(item.key.name)) {
        keep_namespace(item);
        continue;
      }
      removals.push_back(applier_.remove(item));
    }
    co_await kube::all(std::move(removals));
  }

  // Deleting a namespace deletes what is in it: not while something of ours is wanted there.
  bool is_inhabited(const std::string& name) const {
    const bool wanted = std::any_of(
        work_.manifests.begin(), work_.manifests.end(),
        [&](const manifest::Manifest& manifest) { return manifest.key.namespace_ == name; });
    return wanted || std::any_of(work_.held.begin(), work_.held.end(),
                                 [&](const ObjectKey& key) { return key.namespace_ == name; });
  }

  void keep_namespace(const decision::InventoryItem& item) {
    ObjectReport& object = report_.objects[item.key];
    object.item = item;
    object.on_cluster = true;
    object.state = State::kept;
    object.health = interpreter::Health::healthy;
    object.message = "it left the repository, but objects of ours are still wanted in it";
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
    for (const auto& [key, item] : inventory_) {
      const auto [entry, added] = report_.objects.try_emplace(key);
      ObjectReport& object = entry->second;
      if (added) {
        object.health = interpreter::Health::unknown;
        if (item.deleting) object.state = State::deleting;
        if (item.keep && !is_wanted(key)) {
          object.state = State::kept;
          object.message = "it left the repository, but an annotation on it says to keep it";
        }
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

  bool is_wanted(const ObjectKey& key) const {
    return work_.held.contains(key) ||
           std::any_of(work_.manifests.begin(), work_.manifests.end(),
                       [&](const manifest::Manifest& manifest) { return manifest.key == key; });
  }

  kube::Client& client_;
  const Order& order_;
  const decision::ClusterWork& work_;
  std::string id_;
  Parent parent_;
  decision::Inventory inventory_;
  std::map<ObjectKey, Live> live_;
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
