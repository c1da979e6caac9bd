#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace flotilla::kube {

// Cuts a body that arrives in pieces into lines; pieces may end anywhere.
class LineSplitter {
 public:
  using OnLine = std::function<bool(std::string_view)>;

  explicit LineSplitter(std::size_t longest = kLongest) : longest_(longest) {}

  // Hands each line that is whole now to `on_line`, without its newline; empty ones are passed
  // over. False if `on_line` said so, or if a line is too long.
  bool feed(std::string_view piece, const OnLine& on_line);
  // The body has ended: what is left is the last line.
  bool finish(const OnLine& on_line);

  // A line is over the limit: what was fed is of no use.
  bool overflowed() const { return overflowed_; }

 private:
  static constexpr std::size_t kLongest = std::size_t{16} << 20U;

  bool take(std::string_view piece);

  std::size_t longest_;
  bool overflowed_ = false;
  std::string rest_;
};

}  // namespace flotilla::kube
