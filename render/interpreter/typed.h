#pragma once

#include "render/base/result.h"
#include "render/document/tree.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Objects seen the way Kubernetes' typed structs see them: what is absent or null is zero, and a
// value of another type is a fault.
namespace flotilla::interpreter {

class Reading;

// A value of an object, or the place where one is missing. Cheap to copy; valid as long as the
// Reading that it came from.
class Field {
 public:
  Field(const Json::Value* value, Reading& reading) : value_(value), reading_(&reading) {}

  bool present() const { return value_ != nullptr && !value_->isNull(); }
  Field at(std::string_view key) const;                        // missing where this is missing
  std::vector<Field> items() const;                            // of a list
  std::vector<std::pair<std::string, Field>> members() const;  // of a map, by key

  std::string text() const;
  bool truth() const;
  std::int64_t number() const;                         // 64 bits: generations
  std::int64_t count() const;                          // 32 bits: replicas and other counters
  std::optional<std::int64_t> count_if_set() const;    // nullopt if it is missing
  std::optional<std::int64_t> time() const;            // seconds since 1970 of an RFC 3339 text
  std::optional<std::int64_t> number_in_text() const;  // of a decimal number kept in a text

  // The value itself once its type is checked; nullptr if it is missing or faulty.
  const Json::Value* map() const;
  const Json::Value* list() const;
  const Json::Value* map_of_texts() const;

 private:
  std::optional<std::int64_t> whole_number() const;
  void fault(std::string_view wanted) const;
  void fault_of_text(std::string_view wanted) const;

  const Json::Value* value_;
  Reading* reading_;
};

// One document being read. Keeps the first fault, so that a rule reads straight on and its caller
// asks once at the end.
class Reading {
 public:
  // `name` stands before field paths in messages: "status of m1".
  explicit Reading(const Json::Value& root, std::string name = {});
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  Field root() { return {&root_, *this}; }
  Result<void> done() const;
  // The value computed from what was read, or the first fault.
  template <class T>
  Result<T> result(T value) const {
    if (fault_) return fail(*fault_);
    return value;
  }

 private:
  friend class Field;
  void fault(const Json::Value& value, std::string_view found, std::string_view wanted);

  const Json::Value& root_;
  std::string name_;
  std::optional<Error> fault_;
};

// The map under these keys, made where it is missing or null; an error if something else stands
// there.
Result<Json::Value*> map_at(Json::Value& root, std::initializer_list<const char*> keys);

// Writes as a field with omitempty: zero and empty values are left out, and taken out.
void put(Json::Value& map, const char* key, std::int64_t value);
void put(Json::Value& map, const char* key, const std::string& value);
void put(Json::Value& map, const char* key, const Json::Value* value);  // a map or a list, or none
void put_time(Json::Value& map, const char* key, std::optional<std::int64_t> time);
// A time where its field is always written.
Json::Value time_or_null(std::optional<std::int64_t> time);

}  // namespace flotilla::interpreter
