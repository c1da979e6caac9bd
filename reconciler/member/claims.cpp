#include "reconciler/member/applier.h"
#include "render/manifest/ownership.h"

#include <algorithm>

// On what terms the object that a manifest names may be applied.
namespace flotilla::member {
namespace {

template <class Matches>
bool any_manager(const Json::Value& live, Matches matches) {
  const Json::Value* managers = find_path(live, {"metadata", "managedFields"});
  if (managers == nullptr || !managers->isArray()) return false;
  return std::any_of(managers->begin(), managers->end(), [&](const Json::Value& entry) {
    return get_string(entry, "manager") != manifest::field_manager &&
           get_string(entry, "subresource").empty() && matches(entry);
  });
}

// True for what we let go, if nobody has claimed it since.
bool is_nobodys_since(const Json::Value& live) {
  const std::string keeper = label(live, manifest::managed_by_label);
  return (keeper.empty() || keeper == "flotilla") && !has_other_appliers(live) &&
         any_manager(live, [](const Json::Value& entry) {
           return get_string(entry, "manager") == manifest::released_manager;
         });
}

}  // namespace

Error not_ours() {
  return {Code::conflict,
          "it exists on the cluster and is not ours, want conflictResolution: Overwrite to adopt "
          "it"};
}

Error of_another(const std::string& owner) {
  return {Code::conflict, "it belongs to another owner (applyset " + owner + ")"};
}

bool has_other_managers(const Json::Value& live) {
  return any_manager(live, [](const Json::Value&) { return true; });
}

bool has_other_appliers(const Json::Value& live) {
  return any_manager(live, [](const Json::Value& entry) {
    return get_string(entry, "operation") == "Apply" &&
           !manifest::is_kubectl(get_string(entry, "manager"));
  });
}

// By what is known of it.
Result<Applier::Claim> Applier::claim(const manifest::Manifest& manifest) const {
  Claim claim;
  claim.standing.origin = "created";
  if (const auto known = inventory_.find(manifest.key); known != inventory_.end()) {
    if (known->second.deleting)
      return fail(Code::unavailable, "the object of this name is still being deleted");
    if (known->second.origin == "adopted") claim.standing.origin = "adopted";
    return claim;
  }
  if (const auto failed = unknown_.find(manifest.key); failed != unknown_.end())
    return fail(failed->second);
  if (const auto there = existing_.find(manifest.key); there != existing_.end())
    return claim_on(manifest, there->second);
  claim.is_new = true;
  claim.expects_nothing = !unseen_.contains(manifest.key);
  return claim;
}

// By the metadata of what stands there and is not in the inventory.
Result<Applier::Claim> Applier::claim_on(const manifest::Manifest& manifest,
                                         const Json::Value& live) const {
  const std::string owner = label(live, manifest::part_of_label);
  if (!owner.empty() && owner != id_) return fail(of_another(owner));
  if (find_path(live, {"metadata", "deletionTimestamp"}) != nullptr)
    return fail(Code::unavailable, "the object of this name is still being deleted");
  Claim claim;
  claim.is_new = true;
  claim.standing.origin = "created";
  claim.standing.live = live;
  if (is_ours(live, id_)) {
    if (annotation(live, manifest::origin_annotation) == "adopted")
      claim.standing.origin = "adopted";
    return claim;
  }
  claim.returns = is_nobodys_since(live);
  if (!claim.returns && !manifest.terms.takes_over) return fail(not_ours());
  claim.adopts = manifest.terms.takes_over;
  claim.standing.origin = "adopted";
  return claim;
}

Result<Applier::Prospect> Applier::prospect(const manifest::Manifest& manifest) const {
  TRY_ASSIGN(const Claim claimed, claim(manifest));
  if (!claimed.is_new) return Prospect::configures;
  if (claimed.standing.live.isNull()) return Prospect::creates;
  return claimed.adopts || claimed.returns ? Prospect::adopts : Prospect::configures;
}

}  // namespace flotilla::member
