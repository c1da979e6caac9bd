#include "reconciler/member/applier.h"

namespace flotilla::member {

void Applier::use(kube::Discovery discovery) {
  discovery_ = std::move(discovery);
  stale_discovery_ = false;
}

Result<kube::Resource> Applier::resource_of(const manifest::Manifest& manifest) const {
  const GroupKind kind = manifest.key.group_kind();
  const kube::Resource* resource = discovery_.find(kind, version_of(manifest.api_version));
  if (resource == nullptr && !discovery_.faults.empty())
    return fail(Code::unavailable,
                "a part of the cluster's API is down: " + discovery_.faults.front().message);
  if (resource == nullptr) {
    const kube::Resource* other = discovery_.find(kind);
    if (other == nullptr)
      return fail(Code::invalid, "the cluster does not serve " + manifest.api_version + " " +
                                     kind.kind + ", want its CustomResourceDefinition there");
    return fail(Code::invalid, "the cluster serves " + to_string(kind) + " as " + other->version +
                                   ", not as " + version_of(manifest.api_version));
  }
  if (resource->namespaced && manifest.key.namespace_.empty())
    return fail(Code::invalid, to_string(kind) + " is namespaced, want metadata.namespace");
  if (!resource->namespaced && !manifest.key.namespace_.empty())
    return fail(Code::invalid, to_string(kind) +
                                   " is cluster-scoped, want no metadata.namespace (found \"" +
                                   manifest.key.namespace_ + "\")");
  return *resource;
}

kube::Task<> Applier::apply(const manifest::Manifest* manifest) {
  co_await turns_.acquire();
  if (!must_stop()) co_await apply_now(manifest);
  turns_.release();
}

kube::Task<> Applier::apply_now(const manifest::Manifest* manifest) {
  const auto resource = resource_of(*manifest);
  if (!resource) {
    note(*manifest, State::refused, resource.error());
    co_return;
  }
  auto claimed = claim(*manifest);
  if (!claimed) {
    note_verdict(*manifest, claimed.error());
    co_return;
  }
  Delivery delivery;
  delivery.manifest = manifest;
  delivery.resource = *resource;
  delivery.claim = std::move(*claimed);
  const bool may_go_on = co_await see_live(&delivery);
  if (!may_go_on) co_return;
  Sent sent = co_await deliver(delivery);
  if (!sent.answer && is_immutable(sent.answer.error())) {
    co_await recreate(std::move(delivery), sent.answer.error());
    co_return;
  }
  const bool raced = sent.answer && !sent.verdict && delivery.claim.expects_nothing &&
                     !sent.answer->created && has_other_managers(sent.answer->object);
  if (raced) {
    co_await settle_race(std::move(delivery), std::move(*sent.answer));
    co_return;
  }
  note_sent(*manifest, sent);
}

// Where what is sent depends on what stands there, that is looked at. False: it could not be, and
// that is noted.
kube::Task<bool> Applier::see_live(Delivery* delivery) {
  const manifest::Manifest& manifest = *delivery->manifest;
  if (delivery->claim.expects_nothing || !needs_live(manifest, *order_.decision->interpreter))
    co_return true;
  auto live = co_await client_.get(delivery->resource, manifest.key.namespace_, manifest.key.name);
  if (live) {
    delivery->claim.standing.live = std::move(*live);
    delivery->claim.standing.whole = true;
    co_return true;
  }
  if (kube::fault_of(live.error()) == kube::Fault::not_found) {
    delivery->claim.standing.live = Json::Value();
    co_return true;
  }
  note_failure(manifest, live.error());
  co_return false;
}

// What is adopted is taken whole. Everything else is first sent without force, so that the server
// says who else has a claim.
kube::Task<Applier::Sent> Applier::deliver(Delivery delivery) {
  if (delivery.claim.adopts || delivery.claim.returns) {
    auto taken = co_await take_from_kubectl(delivery);
    if (!taken) {
      Sent failed;
      failed.answer = tl::unexpected<kube::ApiError>(taken.error());
      co_return failed;
    }
    delivery.claim.standing.live = std::move(*taken);
  }
  if (delivery.claim.adopts) {
    Sent adopted = co_await send(delivery, kube::Force::yes, Guard::none);
    co_return adopted;
  }
  Sent sent = co_await send(delivery, kube::Force::no, Guard::none);
  if (sent.answer || opponents_of(sent.answer.error()).empty()) co_return sent;
  Sent settled = co_await contend(std::move(delivery), std::move(sent));
  co_return settled;
}

// Somebody made the object between our look and our write.
kube::Task<> Applier::settle_race(Delivery delivery, kube::Applied applied) {
  const manifest::Manifest& manifest = *delivery.manifest;
  if (!manifest.terms.takes_over) {
    const std::string uid = get_string(applied.object, {"metadata", "uid"});
    co_await release(std::move(delivery), uid);
    note(manifest, State::conflict, not_ours());
    co_return;
  }
  delivery.claim.adopts = true;
  delivery.claim.standing.origin = "adopted";
  delivery.claim.standing.live = std::move(applied.object);
  delivery.claim.standing.whole = true;
  Sent sent = co_await deliver(std::move(delivery));
  note_sent(manifest, sent);
}

}  // namespace flotilla::member
