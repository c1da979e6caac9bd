#pragma once

#include <chrono>
#include <vector>

// What measuring programs print: lines of "name value unit".
namespace flotilla::bench {

void print(const char* name, double value, const char* unit);

double median(std::vector<double> values);

// CPU seconds, user and system, of this process or of its children that were waited for.
double own_cpu();
double children_cpu();
double peak_mebibytes();

template <class Work>
double seconds(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace flotilla::bench
