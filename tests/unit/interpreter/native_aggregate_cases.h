#pragma once

#include "tests/unit/interpreter/native_cases.h"

#include <tuple>
#include <utility>
#include <vector>

namespace flotilla::test {

// The statuses of the clusters m1, m2, ...; "null" where none was collected yet.
inline std::vector<interpreter::StatusItem> items_of(const std::vector<const char*>& statuses) {
  std::vector<interpreter::StatusItem> items;
  for (const char* status : statuses) {
    interpreter::StatusItem item;
    item.cluster = "m" + std::to_string(items.size() + 1);
    item.status =
        tree(std::string_view(status) == "null" ? status : "{" + std::string(status) + "}");
    items.push_back(std::move(item));
  }
  return items;
}

inline constexpr const char* aggregation_time = "2026-06-01T12:00:00Z";

// The object after its members' statuses were merged into it.
inline std::string aggregated(const std::string& kind, const std::string& fields,
                              const std::vector<const char*>& statuses) {
  return shown(interpreter::native::aggregate(native_object(kind, fields), items_of(statuses),
                                              aggregation_time));
}

struct AggregateRow {
  const char* fields;
  std::vector<const char*> statuses;
  const char* wanted;  // nullptr: as it was
};

inline void check_aggregates(const std::string& kind, const std::vector<AggregateRow>& rows) {
  for (const AggregateRow& row : rows) {
    INFO(kind << " with " << row.fields << " wants "
              << (row.wanted == nullptr ? "no change" : row.wanted));
    CHECK(aggregated(kind, row.fields, row.statuses) ==
          wanted(row.wanted == nullptr ? row.fields : row.wanted));
  }
}

}  // namespace flotilla::test
