#include "reconciler/decision/dependencies.h"

#include "overrides/selector.h"

#include <algorithm>
#include <tuple>

namespace flotilla::decision {

namespace {

void select(const interpreter::Reference& reference, const catalog::Catalog& catalog,
            std::set<ObjectKey>& keys) {
  Problems ignored;  // the interpreter has validated it
  const auto selector = overrides::read_label_selector(reference.label_selector, {"", "", ignored});
  if (!selector) return;
  const ObjectKey first{group_of(reference.api_version), reference.kind, reference.namespace_, ""};
  for (auto it = catalog.templates.lower_bound(first, catalog::stands_before);
       it != catalog.templates.end(); ++it) {
    const Object& object = **it;
    if (object.key.group != first.group || object.key.kind != first.kind ||
        object.key.namespace_ != first.namespace_)
      return;
    if (overrides::matches(*selector, overrides::label_map(labels_of(object.tree))))
      keys.insert(object.key);
  }
}

const Binding* binding_of(const ObjectKey& key, const Entries& entries) {
  const auto found = entries.find(key);
  return found == entries.end() ? nullptr : found->second.binding.get();
}

}  // namespace

std::vector<ObjectKey> resolve(const std::vector<interpreter::Reference>& references,
                               const catalog::Catalog& catalog) {
  std::set<ObjectKey> keys;
  for (const interpreter::Reference& reference : references) {
    if (reference.name.empty()) {
      select(reference, catalog, keys);
    } else {
      keys.insert(
          {group_of(reference.api_version), reference.kind, reference.namespace_, reference.name});
    }
  }
  return {keys.begin(), keys.end()};
}

std::vector<RequiredBy> required_by(const std::set<ObjectKey>& requirers, const Entries& entries) {
  std::vector<RequiredBy> list;
  for (const ObjectKey& key : requirers)
    if (const Binding* binding = binding_of(key, entries);
        binding != nullptr && !binding->schedule.clusters.empty())
      list.push_back({key.namespace_, binding->name, binding->schedule.clusters});
  std::sort(list.begin(), list.end(), [](const RequiredBy& a, const RequiredBy& b) {
    return std::tie(a.namespace_, a.name) < std::tie(b.namespace_, b.name);
  });
  return list;
}

void take_from_requirers(Binding& binding, const std::set<ObjectKey>& requirers,
                         const Entries& entries) {
  binding.conflict_resolution = placement::ConflictResolution::abort;
  binding.preserve_on_deletion = false;
  for (const ObjectKey& key : requirers) {
    const Binding* requirer = binding_of(key, entries);
    if (requirer == nullptr) continue;
    if (requirer->conflict_resolution == placement::ConflictResolution::overwrite)
      binding.conflict_resolution = placement::ConflictResolution::overwrite;
    if (requirer->preserve_on_deletion) binding.preserve_on_deletion = true;
  }
}

}  // namespace flotilla::decision
