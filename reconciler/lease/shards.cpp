#include "reconciler/lease/shards.h"

#include <algorithm>
#include <cstdint>

namespace flotilla::lease {
namespace {

// FNV-1a, and the last step of MurmurHash3, without which names that differ in their ends only
// would be spread badly.
std::uint64_t weight(std::string_view member, std::string_view cluster) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto add = [&hash](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3; };
  for (const char c : member) add(static_cast<unsigned char>(c));
  add(0);
  for (const char c : cluster) add(static_cast<unsigned char>(c));
  hash = (hash ^ (hash >> 33U)) * 0xff51afd7ed558ccd;
  hash = (hash ^ (hash >> 33U)) * 0xc4ceb9fe1a85ec53;
  return hash ^ (hash >> 33U);
}

}  // namespace

std::string_view owner_of(std::string_view cluster, const Members& members) {
  std::string_view owner;
  std::uint64_t highest = 0;
  for (const std::string& member : members) {
    const std::uint64_t own = weight(member, cluster);
    // Of two equal ones the first by name, whatever the order.
    if (!owner.empty() && (own < highest || (own == highest && owner < member))) continue;
    owner = member;
    highest = own;
  }
  return owner;
}

bool may_work(std::string_view cluster, std::string_view me, const Members& my_view,
              const std::vector<View>& others) {
  if (owner_of(cluster, my_view) != me) return false;
  return std::none_of(others.begin(), others.end(), [&](const View& other) {
    return owner_of(cluster, other.members) == other.replica;
  });
}

bool Share::claims(const Members& view, std::string_view cluster) const {
  return owner_of(cluster, view) == me_;
}

void Share::looked(std::vector<View> others, unsigned publications) {
  others_ = std::move(others);
  live_ = {me_};
  for (const View& other : others_) live_.push_back(other.replica);
  std::sort(live_.begin(), live_.end());
  if (publications == publications_) checked_ = acting_;
}

const Members& Share::to_publish(const std::set<std::string>& at_work) const {
  const bool must_wait = std::any_of(at_work.begin(), at_work.end(),
                                     [&](const auto& cluster) { return !claims(live_, cluster); });
  return must_wait ? written_ : live_;
}

bool Share::wants_to_publish(const std::set<std::string>& at_work) const {
  return !acting_ || !attempts_.empty() || to_publish(at_work) != written_;
}

// A cluster that is taken stays so only while every view that others may read claims it.
void Share::forget_unclaimed(const Members& view) {
  std::erase_if(taken_, [&](const std::string& cluster) { return !claims(view, cluster); });
}

void Share::publishing(Members view) {
  forget_unclaimed(view);
  attempts_.push_back(std::move(view));
}

void Share::published() {
  if (attempts_.empty()) return;
  const bool changed = !acting_ || attempts_.size() > 1 || attempts_.back() != written_;
  written_ = std::move(attempts_.back());
  attempts_.clear();
  acting_ = true;
  if (!changed) return;
  checked_ = false;
  ++publications_;
}

void Share::lapsed() {
  acting_ = false;
  checked_ = false;
  taken_.clear();
}

bool Share::may_work(const std::string& cluster) {
  if (!acting_ || !claims(written_, cluster) || !claims(live_, cluster)) return false;
  for (const Members& attempt : attempts_)
    if (!claims(attempt, cluster)) return false;
  if (taken_.contains(cluster)) return true;
  if (!checked_ || !lease::may_work(cluster, me_, written_, others_)) return false;
  taken_.insert(cluster);
  return true;
}

}  // namespace flotilla::lease
