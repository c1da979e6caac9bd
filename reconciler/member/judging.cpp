#include "reconciler/member/judging.h"

#include "reconciler/member/inventory.h"
#include "render/document/json.h"
#include "render/interpreter/timestamp.h"

#include <algorithm>
#include <set>
#include <utility>

namespace flotilla::member {
namespace {

// FNV-1a over a tree in the order of its keys.
class Hash {
 public:
  void add(std::string_view text) {
    for (const char c : text) step(static_cast<unsigned char>(c));
    step(0xff);  // no UTF-8 text holds it
  }

  void add_tree(const Json::Value& tree) {
    step(static_cast<unsigned char>(tree.type()));
    if (tree.isString()) return add(std::string_view(tree.asCString()));
    if (!tree.isObject()) return;
    for (auto entry = tree.begin(); entry != tree.end(); ++entry) {
      add(entry.name());
      add_tree(*entry);
    }
    step(0xfe);
  }

  std::uint64_t value() const { return value_; }

 private:
  void step(unsigned char byte) {
    value_ ^= byte;
    value_ *= 0x100000001b3U;
  }

  std::uint64_t value_ = 0xcbf29ce484222325U;
};

void add_entry(Hash& hash, const Json::Value& entry) {
  hash.add(get_string(entry, "apiVersion"));
  // Lists bring a text. It need not hash as the tree of an event does: the fields are compared
  // again then, if that was not done for another cluster.
  if (const Json::Value* fields = find(entry, "fieldsV1")) hash.add_tree(*fields);
}

// With the fields of managers as trees.
Json::Value spelled_out(Json::Value metadata) {
  Json::Value* managers = find_path(metadata, {"managedFields"});
  if (managers == nullptr || !managers->isArray()) return metadata;
  for (Json::Value& entry : *managers) {
    Json::Value* fields = find_path(entry, {"fieldsV1"});
    if (fields == nullptr || !fields->isString()) continue;
    if (auto tree = parse_json_fast(fields->asString())) *fields = std::move(*tree);
  }
  return metadata;
}

// What metadata.managedFields says, as hashes. Who wrote a status alone owns nothing of ours.
void hash_fields(Seen& seen, const Json::Value& live) {
  const Json::Value* managers = find_path(live, {"metadata", "managedFields"});
  if (managers == nullptr || !managers->isArray()) return;
  Hash own;
  Hash others;
  for (const Json::Value& entry : *managers) {
    const std::string manager = get_string(entry, "manager");
    const std::string operation = get_string(entry, "operation");
    const std::string subresource = get_string(entry, "subresource");
    if (subresource == "status") continue;
    if (manager == manifest::field_manager && operation == "Apply" && subresource.empty()) {
      add_entry(own, entry);
      continue;
    }
    for (const std::string& text : {manager, operation, subresource, get_string(entry, "time")})
      others.add(text);
    add_entry(others, entry);
  }
  seen.own_fields = own.value();
  seen.others_fields = others.value();
}

// Comparing with the manifest again would find what `before` has: nothing that it depends on is
// another.
bool stands(const Seen& before, const Seen& seen) {
  if (!is_judged(before) || before.digest != seen.item.digest) return false;
  if (before.own_fields != seen.own_fields) return false;
  return before.lost.empty() || before.others_fields == seen.others_fields;
}

// What nothing was lost of: a manifest, by its digest, and our fields of an object that was made of
// it. It goes to many clusters, and what one of them told of it holds on all.
class Whole {
 public:
  bool has(const std::string& digest, std::uint64_t own_fields) const {
    return known_.contains({digest, own_fields});
  }
  void add(const std::string& digest, std::uint64_t own_fields) {
    if (known_.size() == most) known_.clear();
    known_.emplace(digest, own_fields);
  }

