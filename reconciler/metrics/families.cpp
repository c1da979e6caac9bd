#include "reconciler/metrics/families.h"

#include "reconciler/metrics/metrics.h"

#include <prometheus/text_serializer.h>

#include <algorithm>

namespace flotilla::metrics {
namespace {

bool before(const prometheus::ClientMetric& a, const prometheus::ClientMetric& b) {
  return a.label < b.label;
}

}  // namespace

prometheus::Registry& registry() {
  static auto& instance = *new prometheus::Registry(prometheus::Registry::InsertBehavior::Throw);
  return instance;
}

prometheus::Family<prometheus::Counter>& counters(const std::string& name,
                                                  const std::string& help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry());
}

prometheus::Family<prometheus::Gauge>& gauges(const std::string& name, const std::string& help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry());
}

prometheus::Family<prometheus::Histogram>& histograms(const std::string& name,
                                                      const std::string& help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry());
}

const prometheus::Histogram::BucketBoundaries& durations() {
  static const prometheus::Histogram::BucketBoundaries bounds = {
      0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300};
  return bounds;
}

void Info::set(const std::string& value) {
  if (gauge_ != nullptr && value == value_) return;
  if (gauge_ != nullptr) family_.Remove(gauge_);
  gauge_ = nullptr;
  value_ = value;
  if (value.empty()) return;
  gauge_ = &family_.Add({{label_, value}});
  gauge_->Set(1);
}

std::string text() {
  look_at_process();
  std::vector<prometheus::MetricFamily> families = registry().Collect();
  std::erase_if(families, [](const auto& family) { return family.metric.empty(); });
  std::sort(families.begin(), families.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  for (prometheus::MetricFamily& family : families)
    std::sort(family.metric.begin(), family.metric.end(), before);
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace flotilla::metrics
