#include "reconciler/member/one_pass.h"

#include "render/document/json.h"
#include "render/interpreter/timestamp.h"

#include <algorithm>

namespace flotilla::member {
namespace {

using namespace std::chrono_literals;

// A kind whose definition has just been applied is served within moments.
constexpr auto coming_pause = 500ms;

std::string version_text(const std::string& body) {
  const Result<Json::Value> version = parse_json_fast(body);
  return version && version->isObject() ? get_string(*version, "gitVersion") : std::string();
}

// The first entry from `at` on whose key is not before `key`: maps that are walked side by side are
// much cheaper than a search for each entry.
template <class Iterator>
Iterator first_from(Iterator at, Iterator end, const ObjectKey& key) {
  while (at != end && at->first < key) ++at;
  return at;
}

// True if the repository has a file for that cluster, good or bad.
bool is_there(const decision::Decision& decision, const std::string& name) {
  return decision.faulty_clusters.contains(name) ||
         std::ranges::any_of(decision.clusters, [&](const overrides::Cluster& cluster) {
           return cluster.name == name;
         });
}

}  // namespace

Pass::Pass(kube::Client& client, Mirror& mirror, Memory& memory,
           const decision::ApplyOrder& sequence, const HoldWatch& watch, const Order& order,
           Reliance reliance)
    : client_(client),
      mirror_(mirror),
      memory_(memory),
      sequence_(sequence),
      hold_watch_(watch),
      order_(order),
      work_(order.decision->work.at(order.cluster)),
      reliance_(reliance),
      id_(manifest::applyset_id(order.owner)),
      applier_(client, order, id_, inventory_, report_) {
  report_.cluster = order.cluster;
  report_.revision = order.revision;
  report_.suspended = order.paused;
  applier_.on_live = [this](const Json::Value& live) { mirror_.note(live); };
  applier_.on_gone = [this](const ObjectKey& key) { mirror_.forget(key); };
}

kube::Task<Report> Pass::run() {
  memory_.awaited.clear();
  co_await connect();
  if (report_.reached && !report_.error) co_await see_hold();
  if (report_.reached && !report_.error && parent_is_ours()) co_await read_inventory();
  memory_.paused = !report_.suspended.empty();
  if (stock_taken_) note_suspended();
  if (stock_taken_ && !applier_.must_stop()) {
    if (memory_.paused)
      co_await only_look();
    else
      co_await change();
  }
  if (applier_.is_discovery_stale()) memory_.discovery.reset();
  finish();
  co_return std::move(report_);
}

// What is known from the last pass is not asked for again while watches tell what changes.
kube::Task<> Pass::connect() {
  const bool relies =
      reliance_ == Reliance::all || (reliance_ == Reliance::watches && mirror_.is_live());
  const bool is_known = memory_.discovery && (memory_.parent || memory_.without_parent);
  report_.kubernetes_version = memory_.kubernetes_version;
  if (relies && is_known && !wants_discovery()) {
    report_.reached = true;
    applier_.use(*memory_.discovery);
    co_return;
  }
  co_await discover();
  if (!report_.reached || report_.error || (relies && is_known)) co_return;
  auto version = co_await client_.get_raw("/version");
  if (version) memory_.kubernetes_version = version_text(*version);
  report_.kubernetes_version = memory_.kubernetes_version;
  co_await read_parent();
}

// Whether a wanted kind may be served by now that was not when the cluster was asked last.
bool Pass::wants_discovery() const {
  const auto age = std::chrono::steady_clock::now() - memory_.discovered;
  if (!memory_.coming.empty() && age >= coming_pause) return true;
  return !memory_.unserved.empty() &&
         (age >= discovery_pause || memory_.discovered_for != order_.revision);
}

kube::Task<> Pass::discover() {
  auto discovery = co_await client_.discover();
  if (!discovery) {
    applier_.lose_cluster(discovery.error());
    co_return;
  }
  report_.reached = true;
  memory_.discovery = std::make_shared<const kube::Discovery>(std::move(*discovery));
  memory_.discovered = std::chrono::steady_clock::now();
  memory_.discovered_for = order_.revision;
  const auto settled = [&](const GroupKind& kind) {
    return memory_.discovery->find(kind) != nullptr ||
           std::ranges::none_of(work_.manifests, [&](const manifest::Manifest& manifest) {
             return manifest.key.group_kind() == kind;
           });
  };
  std::erase_if(memory_.unserved, settled);
  std::erase_if(memory_.coming, settled);
  applier_.use(*memory_.discovery);
}

kube::Task<> Pass::read_parent() {
  parent_read_ = true;
  auto parent = co_await member::read_parent(client_, order_.owner);
  memory_.without_parent = !parent && kube::fault_of(parent.error()) == kube::Fault::forbidden;
  if (parent) memory_.parent = std::move(*parent);
  if (!parent && !memory_.without_parent)
    report_.error = while_doing(parent.error().error, "reading the inventory");
}

// True if a cluster of the repository has the server that the leaving one had: it was renamed.
bool Pass::has_heir() const {
  const auto leaving = std::ranges::find_if(order_.decision->leaving, [&](const auto& one) {
    return one.cluster.name == order_.cluster;
  });
  if (leaving == order_.decision->leaving.end()) return false;
  const std::string& endpoint = leaving->cluster.api_endpoint;
  return !endpoint.empty() &&
         std::ranges::any_of(order_.decision->clusters, [&](const overrides::Cluster& cluster) {
           return cluster.api_endpoint == endpoint;
         });
}

// False, with an error in the report, if the parent says that the cluster belongs to somebody else.
bool Pass::parent_is_ours() {
  if (memory_.without_parent) {
    report_.warnings.push_back(
        "the credential may not read ConfigMaps in " + std::string(system_namespace) +
        ": what is ours is known by the status branch alone, want a Role there");
    return true;
  }
  const Parent& parent = *memory_.parent;
  if (parent.exists && parent.root_commit != order_.root_commit && !parent.root_commit.empty() &&
      !order_.root_commit.empty()) {
    report_.error =
        error(Code::invalid, "the inventory " + std::string(system_namespace) + "/" + order_.owner +
                                 " belongs to the repository that began with commit " +
                                 parent.root_commit + ", not to this one (" + order_.root_commit +
                                 "); want another Fleet name here");
    return false;
  }
  // The server is another cluster by now, or about to be: nothing is left here.
  if (order_.leaving && parent.exists && (parent.cluster != order_.cluster || has_heir()))
    return false;
  if (parent.cluster == order_.cluster || !parent.exists) return true;
  // Two Cluster files for one server would prune each other's objects. One that leaves is a name
  // that this one had before.
  if (!is_there(*order_.decision, parent.cluster)) return true;
  report_.error =
      error(Code::invalid, "cluster " + order_.cluster + " is the same server as cluster " +
                               parent.cluster + ", want one Cluster file for a server");
  return false;
}

// What is wanted for the first time is listed too: a kind that the credential may not use is found
// out once, not by each object.
Pass::Reach Pass::reach() {
  Reach reach;
  if (memory_.parent) reach.kinds = memory_.parent->kinds;
  for (const manifest::Manifest& manifest : work_.manifests) {
    reach.concerned.insert(manifest.key.group_kind());
    reach.kinds.insert(manifest.key.group_kind());
    if (!manifest.key.namespace_.empty()) reach.namespaces.insert(manifest.key.namespace_);
  }
  for (const auto& [key, known] : memory_.known) {
    reach.concerned.insert(key.group_kind());
    if (memory_.without_parent) reach.kinds.insert(key.group_kind());
    if (!key.namespace_.empty()) reach.namespaces.insert(key.namespace_);
  }
  // A parent that was lost is made up for by the status branch.
  if (memory_.parent && !memory_.parent->exists)
    for (const auto& [key, item] : remembered()) reach.kinds.insert(key.group_kind());
  return reach;
}

kube::Task<> Pass::read_inventory() {
  if (!memory_.recalled && (order_.remembered || order_.recall)) {
    for (const auto& [key, item] : remembered())
      memory_.known[key] = {item.digest, item.revision, item.held};
    memory_.recalled = true;
  }
  Reach reach = this->reach();
  const std::set<GroupKind> concerned = reach.concerned;
  mirror_.judge_by(order_.decision, order_.cluster);
  if (reliance_ != Reliance::all)
    co_await mirror_.read(std::move(reach.kinds), std::move(reach.namespaces), memory_.discovery);
  for (const auto& [kind, fault] : mirror_.faults()) {
    const kube::Fault what = kube::fault_of(fault);
    if (what == kube::Fault::unreachable || what == kube::Fault::unauthorized) {
      applier_.lose_cluster(fault);
      co_return;
    }
    if (what == kube::Fault::forbidden && concerned.contains(kind))
      report_.beyond_reach[kind] =
          "the credential may not list " + to_string(kind) + ": " + fault.error.message;
  }
  for (const auto& [kind, refused] : mirror_.refused_namespaces())
    if (concerned.contains(kind) && !report_.beyond_reach.contains(kind) && !refused.empty())
      report_.beyond_reach[kind] =
          "the credential may not list " + to_string(kind) + " in " +
          (refused.size() == 1
               ? "namespace " + *refused.begin()
               : std::to_string(refused.size()) + " namespaces, such as " + *refused.begin());
  take_stock();
  // On a cluster that was made anew nothing of what is remembered was deleted.
  if (memory_.parent && !memory_.parent->exists) {
    const auto is_gone = [&](const auto& entry) { return !inventory_.contains(entry.first); };
    std::erase_if(memory_.known, is_gone);
    std::erase_if(memory_.drifts, is_gone);
  }
  stock_taken_ = true;
}

// The inventory as the mirror has it, with what only others know: revisions, held deletions, and
// what of the lost fields counts as drift.
void Pass::take_stock() {
  auto known = memory_.known.begin();
  for (const auto& [key, seen] : mirror_.objects()) {
    decision::InventoryItem item = seen.item;
    known = first_from(known, memory_.known.end(), key);
    const bool is_known = known != memory_.known.end() && known->first == key;
    if (is_known) {
      item.revision = known->second.revision;
      item.held = known->second.held;
    }
    if (is_known && item.held.empty() && seen.lost.empty()) {
      inventory_.emplace_hint(inventory_.end(), key, std::move(item));
      continue;
    }
    const manifest::Manifest* manifest = wanted(key);
    if (manifest != nullptr) {
      item.held.clear();
    } else if (!is_known) {
      const auto found = remembered().find(key);
      if (found != remembered().end()) item.held = found->second.held;
    }
    if (manifest != nullptr && !seen.lost.empty() && manifest->digest == seen.digest)
      item.drifted =
          std::any_of(seen.lost.begin(), seen.lost.end(), [&](const manifest::LostField& field) {
            return !manifest::is_under(field.pointer, manifest->terms.ignored) &&
                   !manifest::is_autoscaled(field);
          });
    inventory_.emplace_hint(inventory_.end(), key, std::move(item));
  }
}

const manifest::Manifest* Pass::wanted(const ObjectKey& key) const {
  const auto& list = work_.manifests.pointers();
  const auto found =
      list.lower_bound(key, [](const manifest::ManifestPtr& manifest, const ObjectKey& other) {
        return manifest::applies_before(manifest->key, other);
      });
  return found != list.end() && (*found)->key == key ? found->get() : nullptr;
}

// Whatever is ours and was not touched in this pass stands in the report as it was read.
void Pass::finish() {
  // Half an inventory says nothing about what is not in it.
  if (!stock_taken_) report_.objects.clear();
  report_.has_inventory = memory_.parent && memory_.parent->exists;
  if (stock_taken_) {
    recall_unread();
    remember();
    auto entry = report_.objects.begin();
    for (auto& [key, item] : inventory_) {
      entry = first_from(entry, report_.objects.end(), key);
      const bool added = entry == report_.objects.end() || entry->first != key;
      if (added) entry = report_.objects.emplace_hint(entry, key, ObjectReport());
      ObjectReport& object = entry->second;
      if (added && item.deleting) {
        object.state = State::deleting;
        const auto seen = mirror_.objects().find(key);
        const bool told = seen != mirror_.objects().end() && !seen->second.finalizers.empty();
        object.message = told ? seen->second.finalizers : "is being deleted";
      }
      object.on_cluster = true;
      object.item = std::move(item);
    }
    inventory_.clear();  // its items are in the report
    auto seen = mirror_.objects().begin();
    for (auto& [key, object] : report_.objects) {
      seen = first_from(seen, mirror_.objects().end(), key);
      if (seen != mirror_.objects().end() && seen->first == key) {
        object.health = seen->second.observed.health;
        object.status = seen->second.observed.status;
        object.readiness = seen->second.observed.readiness;
      }
      if (const auto drift = memory_.drifts.find(key); drift != memory_.drifts.end()) {
        if (object.state == State::applied && !memory_.paused) drift->second.over = true;
        object.drift = drift->second.fields;
        object.drift_time = drift->second.time;
      }
    }
  }
  for (std::vector<ObjectKey>* keys : {&report_.created, &report_.configured, &report_.pruned})
    std::sort(keys->begin(), keys->end());
  std::sort(report_.warnings.begin(), report_.warnings.end());
}

// What was ours among what cannot be read now is still there as far as anybody knows.
void Pass::recall_unread() {
  if (mirror_.faults().empty() && mirror_.refused_namespaces().empty()) return;
  for (const auto& [key, item] : remembered()) {
    const auto fault = mirror_.faults().find(key.group_kind());
    const auto refused = mirror_.refused_namespaces().find(key.group_kind());
    const bool failed = fault != mirror_.faults().end();
    const bool unread = failed || (refused != mirror_.refused_namespaces().end() &&
                                   refused->second.contains(key.namespace_));
    if (!unread || inventory_.contains(key) || !memory_.known.contains(key)) continue;
    const auto [entry, added] = report_.objects.try_emplace(key);
    ObjectReport& object = entry->second;
    object.item = item;
    object.item.key = key;
    object.on_cluster = true;
    if (!added) continue;
    const bool transient = failed && kube::fault_of(fault->second) != kube::Fault::forbidden;
    object.state = transient ? State::waiting : State::refused;
    object.code = transient ? Code::unavailable : Code::forbidden;
    object.message = transient ? "its kind cannot be listed: " + fault->second.error.message
                               : report_.beyond_reach[key.group_kind()];
  }
}

void Pass::remember() {
  std::erase_if(memory_.fresh, [&](const ObjectKey& key) {
    const auto seen = mirror_.objects().find(key);
    return seen == mirror_.objects().end() || wanted(key) == nullptr ||
           seen->second.observed.readiness.state == interpreter::Readiness::current;
  });
  std::erase_if(memory_.drifts, [&](const auto& drift) {
    return !inventory_.contains(drift.first) && wanted(drift.first) == nullptr;
  });
  memory_.refusals.keep([&](const ObjectKey& key) { return wanted(key) != nullptr; });
  if (!memory_.recalled && report_.error) return;
  // What is gone and was not brought back (drift: Report, or the pass ended before its turn) is
  // still known to have been there, and so is what could not be read.
  std::erase_if(memory_.known, [&, item = inventory_.begin()](const auto& entry) mutable {
    const ObjectKey& key = entry.first;
    item = first_from(item, inventory_.end(), key);
    if (item != inventory_.end() && item->first == key) return false;
    const auto object = report_.objects.find(key);
    const bool told = object != report_.objects.end();
    const bool unread = told && object->second.on_cluster;
    const bool missing =
        wanted(key) != nullptr &&
        (!told || object->second.state == State::drifted || object->second.suspended);
    return !unread && !missing;
  });
  auto known = memory_.known.begin();
  for (const auto& [key, item] : inventory_) {
    known = first_from(known, memory_.known.end(), key);
    if (known == memory_.known.end() || known->first != key)
      known = memory_.known.emplace_hint(known, key, Memory::Known());
    known->second.digest = item.digest;
    known->second.revision = item.revision;
    known->second.held = item.held;
  }
}

const decision::Inventory& Pass::remembered() {
  if (!remembered_) remembered_ = order_.remembered;
  if (!remembered_ && order_.recall) remembered_ = order_.recall();
  if (!remembered_) remembered_ = std::make_shared<const decision::Inventory>();
  return *remembered_;
}

std::string Pass::now() const {
  return interpreter::format_timestamp(std::chrono::duration_cast<std::chrono::seconds>(
                                           std::chrono::system_clock::now().time_since_epoch())
                                           .count());
}

}  // namespace flotilla::member
