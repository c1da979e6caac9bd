#pragma once

#include "reconciler/kube/loop.h"

#include <optional>

namespace flotilla::test {

template <class T>
kube::Task<> keep_result(kube::Task<T> task, std::optional<T>* result) {
  T value = co_await task;
  result->emplace(std::move(value));
}

// Runs a task to its end and gives its result.
template <class T>
T run(kube::Loop& loop, kube::Task<T> task) {
  std::optional<T> result;
  loop.run(keep_result(std::move(task), &result));
  return std::move(*result);
}

}  // namespace flotilla::test
