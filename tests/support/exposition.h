#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// A strict reader of Prometheus' text format 0.0.4: what it does not understand is a fault.
namespace flotilla::tests {

using Labels = std::map<std::string, std::string>;

struct Family {
  std::string type;
  std::string help;
  std::map<std::pair<std::string, Labels>, double> samples;  // by name and labels
};

struct Exposition {
  std::map<std::string, Family> families;
  std::vector<std::string> faults;

  // Throws std::out_of_range if there is no such series.
  double value(const std::string& name, const Labels& labels = {}) const;
  bool has(const std::string& name, const Labels& labels = {}) const;
};

Exposition parse_exposition(std::string_view text);

}  // namespace flotilla::tests
