#pragma once

#include "reconciler/simulator/refusal.h"
#include "reconciler/simulator/store.h"

#include <string>
#include <vector>

namespace flotilla::simulator {

// A labelSelector and a fieldSelector.
class Selection {
 public:
  static Outcome<Selection> parse(const std::string& labels, const std::string& fields);

  bool empty() const { return labels_.empty() && fields_.empty(); }
  bool matches(const Name& name, const Stored& object) const;

 private:
  struct Requirement {
    enum class Operator { in, not_in, exists, absent, greater, less };
    std::string key;
    Operator op = Operator::in;
    std::vector<std::string> values;
  };
  static Outcome<Requirement> requirement(std::string text);
  static bool holds(const Requirement& requirement, const std::string* value);
  std::vector<Requirement> labels_;
  std::vector<Requirement> fields_;
};

}  // namespace flotilla::simulator