 private:
  static constexpr std::size_t most = 20'000;
  std::set<std::pair<std::string, std::uint64_t>> known_;
};

// Of the thread: all clusters live on one.
Whole& whole() {
  thread_local Whole known;
  return known;
}

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view without_zeros(std::string_view digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

}  // namespace

Judge::Difference Judge::use(std::shared_ptr<const decision::Decision> decision,
                             std::string cluster) {
  Difference difference;
  const auto rules_of = [](const decision::Decision* of) {
    return of == nullptr || !of->interpreter ? std::string() : of->interpreter->digest();
  };
  const decision::Decision* before = decision_.get();
  difference.rules = rules_of(before) != rules_of(decision.get()) ||
                     (before != nullptr && decision && !(before->readiness == decision->readiness));
  decision_ = std::move(decision);
  cluster_ = std::move(cluster);
  work_ = nullptr;
  if (!decision_) return difference;
  const auto work = decision_->work.find(cluster_);
  if (work != decision_->work.end()) work_ = &work->second;
  return difference;
}

const manifest::Manifest* Judge::wanted(const ObjectKey& key) const {
  if (work_ == nullptr) return nullptr;
  // Manifests are in apply order, which spares an index of keys for every cluster.
  std::size_t begin = 0;
  std::size_t end = work_->manifests.size();
  while (begin < end) {
    const std::size_t middle = begin + (end - begin) / 2;
    const manifest::Manifest& there = work_->manifests[middle];
    if (there.key == key) return &there;
    if (manifest::applies_before(there.key, key)) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return nullptr;
}

Observed Judge::observe_now(const Json::Value& live, std::int64_t now) const {
  if (!decision_ || !decision_->interpreter) return {};
  const interpreter::Interpreter& interpreter = *decision_->interpreter;
  Observed observed;
  observed.health = interpreter.health(live).value_or(interpreter::Health::unknown);
  observed.status = interpreter.reflect(live).value_or(Json::Value());
  observed.readiness = interpreter.readiness(live, decision_->readiness, now);
  return observed;
}

Seen Judge::look(const Json::Value& live, const Seen* before, std::int64_t now) const {
  Seen seen;
  seen.item = item_of(live);
  seen.item.key.group = group_of(seen.item.api_version);
  seen.resource_version = get_string(live, {"metadata", "resourceVersion"});
  if (seen.item.deleting) seen.finalizers = finalizers_text(live);
  hash_fields(seen, live);
  find_lost(seen, live, before);
  const bool whole = live.size() > 3;  // apiVersion, kind, metadata
  if (whole && !interpreter::has_status(seen.item.key.group_kind())) {
    // The answer to a write brings more than lists and watches of such a kind do; the same object
    // is to look the same.
    Json::Value bare(Json::objectValue);
    for (const char* key : {"apiVersion", "kind", "metadata"})
      if (const Json::Value* value = find(live, key)) bare[key] = *value;
    seen.observed = observe_now(bare, now);
  } else {
    seen.observed = observe_now(live, now);
  }
  return seen;
}

void Judge::find_lost(Seen& seen, const Json::Value& live, const Seen* before) const {
  if (seen.item.digest.empty()) return;
  if (before != nullptr && stands(*before, seen)) {
    seen.digest = before->digest;
    seen.lost = before->lost;
    return;
  }
  const manifest::Manifest* manifest = wanted(seen.item.key);
  if (manifest == nullptr || manifest->digest != seen.item.digest) return;
  if (whole().has(manifest->digest, seen.own_fields)) {
    seen.digest = manifest->digest;
    return;
  }
  const Json::Value* metadata = find(live, "metadata");
  auto tree = parse_json_fast(*manifest->json);
  if (!tree || metadata == nullptr) return;
  seen.lost = manifest::lost_fields(*tree, spelled_out(*metadata));
  seen.digest = manifest->digest;
  if (seen.lost.empty()) whole().add(seen.digest, seen.own_fields);
}

std::optional<std::int64_t> Judge::end_of_grace(const Json::Value& live) const {
  if (!decision_) return std::nullopt;
  const auto born =
      interpreter::parse_timestamp(get_string(live, {"metadata", "creationTimestamp"}));
  if (!born) return std::nullopt;
  return *born + decision_->readiness.status_grace;
}

bool differs(const Seen& a, const Seen& b) {
  const decision::InventoryItem& x = a.item;
  const decision::InventoryItem& y = b.item;
  return x.api_version != y.api_version || x.uid != y.uid || x.digest != y.digest ||
         x.source != y.source || x.origin != y.origin || x.keep != y.keep ||
         x.deleting != y.deleting || a.observed.health != b.observed.health ||
         a.observed.readiness.state != b.observed.readiness.state ||
         a.observed.readiness.message != b.observed.readiness.message || a.digest != b.digest ||
         a.lost != b.lost || a.finalizers != b.finalizers || a.observed.status != b.observed.status;
}

bool is_judged(const Seen& seen) { return !seen.digest.empty() && seen.digest == seen.item.digest; }

bool is_newer(std::string_view version, std::string_view than) {
  if (!is_number(version) || !is_number(than)) return version != than;
  const std::string_view a = without_zeros(version);
  const std::string_view b = without_zeros(than);
  return a.size() != b.size() ? a.size() > b.size() : a > b;
}

}  // namespace flotilla::member
