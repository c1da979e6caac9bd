#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <cstddef>
#include <string>

// How the catalogue is laid onto prometheus-cpp.
namespace flotilla::metrics {

// Never destroyed: threads may count until the process has ended.
prometheus::Registry& registry();

prometheus::Family<prometheus::Counter>& counters(const std::string& name, const std::string& help);
prometheus::Family<prometheus::Gauge>& gauges(const std::string& name, const std::string& help);
prometheus::Family<prometheus::Histogram>& histograms(const std::string& name,
                                                      const std::string& help);

// Upper bounds in seconds, from a request in a data centre to a pass over a slow cluster.
const prometheus::Histogram::BucketBoundaries& durations();

// One counter for each value of an enum, there from the start so that the first one is an increase.
template <std::size_t N>
class CounterByLabel {
 public:
  CounterByLabel(const std::string& name, const std::string& help, const std::string& label,
                 const std::array<const char*, N>& values, const prometheus::Labels& others = {})
      : CounterByLabel(counters(name, help), label, values, others) {}
  CounterByLabel(prometheus::Family<prometheus::Counter>& family, const std::string& label,
                 const std::array<const char*, N>& values, const prometheus::Labels& others = {}) {
    for (std::size_t i = 0; i < N; ++i) {
      prometheus::Labels labels = others;
      labels[label] = values[i];
      counters_[i] = &family.Add(labels);
    }
  }

  template <class Enum>
  void add(Enum value, double by = 1) {
    counters_[static_cast<std::size_t>(value)]->Increment(by);
  }
  const std::array<prometheus::Counter*, N>& all() const { return counters_; }

 private:
  std::array<prometheus::Counter*, N> counters_{};
};

// A set of labels of which only the newest counts, as `info` metrics have.
class Info {
 public:
  Info(const std::string& name, const std::string& help, std::string label)
      : family_(gauges(name, help)), label_(std::move(label)) {}
  void set(const std::string& value);

 private:
  prometheus::Family<prometheus::Gauge>& family_;
  std::string label_;
  std::string value_;
  prometheus::Gauge* gauge_ = nullptr;
};

// Brings the values of process_* up to date.
void look_at_process();

}  // namespace flotilla::metrics
