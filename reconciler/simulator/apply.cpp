#include "reconciler/simulator/apply.h"

#include "render/base/text.h"

#include <algorithm>
#include <tuple>

namespace flotilla::simulator {

bool Owner::is(const Owner& other) const {
  return manager == other.manager && operation == other.operation &&
         subresource == other.subresource && api_version == other.api_version;
}

Owners owners_of(const Json::Value& object) {
  Owners owners;
  const Json::Value* entries = find_path(object, {"metadata", "managedFields"});
  if (entries == nullptr || !entries->isArray()) return owners;
  for (const Json::Value& entry : *entries) {
    const Json::Value* fields = find(entry, "fieldsV1");
    owners.push_back({get_string(entry, "manager"), get_string(entry, "operation"),
                      get_string(entry, "apiVersion"), get_string(entry, "subresource"),
                      get_string(entry, "time"),
                      fields != nullptr ? from_fields_v1(*fields) : FieldSet{}});
  }
  return owners;
}

void set_owners(Json::Value& object, Owners owners) {
  std::erase_if(owners, [](const Owner& owner) { return owner.fields.empty(); });
  std::ranges::sort(owners, {}, [](const Owner& owner) {
    return std::tie(owner.operation, owner.time, owner.manager, owner.api_version,
                    owner.subresource);
  });
  Json::Value list(Json::arrayValue);
  for (const Owner& owner : owners) {
    Json::Value entry(Json::objectValue);
    entry["manager"] = owner.manager;
    entry["operation"] = owner.operation;
    entry["apiVersion"] = owner.api_version;
    entry["time"] = owner.time;
    entry["fieldsType"] = "FieldsV1";
    entry["fieldsV1"] = to_fields_v1(owner.fields);
    if (!owner.subresource.empty()) entry["subresource"] = owner.subresource;
    list.append(std::move(entry));
  }
  if (list.empty()) {
    object["metadata"].removeMember("managedFields");
  } else {
    object["metadata"]["managedFields"] = std::move(list);
  }
}

namespace {

// Fields that the server itself fills are nobody's.
FieldSet without_system_fields(FieldSet set) {
  set.member = false;
  set.children.erase("f:apiVersion");
  set.children.erase("f:kind");
  const auto metadata = set.children.find("f:metadata");
  if (metadata == set.children.end()) return set;
  metadata->second.member = false;
  for (const char* field :
       {"f:name", "f:namespace", "f:creationTimestamp", "f:selfLink", "f:uid", "f:generation",
        "f:managedFields", "f:resourceVersion", "f:deletionTimestamp",
        "f:deletionGracePeriodSeconds", "f:generateName"})
    metadata->second.children.erase(field);
  if (metadata->second.empty()) set.children.erase(metadata);
  return set;
}

std::string conflict_text(const Owner& owner) {
  std::string text = "conflict with \"" + owner.manager + "\"";
  if (!owner.subresource.empty()) text += " with subresource \"" + owner.subresource + "\"";
  if (owner.operation == "Update") text += " using " + owner.api_version;
  return text;
}

Refusal conflict_of(const std::vector<std::pair<Owner, FieldSet>>& conflicts) {
  std::vector<Cause> causes;
  std::string message;
  for (const auto& [owner, fields] : conflicts) {
    const std::vector<std::string> paths = paths_of(fields);
    for (const std::string& path : paths)
      causes.push_back({"FieldManagerConflict", conflict_text(owner), path});
    if (!message.empty()) message += "\n";
    std::string head = conflict_text(owner);
    if (paths.size() > 1 || conflicts.size() > 1) {
      head.replace(0, std::string("conflict").size(), "conflicts");
      message += head + ":\n- " + join(paths, "\n- ");
    } else {
      message += head + ": " + paths.front();
    }
  }
  return apply_conflict(causes, "Apply failed with " + std::to_string(causes.size()) + " conflict" +
                                    (causes.size() == 1 ? "" : "s") + ": " + message);
}

Owner* entry_of(Owners& owners, const Owner& who) {
  const auto found =
      std::ranges::find_if(owners, [&](const Owner& owner) { return owner.is(who); });
  return found == owners.end() ? nullptr : &*found;
}

// What `who` applied before, no longer states, and nobody else owns (nor anything below it).
FieldSet to_prune(const FieldSet& before, const FieldSet& now, const Owners& owners,
                  const Owner& who) {
  FieldSet others = now;
  for (const Owner& owner : owners)
    if (!owner.is(who)) others = unite(std::move(others), owner.fields);
  struct Walk {
    static FieldSet rest(const FieldSet& mine, const FieldSet& kept) {
      FieldSet set{mine.member && !kept.member && kept.empty(), {}};
      for (const auto& [element, child] : mine.children) {
        const auto other = kept.children.find(element);
        FieldSet left = other == kept.children.end() ? child : rest(child, other->second);
        if (!left.empty()) set.children.emplace(element, std::move(left));
      }
      return set;
    }
  };
  return Walk::rest(before, others);
}

}  // namespace

Outcome<Applied> apply_config(const Json::Value& live, const Json::Value& config,
                              const Schema& schema, Owner who, Force force) {
  Owners owners = owners_of(live);
  Json::Value before = live;
  if (before.isMember("metadata")) before["metadata"].removeMember("managedFields");
  Json::Value after = merge_typed(before, config, schema);
  who.fields = without_system_fields(fields_of(config, schema));

  Owner* mine = entry_of(owners, who);
  if (mine != nullptr)
    remove_fields(after, to_prune(mine->fields, who.fields, owners, who), schema);

  const Difference diff = difference(before, after, schema);
  const FieldSet written = unite(diff.added, diff.changed);
  std::vector<std::pair<Owner, FieldSet>> conflicts;
  for (Owner& owner : owners) {
    if (owner.is(who)) continue;
    FieldSet taken = intersect(owner.fields, written);
    if (!taken.empty()) conflicts.emplace_back(owner, std::move(taken));
  }
  if (!conflicts.empty() && force == Force::no) return refuse(conflict_of(conflicts));

  for (Owner& owner : owners) {
    if (owner.is(who)) continue;
    for (const auto& [other, fields] : conflicts)
      if (owner.is(other)) owner.fields = subtract(owner.fields, fields);
    owner.fields = subtract(owner.fields, diff.removed);
  }
  if (mine == nullptr) {
    owners.push_back(std::move(who));
  } else if (!(mine->fields == who.fields)) {
    *mine = std::move(who);
  }
  return Applied{std::move(after), std::move(owners)};
}

Owners owners_after_update(Owners owners, const Json::Value& before, const Json::Value& after,
                           const Schema& schema, Owner who) {
  Json::Value old = before;
  Json::Value now = after;
  for (Json::Value* object : {&old, &now})
    if (object->isMember("metadata")) (*object)["metadata"].removeMember("managedFields");
  const Difference diff = difference(old, now, schema);
  const FieldSet written = without_system_fields(unite(diff.added, diff.changed));
  const FieldSet touched = unite(written, diff.removed);
  if (touched.empty()) return owners;

  for (Owner& owner : owners)
    if (!owner.is(who)) owner.fields = subtract(owner.fields, touched);
  if (Owner* mine = entry_of(owners, who)) {
    FieldSet fields = subtract(unite(mine->fields, written), diff.removed);
    if (!(fields == mine->fields)) mine->time = who.time;
    mine->fields = std::move(fields);
  } else if (!written.empty()) {
    who.fields = written;
    owners.push_back(std::move(who));
  }
  return owners;
}

}  // namespace flotilla::simulator
