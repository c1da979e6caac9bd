#pragma once

#include "overrides/selector.h"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::overrides {

// The fields of one map of a policy or cluster, read strictly: a wrong type is an error at its
// place, and a field that nobody asked for is a warning (say_unknown). A null counts as absent, as
// the API server reads it.
class Fields {
 public:
  // Says so if `map` is no map; every field is absent then.
  Fields(const Json::Value& map, Reading reading);

  const Json::Value* any(const char* name);
  const Json::Value* map(const char* name);
  const Json::Value* list(const char* name);
  std::string text(const char* name);           // empty if absent
  std::string required_text(const char* name);  // an empty text is an error too
  bool truth(const char* name, bool otherwise = false);
  std::optional<std::int64_t> whole(const char* name,
                                    std::int64_t least = std::numeric_limits<std::int32_t>::min(),
                                    std::int64_t most = std::numeric_limits<std::int32_t>::max());
  std::vector<std::string> texts(const char* name);
  std::map<std::string, std::string> text_map(const char* name);
  // One of `values`; `otherwise` if absent or wrong. An empty `otherwise` makes the field required.
  std::string choice(const char* name, std::initializer_list<const char*> values,
                     std::string otherwise);
  void each(const char* name, const std::function<void(const Json::Value&, const Reading&)>& read);

  // Fields that have no effect on us and are known all the same.
  void ignore(std::initializer_list<const char*> names);
  void say_unknown() const;

  const Json::Value& map_value() const { return map_; }
  // The reading of one field of this map.
  Reading at(const char* name) const { return reading_.below(name); }

 private:
  const Json::Value* typed(const char* name, bool (Json::Value::*is)() const, const char* wanted);

  const Json::Value& map_;
  Reading reading_;
  std::vector<std::string> asked_;
};

std::size_t error_count(const Problems& problems);

}  // namespace flotilla::overrides
