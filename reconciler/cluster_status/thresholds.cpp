#include "reconciler/cluster_status/thresholds.h"

namespace flotilla::cluster_status {

void Thresholds::was_ready(const Condition& published) {
  if (!published_) published_ = published;
}

const Condition& Thresholds::observe(const Condition& observed, Time now) {
  if (!published_) {
    observed_ = observed.status;
    since_ = now;
    return published_.emplace(observed);
  }
  if (observed_ != observed.status) {
    observed_ = observed.status;
    since_ = now;
  }
  const auto limit = observed.is_true() ? limits_.success : limits_.failure;
  const bool turns = observed.is_true() != published_->is_true();
  if (!turns || now >= since_ + limit) published_ = observed;
  return *published_;
}

std::optional<Condition> unknown_if_silent(const Silence& silence, Time now) {
  if (silence.last) {
    if (now < *silence.last + silence.grace) return std::nullopt;
    return Condition{"Ready", "Unknown", "ClusterStatusUnknown",
                     "Cluster status controller stopped posting cluster status."};
  }
  if (now < silence.watched_since + silence.grace + silence.grace / 2) return std::nullopt;
  return Condition{"Ready", "Unknown", "ClusterStatusNeverUpdated",
                   "Cluster status controller never posted cluster status."};
}

}  // namespace flotilla::cluster_status
