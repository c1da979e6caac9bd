#include "tests/support/exposition.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>

namespace flotilla::tests {
namespace {

bool is_name(std::string_view text, bool label) {
  if (text.empty() || (text[0] >= '0' && text[0] <= '9')) return false;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
                        (c >= '0' && c <= '9') || (c == ':' && !label);
    if (!letter) return false;
  }
  return true;
}

std::optional<double> number(std::string_view text) {
  if (text == "+Inf" || text == "Inf") return std::numeric_limits<double>::infinity();
  if (text == "-Inf") return -std::numeric_limits<double>::infinity();
  if (text == "NaN" || text == "Nan") return std::nan("");
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  Exposition read() {
    if (!rest_.empty() && rest_.back() != '\n') fault("the last line has no end", "");
    while (!rest_.empty()) {
      const auto end = std::min(rest_.find('\n'), rest_.size());
      const std::string_view line = rest_.substr(0, end);
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      if (line.starts_with("# ")) {
        comment(line);
      } else {
        sample(line);
      }
    }
    for (const auto& [name, family] : result_.families)
      if (family.type == "histogram") check_histogram(name, family);
    return std::move(result_);
  }

 private:
  void fault(const std::string& what, std::string_view line) {
    result_.faults.push_back(what + ": " + std::string(line));
  }

  void comment(std::string_view line) {
    const bool help = line.starts_with("# HELP ");
    if (!help && !line.starts_with("# TYPE ")) return fault("an odd comment", line);
    const std::string_view rest = line.substr(7);
    const auto blank = rest.find(' ');
    const std::string name(rest.substr(0, blank));
    const std::string value(blank == std::string_view::npos ? "" : rest.substr(blank + 1));
    if (!is_name(name, false) || value.empty()) return fault("no name or no text", line);
    if (help) {
      if (result_.families.contains(name)) return fault("a family comes twice", line);
      result_.families[name].help = value;
      current_ = name;
      return;
    }
    if (name != current_ || !result_.families[name].type.empty())
      return fault("a type out of place", line);
    if (value != "counter" && value != "gauge" && value != "histogram")
      return fault("an unknown type", line);
    if (value == "counter" && !name.ends_with("_total")) fault("a counter without _total", line);
    result_.families[name].type = value;
  }

  bool belongs(const std::string& name, const Family& family) const {
    if (family.type != "histogram") return name == current_;
    return name == current_ + "_bucket" || name == current_ + "_sum" || name == current_ + "_count";
  }

  void sample(std::string_view line) {
    const auto end = std::min(line.find_first_of("{ "), line.size());
    const std::string name(line.substr(0, end));
    std::string_view rest = line.substr(end);
    Labels labels;
    if (rest.starts_with('{') && !read_labels(rest, labels)) return fault("odd labels", line);
    if (!rest.starts_with(' ')) return fault("no value", line);
    const std::optional<double> value = number(rest.substr(1));
    if (!value) return fault("no number", line);
    Family& family = result_.families[current_];
    if (!is_name(name, false) || !belongs(name, family)) return fault("of another family", line);
    if (family.type != "gauge" && !(*value >= 0)) fault("less than nothing", line);
    if (!family.samples.emplace(std::pair(name, labels), *value).second)
      fault("a series comes twice", line);
  }

  static bool read_labels(std::string_view& rest, Labels& labels) {
    rest.remove_prefix(1);
    while (!rest.starts_with('}')) {
      const auto equals = rest.find('=');
      if (equals == std::string_view::npos) return false;
      const std::string name(rest.substr(0, equals));
      rest.remove_prefix(equals + 1);
      const std::optional<std::string> value = quoted(rest);
      if (!is_name(name, true) || !value || !labels.emplace(name, *value).second) return false;
      if (!rest.starts_with(',') && !rest.starts_with('}')) return false;
      if (rest.starts_with(',')) rest.remove_prefix(1);
    }
    rest.remove_prefix(1);
    return true;
  }

  static std::optional<std::string> quoted(std::string_view& rest) {
    if (!rest.starts_with('"')) return std::nullopt;
    std::string value;
    for (std::size_t i = 1; i < rest.size(); ++i) {
      if (rest[i] == '"') {
        rest.remove_prefix(i + 1);
        return value;
      }
      if (rest[i] != '\\') {
        value += rest[i];
        continue;
      }
      if (++i == rest.size()) return std::nullopt;
      if (rest[i] != 'n' && rest[i] != '\\' && rest[i] != '"') return std::nullopt;
      value += rest[i] == 'n' ? '\n' : rest[i];
    }
    return std::nullopt;
  }

  // Buckets grow, the last one is +Inf and the count.
  void check_histogram(const std::string& name, const Family& family) {
    std::map<Labels, std::map<double, double>> buckets;
    for (const auto& [key, value] : family.samples) {
      if (key.first != name + "_bucket") continue;
      Labels labels = key.second;
      const std::optional<double> bound = number(labels["le"]);
      labels.erase("le");
      if (!bound) return fault("a bucket without bound", name);
      buckets[labels][*bound] = value;
    }
    for (const auto& [labels, by_bound] : buckets) {
      double before = 0;
      for (const auto& [bound, count] : by_bound) {
        if (count < before) fault("buckets shrink", name);
        before = count;
      }
      const auto count = family.samples.find({name + "_count", labels});
      if (count == family.samples.end() || count->second != before ||
          !std::isinf(by_bound.rbegin()->first) ||
          !family.samples.contains({name + "_sum", labels}))
        fault("a histogram's sum, count or last bucket", name);
    }
  }

  std::string_view rest_;
  std::string current_;
  Exposition result_;
};

const double* find(const Exposition& exposition, const std::string& name, const Labels& labels) {
  for (const auto& [family_name, family] : exposition.families)
    if (name.starts_with(family_name))
      if (const auto found = family.samples.find({name, labels}); found != family.samples.end())
        return &found->second;
  return nullptr;
}

}  // namespace

double Exposition::value(const std::string& name, const Labels& labels) const {
  const double* found = find(*this, name, labels);
  if (found == nullptr) throw std::out_of_range("no series " + name);
  return *found;
}

bool Exposition::has(const std::string& name, const Labels& labels) const {
  return find(*this, name, labels) != nullptr;
}

Exposition parse_exposition(std::string_view text) { return Reader(text).read(); }

}  // namespace flotilla::tests
