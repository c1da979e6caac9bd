#include "tests/bench/figures.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>

namespace flotilla::bench {
namespace {

double in_seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

rusage usage_of(int whom) {
  rusage usage{};
  getrusage(whom, &usage);
  return usage;
}

double cpu_of(int whom) {
  const rusage usage = usage_of(whom);
  return in_seconds(usage.ru_utime) + in_seconds(usage.ru_stime);
}

}  // namespace

void print(const char* name, double value, const char* unit) {
  std::printf("%s %.3f %s\n", name, value, unit);
  std::fflush(stdout);
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double own_cpu() { return cpu_of(RUSAGE_SELF); }
double children_cpu() { return cpu_of(RUSAGE_CHILDREN); }
double peak_mebibytes() { return static_cast<double>(usage_of(RUSAGE_SELF).ru_maxrss) / 1024; }

}  // namespace flotilla::bench
