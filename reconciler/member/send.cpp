#include "reconciler/member/applier.h"
#include "reconciler/member/patch.h"
#include "render/document/json.h"
#include "render/manifest/ownership.h"

#include <algorithm>

// Applies, and what others have to say about them.
namespace flotilla::member {
namespace {

constexpr int race_attempts = 4;
constexpr std::chrono::milliseconds race_pause{250};

// A 409 that names no field is a race (a quota, another writer) and passes.
bool is_race(const kube::ApiResult<kube::Applied>& answer) {
  return !answer && answer.error().status == 409 && opponents_of(answer.error()).empty();
}

// True if the label that says whose the object is stands in the way.
bool about_owner(const std::vector<Opponent>& opponents) {
  return std::ranges::any_of(opponents, [](const Opponent& opponent) {
    return opponent.path.find(manifest::part_of_label) != std::string::npos;
  });
}

}  // namespace

kube::Task<Applier::Sent> Applier::send(Delivery delivery, kube::Force force, Guard guard) {
  const manifest::Manifest& manifest = *delivery.manifest;
  const Standing& standing = delivery.claim.standing;
  Sent sent;
  std::string body;
  {
    // The tree is gone before the request is waited for.
    auto draft = make_draft(manifest, *order_.decision->interpreter, standing);
    if (!draft) {
      sent.verdict = draft.error();
      co_return sent;
    }
    sent.left = draft->left;
    // Where others were in the way, that we own a field says nothing about its value.
    if (!draft->changes && force == kube::Force::no && guard == Guard::none) {
      sent.unchanged = true;
      sent.answer->object = standing.live;
      co_return sent;
    }
    if (guard == Guard::as_seen)
      draft->tree["metadata"]["resourceVersion"] =
          get_string(standing.live, {"metadata", "resourceVersion"});
    body = canonical_json(draft->tree);
  }
  kube::ApplyOptions options;
  options.force = force;
  for (int attempt = 1;; ++attempt) {
    sent.answer = co_await client_.apply(delivery.resource, manifest.key.namespace_,
                                         manifest.key.name, body, options);
    // A guarded one is not to be repeated: its guard has fallen.
    const bool again = is_race(sent.answer) && guard == Guard::none && attempt < race_attempts;
    if (!again || must_stop()) co_return sent;
    co_await client_.loop().sleep(race_pause);
  }
}

// What kubectl applied becomes ours, so that what only it has set goes with our next apply. Gives
// the object as it stands then.
kube::Task<kube::ApiResult<Json::Value>> Applier::take_from_kubectl(Delivery delivery) {
  const manifest::Manifest& manifest = *delivery.manifest;
  Json::Value live = std::move(delivery.claim.standing.live);
  for (int attempt = 1;; ++attempt) {
    const Json::Value* metadata = find(live, "metadata");
    const Json::Value managers =
        metadata == nullptr ? Json::Value()
                            : manifest::taken_from_kubectl(*metadata, manifest.api_version);
    if (managers.isNull()) co_return live;
    GuardedPatch patch(live);
    patch.replace("/metadata/managedFields", managers);
    auto patched = co_await client_.json_patch(delivery.resource, manifest.key.namespace_,
                                               manifest.key.name, patch.text());
    const bool race = !patched && patched.error().status == 409;
    if (!race || attempt == race_attempts || must_stop()) co_return patched;
    auto seen = co_await client_.get(delivery.resource, manifest.key.namespace_, manifest.key.name);
    if (!seen) co_return seen;
    live = std::move(*seen);
  }
}

// Decides about an apply that others refused. A forced apply is bound to the very object that was
// looked at, on which no other applier has a claim: it cannot take one by accident.
kube::Task<Applier::Sent> Applier::contend(Delivery delivery, Sent refused) {
  const manifest::Manifest& manifest = *delivery.manifest;
  const bool overwrite = manifest.terms.takes_over;
  const std::vector<Opponent> opponents = opponents_of(refused.answer.error());
  const bool claimed = !overwrite && has_claims(opponents);
  if (claimed && !about_owner(opponents)) co_return refused;
  for (int attempt = 1;; ++attempt) {
    auto live = co_await client_.get(delivery.resource, manifest.key.namespace_, manifest.key.name);
    if (!live && kube::fault_of(live.error()) == kube::Fault::forbidden) {
      Sent unseen = co_await contend_unseen(std::move(delivery), std::move(refused));
      co_return unseen;
    }
    if (!live && kube::fault_of(live.error()) == kube::Fault::not_found) {
      delivery.claim.standing.live = Json::Value();
      Sent anew = co_await send(delivery, kube::Force::no, Guard::none);
      co_return anew;
    }
    if (live) {
      const std::string owner = label(*live, manifest::part_of_label);
      if (!owner.empty() && owner != id_) {
        refused.verdict = of_another(owner);
        co_return refused;
      }
      if (claimed) co_return refused;
      delivery.claim.standing.live = std::move(*live);
      live = co_await take_from_kubectl(delivery);
    }
    if (!live) {
      refused.answer = tl::unexpected<kube::ApiError>(live.error());
      co_return refused;
    }
    delivery.claim.standing.live = std::move(*live);
    delivery.claim.standing.whole = true;
    if (!overwrite && has_other_appliers(delivery.claim.standing.live)) {
      Sent probe = co_await send(delivery, kube::Force::no, Guard::as_seen);
      const bool settled = probe.answer || (!is_race(probe.answer) &&
                                            (opponents_of(probe.answer.error()).empty() ||
                                             has_claims(opponents_of(probe.answer.error()))));
      if (settled) co_return probe;
    }
    Sent sent = co_await send(delivery, kube::Force::yes, Guard::as_seen);
    if (!is_race(sent.answer) || attempt == race_attempts || must_stop()) co_return sent;
    co_await client_.loop().sleep(race_pause);
  }
}

// The same where we may not look: only Overwrite takes what is drift or a claim, and nothing takes
// an autoscaler's replicas.
kube::Task<Applier::Sent> Applier::contend_unseen(Delivery delivery, Sent refused) {
  const std::vector<Opponent> opponents = opponents_of(refused.answer.error());
  if (delivery.manifest->terms.takes_over && !has_scaled(opponents)) {
    Sent forced = co_await send(std::move(delivery), kube::Force::yes, Guard::none);
    co_return forced;
  }
  Error error;
  error.code = Code::conflict;
  error.message = conflict_text(opponents) +
                  "; the credential may not read the object, want get allowed to take over what is "
                  "no other applier's claim";
  refused.verdict = std::move(error);
  co_return refused;
}

// Undoes an apply to an object that turned out to be somebody else's: to apply nothing takes away
// exactly what only we have set. Bound to the object's uid, or it would make an empty one where
// the other has gone meanwhile.
kube::Task<> Applier::release(Delivery delivery, std::string uid) {
  const manifest::Manifest& manifest = *delivery.manifest;
  Json::Value nothing(Json::objectValue);
  nothing["apiVersion"] = manifest.api_version;
  nothing["kind"] = manifest.key.kind;
  nothing["metadata"]["name"] = manifest.key.name;
  nothing["metadata"]["uid"] = uid;
  if (!manifest.key.namespace_.empty()) nothing["metadata"]["namespace"] = manifest.key.namespace_;
  const std::string body = canonical_json(nothing);
  auto released =
      co_await client_.apply(delivery.resource, manifest.key.namespace_, manifest.key.name, body);
  if (!released && released.error().status != 409)
    report_.warnings.push_back(to_string(manifest.key) +
                               ": our marks could not be taken off again");
}

}  // namespace flotilla::member
