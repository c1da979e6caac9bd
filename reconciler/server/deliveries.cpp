#include "reconciler/server/deliveries.h"

namespace flotilla::server {

bool Deliveries::has(const std::string& key, Time now) {
  forget(now);
  return keys_.contains(key);
}

void Deliveries::add(std::string key, Time now) {
  forget(now);
  if (!keys_.insert(key).second) return;
  by_age_.emplace_back(now, std::move(key));
  if (by_age_.size() <= most) return;
  keys_.erase(by_age_.front().second);
  by_age_.pop_front();
}

void Deliveries::forget(Time now) {
  while (!by_age_.empty() && by_age_.front().first + memory <= now) {
    keys_.erase(by_age_.front().second);
    by_age_.pop_front();
  }
}

}  // namespace flotilla::server
