#include "reconciler/placement/divide.h"

#include "reconciler/placement/scheduling/seats.h"

#include <algorithm>
#include <cmath>

namespace flotilla::placement {

namespace {

// Up to this many comparisons, going through all entries for each seat beats a heap.
constexpr double few_comparisons = 1024;

double quotient(const Seat& entry) {
  return static_cast<double>(entry.weight) / (2 * static_cast<double>(entry.seats) + 1);
}

// Who gets the next seat.
class Turn {
 public:
  explicit Turn(TieOrder order) : order_(order) {}

  bool is_before(double quotient_a, const Seat& a, double quotient_b, const Seat& b) const {
    if (quotient_a != quotient_b) return quotient_a > quotient_b;
    if (a.seats != b.seats) return a.seats < b.seats;
    return order_ == TieOrder::ascending ? a.name < b.name : a.name > b.name;
  }

 private:
  TieOrder order_;
};

// Gives seats that the one-by-one rule gives in any case, and returns how many are left. Every
// entry's quotients only fall, so the rule picks the `total` first of all (entry, seat) pairs in
// one fixed order, and any part of them can be given at once. Quotients above t = sum/(2*total-n)
// are among them, for they are at most sum/(2t) + n/2 = total; one seat less for each entry is more
// than the rounding of doubles can take.
std::int64_t give_certain_seats(std::int64_t total, std::vector<Seat>& entries) {
  double sum = 0;
  for (const Seat& entry : entries) sum += static_cast<double>(entry.weight);
  const double rest = 2 * static_cast<double>(total) - static_cast<double>(entries.size());
  if (rest <= 0) return total;
  const double threshold = sum / rest;
  for (Seat& entry : entries) {
    const double above = std::floor((static_cast<double>(entry.weight) / threshold - 1) / 2) - 1;
    if (above < 1) continue;
    entry.seats = static_cast<std::int64_t>(above);
    total -= entry.seats;
  }
  return total;
}

void give_by_scan(std::int64_t total, const Turn& turn, std::vector<Seat>& entries) {
  for (; total > 0; --total) {
    Seat* best = &entries.front();
    double best_quotient = quotient(*best);
    for (Seat& entry : entries) {
      const double mine = quotient(entry);
      if (!turn.is_before(mine, entry, best_quotient, *best)) continue;
      best = &entry;
      best_quotient = mine;
    }
    ++best->seats;
  }
}

void give_by_heap(std::int64_t total, const Turn& turn, std::vector<Seat>& entries) {
  struct Next {
    double quotient;
    Seat* entry;
  };
  std::vector<Next> heap;
  heap.reserve(entries.size());
  for (Seat& entry : entries) heap.push_back({quotient(entry), &entry});
  const auto later = [&](const Next& a, const Next& b) {
    return turn.is_before(b.quotient, *b.entry, a.quotient, *a.entry);
  };
  std::make_heap(heap.begin(), heap.end(), later);
  for (; total > 0; --total) {
    std::pop_heap(heap.begin(), heap.end(), later);
    Next& next = heap.back();
    ++next.entry->seats;
    next.quotient = quotient(*next.entry);
    std::push_heap(heap.begin(), heap.end(), later);
  }
}

}  // namespace

TieOrder tie_order(std::string_view uid) {
  if (uid.empty()) return TieOrder::ascending;
  std::uint32_t hash = 2166136261U;
  for (const char c : uid) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 16777619U;
  }
  return hash % 2 == 0 ? TieOrder::ascending : TieOrder::descending;
}

void divide_seats(std::int64_t total, TieOrder order, std::vector<Seat>& entries) {
  for (Seat& entry : entries) entry.seats = 0;
  const bool any = std::any_of(entries.begin(), entries.end(),
                               [](const Seat& entry) { return entry.weight > 0; });
  if (total <= 0 || !any) return;
  const double size = static_cast<double>(entries.size());
  const Turn turn(order);
  if (static_cast<double>(total) * size <= few_comparisons)
    return give_by_scan(total, turn, entries);
  total = give_certain_seats(total, entries);
  if (static_cast<double>(total) * size <= few_comparisons)
    return give_by_scan(total, turn, entries);
  give_by_heap(total, turn, entries);
}

std::vector<Share> divide_by_weight(std::int64_t total, const std::vector<Share>& weights,
                                    std::string_view uid) {
  std::vector<Share> result = weights;
  std::stable_sort(result.begin(), result.end(),
                   [](const Share& a, const Share& b) { return a.name < b.name; });
  std::vector<Seat> entries;
  entries.reserve(result.size());
  for (const Share& share : result) entries.push_back({entries.size(), share.value, 0});
  const bool any = std::any_of(entries.begin(), entries.end(),
                               [](const Seat& entry) { return entry.weight > 0; });
  if (!any) return {};
  divide_seats(total, tie_order(uid), entries);
  for (std::size_t i = 0; i < result.size(); ++i) result[i].value = entries[i].seats;
  return result;
}

}  // namespace flotilla::placement
