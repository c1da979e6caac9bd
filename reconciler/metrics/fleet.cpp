#include "reconciler/metrics/families.h"
#include "reconciler/metrics/metrics.h"

#include <memory>
#include <mutex>

namespace flotilla::metrics {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

constexpr std::array<const char*, 4> applied_results = {"created", "configured", "refused",
                                                        "conflict"};
constexpr std::size_t most_states = 16;

struct Families {
  Family<Gauge>& ready =
      gauges("flotilla_cluster_ready", "1 if the member cluster answers and is ready.");
  Family<Gauge>& last_pass = gauges("flotilla_cluster_last_pass_timestamp_seconds",
                                    "When the last pass over the cluster ended, Unix time.");
  Family<Gauge>& objects =
      gauges("flotilla_cluster_objects", "Objects of the fleet on the cluster by their state.");
  Family<Gauge>& held =
      gauges("flotilla_held_deletions", "Deletions on the cluster that wait for a person.");
  Family<Counter>& applied =
      counters("flotilla_applied_total", "Objects that were applied or refused.");
  Family<Counter>& pruned =
      counters("flotilla_pruned_total", "Objects that were deleted from the cluster.");
  Family<Counter>& corrected = counters("flotilla_drift_corrected_total",
                                        "Objects that were changed by others and set right.");
  Histogram& pass_time = histograms("flotilla_cluster_pass_duration_seconds",
                                    "Time of a pass over a cluster, all clusters together.")
                             .Add({}, durations());
};

// The series of one cluster. Gauges come with their first value: a 0 would be a lie.
class Cluster {
 public:
  Cluster(Families& families, std::string name)
      : families_(families),
        labels_({{"cluster", std::move(name)}}),
        applied(families.applied, "result", applied_results, labels_),
        pruned(families.pruned.Add(labels_)),
        corrected(families.corrected.Add(labels_)) {}
  ~Cluster() {
    for (Gauge* gauge : {ready_, last_pass_, held_}) remove(gauge);
    for (const auto& [state, gauge] : objects_) families_.objects.Remove(gauge);
    for (Counter* counter : applied.all()) families_.applied.Remove(counter);
    families_.pruned.Remove(&pruned);
    families_.corrected.Remove(&corrected);
  }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  void set_ready(double value) { first(ready_, families_.ready).Set(value); }
  void set_last_pass(double value) { first(last_pass_, families_.last_pass).Set(value); }
  void set_held(double value) { first(held_, families_.held).Set(value); }
  void set_objects(const std::map<std::string, std::size_t>& by_state);

 private:
  Gauge& first(Gauge*& gauge, Family<Gauge>& family) {
    if (gauge == nullptr) gauge = &family.Add(labels_);
    return *gauge;
  }
  void remove(Gauge* gauge) {
    if (gauge == nullptr) return;
    for (Family<Gauge>* family : {&families_.ready, &families_.last_pass, &families_.held})
      family->Remove(gauge);
  }

  Families& families_;
  prometheus::Labels labels_;
  Gauge* ready_ = nullptr;
  Gauge* last_pass_ = nullptr;
  Gauge* held_ = nullptr;
  std::map<std::string, Gauge*> objects_;

 public:
  CounterByLabel<4> applied;
  Counter& pruned;
  Counter& corrected;
};

void Cluster::set_objects(const std::map<std::string, std::size_t>& by_state) {
  for (const auto& [state, gauge] : objects_) gauge->Set(0);
  for (const auto& [state, count] : by_state) {
    if (!objects_.contains(state) && objects_.size() >= most_states) continue;
    Gauge*& gauge = objects_[state];
    prometheus::Labels labels = labels_;
    labels["state"] = state;
    if (gauge == nullptr) gauge = &families_.objects.Add(labels);
    gauge->Set(static_cast<double>(count));
  }
}

struct Fleet {
  std::mutex mutex;
  Families families;
  std::map<std::string, std::unique_ptr<Cluster>> clusters;
};

Fleet& fleet() {
  static auto& instance = *new Fleet;
  return instance;
}

[[maybe_unused]] const Fleet& at_start = fleet();

// A series must not go while somebody counts on it: all of it under the lock.
template <class Work>
void with(const std::string& name, const Work& work) {
  const std::scoped_lock lock(fleet().mutex);
  auto found = fleet().clusters.find(name);
  if (found == fleet().clusters.end()) {
    if (fleet().clusters.size() >= most_clusters) return;
    found = fleet().clusters.emplace(name, std::make_unique<Cluster>(fleet().families, name)).first;
  }
  work(*found->second);
}

}  // namespace

void cluster_ready(const std::string& cluster, bool ready) {
  with(cluster, [ready](Cluster& series) { series.set_ready(ready ? 1 : 0); });
}

void cluster_passed(const std::string& cluster, Time when, Seconds took) {
  fleet().families.pass_time.Observe(took.count());
  const Seconds since = when.time_since_epoch();
  with(cluster, [since](Cluster& series) { series.set_last_pass(since.count()); });
}

void cluster_objects(const std::string& cluster,
                     const std::map<std::string, std::size_t>& by_state) {
  with(cluster, [&by_state](Cluster& series) { series.set_objects(by_state); });
}

void held_deletions(const std::string& cluster, std::size_t objects) {
  with(cluster, [objects](Cluster& series) { series.set_held(static_cast<double>(objects)); });
}

void applied(const std::string& cluster, Applied result, std::size_t objects) {
  with(cluster, [result, objects](Cluster& series) {
    series.applied.add(result, static_cast<double>(objects));
  });
}

void pruned(const std::string& cluster, std::size_t objects) {
  with(cluster,
       [objects](Cluster& series) { series.pruned.Increment(static_cast<double>(objects)); });
}

void drift_corrected(const std::string& cluster, std::size_t objects) {
  with(cluster,
       [objects](Cluster& series) { series.corrected.Increment(static_cast<double>(objects)); });
}

void cluster_left(const std::string& cluster) {
  const std::scoped_lock lock(fleet().mutex);
  fleet().clusters.erase(cluster);
}

}  // namespace flotilla::metrics
