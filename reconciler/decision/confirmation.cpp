#include "reconciler/decision/confirmation.h"

#include "reconciler/decision/revision.h"
#include "reconciler/decision/settings.h"
#include "reconciler/decision/settings_digest.h"

#include <algorithm>

namespace flotilla::decision {

namespace {

catalog::ObjectPtr find_in(const Chunked<catalog::ObjectPtr>& objects, const ObjectKey& key) {
  const auto found = objects.lower_bound(key, catalog::stands_before);
  return found != objects.end() && (*found)->key == key ? *found : nullptr;
}

bool is_policy(const ObjectKey& key) {
  return key.group == "policy.karmada.io" &&
         (key.kind == "PropagationPolicy" || key.kind == "ClusterPropagationPolicy");
}

// True if the policy may have sent the object somewhere, by itself or because something else needs
// it.
bool concerns(const Object& policy, const Object& object) {
  if (might_select(policy, object)) return true;
  const Json::Value* spec = find(policy.tree, "spec");
  if (spec == nullptr || !get_bool(*spec, "propagateDeps", false)) return false;
  return policy.key.namespace_.empty() || policy.key.namespace_ == object.key.namespace_;
}

bool needs(const Object& object, const ObjectKey& other, const Decision& decision) {
  if (object.key.namespace_ != other.namespace_ || !decision.interpreter) return false;
  const auto references = decision.interpreter->dependencies(object.tree);
  if (!references) return false;
  return std::any_of(
      references->begin(), references->end(), [&](const interpreter::Reference& reference) {
        return reference.kind == other.kind && reference.namespace_ == other.namespace_ &&
               (reference.name.empty() || reference.name == other.name);
      });
}

void note_changes_in(Confirmation& confirmation, const Chunked<catalog::ObjectPtr>& before,
                     const catalog::Catalog& after) {
  for (const catalog::ObjectPtr& object : before) {
    const auto is_in = [&](const Chunked<catalog::ObjectPtr>& list) {
      return find_in(list, object->key);
    };
    catalog::ObjectPtr now = is_in(after.templates);
    if (now == nullptr) now = is_in(after.settings);
    if (now != nullptr && same(now->tree, object->tree)) continue;
    confirmation.touched.push_back(object);
    if (now != nullptr) {
      confirmation.touched.push_back(now);
    } else if (!after.faulty_objects.contains(object->key) &&
               !after.faulty_files.contains(object->source.file)) {
      confirmation.removed.insert(object->key);
    }
  }
}

}  // namespace

void note_changes(Confirmation& confirmation, const catalog::Catalog& before,
                  const catalog::Catalog& after) {
  for (const auto* list : {&before.templates, &before.settings})
    note_changes_in(confirmation, *list, after);
  for (const catalog::ObjectPtr& object : after.settings)
    if (find_in(before.settings, object->key) == nullptr) confirmation.touched.push_back(object);
}

void say_what_confirms_nothing(const FleetSettings& fleet,
                               const std::vector<Confirmation>& confirmations, Problems& problems) {
  for (const FleetSettings::Asked& asked : fleet.confirmations) {
    const auto known =
        std::find_if(confirmations.begin(), confirmations.end(),
                     [&](const Confirmation& one) { return one.text == asked.text; });
    if (known != confirmations.end() && known->is_commit()) continue;
    if (may_be_digest(asked.text)) continue;
    // Whoever has no history at hand cannot tell of a commit.
    if (known == confirmations.end() && may_be_commit(asked.text)) continue;
    problems.push_back(warning_at(
        "confirms-nothing", asked.where,
        "spec.confirmDeletions has \"" + asked.text +
            "\", which is no commit of this history, want the id of one (7 digits or more) or a "
            "digest as it is shown with held deletions"));
  }
}

std::string digest_of_cluster(const std::string& cluster, const std::string& since) {
  return short_digest("cluster\n" + cluster + "\n" + since);
}

bool confirms_cluster(const Confirmation& confirmation, const LeavingCluster& cluster) {
  if (names_digest(confirmation.text, cluster.digest)) return true;
  return confirmation.is_commit() &&
         confirmation.removed.contains({"cluster.karmada.io", "Cluster", "", cluster.cluster.name});
}

bool is_older_than(const Confirmation& confirmation, const InventoryItem& item) {
  return !confirmation.commits.contains(commit_of(item.revision));
}

// An object whose file stands goes because of a policy, of the cluster, or of what needed it.
bool Confirmed::took_its_place(const Confirmation& confirmation, const ObjectKey& key) const {
  const catalog::ObjectPtr object = find_in(decision_.templates, key);
  if (object == nullptr) return false;
  return std::any_of(confirmation.touched.begin(), confirmation.touched.end(),
                     [&](const catalog::ObjectPtr& touched) {
                       if (is_policy(touched->key)) return concerns(*touched, *object);
                       if (touched->key.group == "cluster.karmada.io")
                         return touched->key.name == cluster_;
                       return needs(*touched, key, decision_);
                     });
}

bool Confirmed::by_commit(const InventoryItem& item) const {
  return std::any_of(decision_.confirmations.begin(), decision_.confirmations.end(),
                     [&](const Confirmation& one) {
                       return one.is_commit() && is_older_than(one, item) &&
                              (one.removed.contains(item.key) || took_its_place(one, item.key));
                     });
}

bool Confirmed::by_digest(const std::string& digest) const {
  return !digest.empty() &&
         std::any_of(decision_.confirmations.begin(), decision_.confirmations.end(),
                     [&](const Confirmation& one) { return names_digest(one.text, digest); });
}

}  // namespace flotilla::decision
