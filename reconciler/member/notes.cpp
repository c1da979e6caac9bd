#include "reconciler/member/applier.h"

// What becomes of an object in the report.
namespace flotilla::member {

// The words of a refusal without a request change with every pass; what came before stays.
Error Applier::lasting(const kube::ApiError& error) const {
  const bool without_request = error.status == 0 && is_transient(error.error.code);
  const auto outage = without_request ? client_.outage() : std::nullopt;
  return outage ? outage->error : error.error;
}

void Applier::lose_cluster(const kube::ApiError& error) {
  if (!report_.error) report_.error = lasting(error);
}

void Applier::note_loss(const kube::ApiError& error) {
  const kube::Fault fault = kube::fault_of(error);
  if (fault == kube::Fault::unreachable || fault == kube::Fault::unauthorized) lose_cluster(error);
}

void Applier::note(const manifest::Manifest& manifest, State state, const Error& error) {
  ObjectReport& object = report_.objects[manifest.key];
  object.item.key = manifest.key;
  if (object.item.api_version.empty()) object.item.api_version = manifest.api_version;
  if (object.item.source.empty()) object.item.source = manifest.source;
  object.state = state;
  object.message = error.message;
  object.code = error.code;
}

void Applier::note_failure(const manifest::Manifest& manifest, const kube::ApiError& error) {
  note_loss(error);
  switch (kube::fault_of(error)) {
    case kube::Fault::cancelled:     // the pass was stopped: nothing is known
    case kube::Fault::unauthorized:  // nor here
      return;
    case kube::Fault::user:
    case kube::Fault::forbidden:
      note(manifest, State::refused, error.error);
      return;
    case kube::Fault::not_found:
      note_not_found(manifest, error);
      return;
    case kube::Fault::conflict: {
      const std::vector<Opponent> opponents = opponents_of(error);
      Error told = error.error;
      if (!opponents.empty())
        told.message =
            conflict_text(opponents) + "; want conflictResolution: Overwrite to take them over";
      note(manifest, opponents.empty() ? State::waiting : State::conflict, told);
      return;
    }
    case kube::Fault::expired:
    case kube::Fault::transient:
    case kube::Fault::unreachable:
      note(manifest, State::waiting, lasting(error));
      return;
  }
}

// An apply makes what is missing, so it is the namespace or the kind that is not there.
void Applier::note_not_found(const manifest::Manifest& manifest, const kube::ApiError& error) {
  Error told = error.error;
  const std::string& space = manifest.key.namespace_;
  if (error.details_kind != "namespaces") {
    stale_discovery_ = true;
    told.message = "the cluster does not serve " + manifest.api_version + " " + manifest.key.kind +
                   " any more, want its CustomResourceDefinition there";
    note(manifest, State::waiting, told);
    return;
  }
  if (coming_namespaces_.contains(space)) {
    told.message = "waits for Namespace/" + space;
    note(manifest, State::waiting, told);
    return;
  }
  if (const auto fault = namespace_faults_.find(space); fault != namespace_faults_.end()) {
    told = fault->second;
    told.message = "namespace " + space + " is missing and could not be made: " + told.message;
  }
  note(manifest, State::refused, told);
}

// A reason of our own not to apply.
void Applier::note_verdict(const manifest::Manifest& manifest, const Error& error) {
  if (error.code == Code::cancelled) return;
  State state = State::refused;
  if (error.code == Code::conflict) state = State::conflict;
  if (is_transient(error.code)) state = State::waiting;
  note(manifest, state, error);
}

void Applier::note_sent(const manifest::Manifest& manifest, const Sent& sent) {
  if (sent.verdict) {
    note_verdict(manifest, *sent.verdict);
    return;
  }
  if (!sent.answer) {
    note_failure(manifest, sent.answer.error());
    return;
  }
  const kube::Applied& applied = *sent.answer;
  for (const std::string& warning : applied.warnings)
    report_.warnings.push_back(to_string(manifest.key) + ": " + warning);
  ObjectReport& object = report_.objects[manifest.key];  // what is known of its drift stays
  object.item = item_of(applied.object);
  object.item.key = manifest.key;
  object.item.api_version = manifest.api_version;
  object.item.revision = order_.revision;
  object.on_cluster = true;
  object.state = State::applied;
  object.message = sent.left;
  on_live(applied.object);
  inventory_[manifest.key] = object.item;
  if (sent.unchanged) return;
  (applied.created ? report_.created : report_.configured).push_back(manifest.key);
}

}  // namespace flotilla::member
