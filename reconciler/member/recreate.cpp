#include "reconciler/member/applier.h"
#include "render/base/text.h"
#include "render/document/json.h"

#include <algorithm>
#include <array>

// Deleting and making anew, where only an immutable field stands in the way and the object allows
// it.
namespace flotilla::member {
namespace {

using namespace std::chrono_literals;

constexpr int race_attempts = 4;
constexpr auto gone_poll = 250ms;

// Nobody can allow it for these: what hangs on them would go with them.
bool is_precious(const GroupKind& kind) {
  static const std::array<GroupKind, 4> kinds{
      {{"", "Namespace"},
       {"", "PersistentVolume"},
       {"", "PersistentVolumeClaim"},
       {"apiextensions.k8s.io", "CustomResourceDefinition"}}};
  return std::ranges::find(kinds, kind) != kinds.end();
}

// A second one beside the object proves nothing: a Service's addresses and ports are taken by the
// one that stands, and an APIService is named after what it serves.
bool is_unique(const GroupKind& kind) {
  return kind == GroupKind{"", "Service"} ||
         kind == GroupKind{"apiregistration.k8s.io", "APIService"};
}

// Short enough for every kind: names that end up in labels have 63 characters.
std::string check_name(const std::string& name) {
  static constexpr std::string_view suffix = "-flotilla-check";
  std::string stem = name.substr(0, 63 - suffix.size());
  while (!stem.empty() && (stem.back() == '.' || stem.back() == '-')) stem.pop_back();
  return stem + std::string(suffix);
}

}  // namespace

void Applier::note_immutable(const manifest::Manifest& manifest, const kube::ApiError& error,
                             const std::string& way_out) {
  Error told = error.error;
  told.message = immutable_text(error) + "; " + way_out;
  note(manifest, State::refused, told);
}

kube::Task<> Applier::recreate(Delivery delivery, kube::ApiError refused) {
  const manifest::Manifest& manifest = *delivery.manifest;
  if (is_precious(manifest.key.group_kind())) {
    note_immutable(manifest, refused, "a " + manifest.key.kind + " is never deleted to mend that");
    co_return;
  }
  if (!manifest.terms.recreate) {
    note_immutable(manifest, refused,
                   "want flotilla.dev/recreate: \"true\" to delete and make it anew");
    co_return;
  }
  // To take an object over is no leave to delete it.
  if (delivery.claim.is_new) {
    note_immutable(manifest, refused, "it is not ours yet, so it is not deleted to make it anew");
    co_return;
  }
  auto accepted = co_await would_be_taken(delivery);
  if (!accepted) {
    kube::ApiError error = accepted.error();
    error.error.message =
        "it would have to be deleted and made anew, and a new one would not be "
        "accepted: " +
        error.error.message;
    note_failure(manifest, error);
    co_return;
  }
  const bool deleted = co_await delete_for_good(delivery);
  if (!deleted) co_return;
  const bool gone = co_await await_absence(delivery);
  if (!gone) co_return;
  inventory_.erase(manifest.key);
  Claim anew;
  anew.is_new = true;
  anew.standing.origin = "created";
  delivery.claim = std::move(anew);
  Sent sent = co_await send(std::move(delivery), kube::Force::no, Guard::none);
  note_sent(manifest, sent);
}

// Asks whether the server, with all that it asks in turn, would accept such an object if it were
// new.
kube::Task<kube::ApiResult<bool>> Applier::would_be_taken(Delivery delivery) {
  const manifest::Manifest& manifest = *delivery.manifest;
  if (is_unique(manifest.key.group_kind())) co_return true;
  const std::string name = check_name(manifest.key.name);
  std::string body;
  {
    Standing nothing;
    nothing.origin = "created";
    auto draft = make_draft(manifest, *order_.decision->interpreter, nothing);
    if (!draft) {
      kube::ApiError error;
      error.status = 422;
      error.error = draft.error();
      co_return tl::unexpected<kube::ApiError>(error);
    }
    draft->tree["metadata"]["name"] = name;
    body = canonical_json(draft->tree);
  }
  kube::ApplyOptions options;
  options.dry_run = kube::DryRun::yes;
  auto tried =
      co_await client_.apply(delivery.resource, manifest.key.namespace_, name, body, options);
  if (!tried) co_return tl::unexpected<kube::ApiError>(tried.error());
  co_return true;
}

// Deletes the very object that was looked at. What it owns goes in the background, so that the name
// is free at once. False: it stays, and why is noted.
kube::Task<bool> Applier::delete_for_good(Delivery delivery) {
  const manifest::Manifest& manifest = *delivery.manifest;
  for (int attempt = 1;; ++attempt) {
    auto live = co_await client_.get(delivery.resource, manifest.key.namespace_, manifest.key.name);
    if (!live && kube::fault_of(live.error()) == kube::Fault::not_found) co_return true;
    if (!live) {
      note_failure(manifest, live.error());
      co_return false;
    }
    if (find_path(*live, {"metadata", "deletionTimestamp"}) != nullptr) co_return true;
    if (!is_ours(*live, id_) || item_of(*live).keep) {
      Error error{Code::conflict,
                  "it would have to be deleted and made anew, and it is marked to be kept"};
      if (!is_ours(*live, id_)) error = not_ours();
      note_verdict(manifest, error);
      co_return false;
    }
    kube::RemoveOptions options;
    options.uid = get_string(*live, {"metadata", "uid"});
    options.resource_version = get_string(*live, {"metadata", "resourceVersion"});
    auto removed = co_await client_.remove(delivery.resource, manifest.key.namespace_,
                                           manifest.key.name, options);
    if (removed || kube::fault_of(removed.error()) == kube::Fault::not_found) co_return true;
    // Its status was written meanwhile, or it is another one: looked at again.
    const bool race = kube::fault_of(removed.error()) == kube::Fault::conflict;
    if (race && attempt < race_attempts && !must_stop()) continue;
    kube::ApiError error = removed.error();
    error.error.message = "it could not be deleted to make it anew: " + error.error.message;
    note_failure(manifest, error);
    co_return false;
  }
}

// Others take their turn while it waits. False: it is still there, which is noted; a later pass
// goes on.
kube::Task<bool> Applier::await_absence(Delivery delivery) {
  const manifest::Manifest& manifest = *delivery.manifest;
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::seconds(order_.decision->readiness_timeout);
  while (true) {
    auto live = co_await client_.get(delivery.resource, manifest.key.namespace_, manifest.key.name);
    if (!live && kube::fault_of(live.error()) == kube::Fault::not_found) co_return true;
    if (!live) {
      note_failure(manifest, live.error());
      co_return false;
    }
    const bool late = std::chrono::steady_clock::now() >= deadline;
    if (late || must_stop()) {
      inventory_[manifest.key].deleting = true;
      Error error{Code::unavailable, "it is deleted to be made anew"};
      const std::string finalizers = finalizers_text(*live);
      if (!finalizers.empty()) error.message += ", " + finalizers;
      note(manifest, State::waiting, error);
      co_return false;
    }
    turns_.release();
    co_await client_.loop().sleep(gone_poll);
    co_await turns_.acquire();
  }
}

}  // namespace flotilla::member
