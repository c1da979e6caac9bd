#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace flotilla::kube {

// Cuts a body that arrives in pieces into lines; pieces may end anywhere.
class LineSplitter {
 public:
  using OnLine = std::function<bool(std::string_view)>;

  // Hands each line that is whole now to `on_line`, without its newline; empty ones are passed
  // over. False if `on_line` said so.
  bool feed(std::string_view piece, const OnLine& on_line);
  // The body has ended: what is left is the last line.
  bool finish(const OnLine& on_line);

 private:
  std::string rest_;
};

}  // namespace flotilla::kube
