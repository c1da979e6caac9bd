#pragma once

#include "reconciler/server/hooks.h"

#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace flotilla::server {

// Pushes that nobody has fetched yet. A thousand of them are one call and one fetch.
class Pushes {
 public:
  // `on_first` is called when there is something after there was nothing, on the thread that adds.
  explicit Pushes(std::function<void()> on_first) : on_first_(std::move(on_first)) {}

  void add(Push push);
  // All of them, the newest of each ref; to be called before the fetch, so that what comes during
  // it calls again.
  std::vector<Push> take();

 private:
  std::function<void()> on_first_;
  std::mutex mutex_;
  std::map<std::string, std::string> commits_;  // by ref
};

}  // namespace flotilla::server
