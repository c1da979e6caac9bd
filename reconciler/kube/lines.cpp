#include "reconciler/kube/lines.h"

#include <utility>

namespace flotilla::kube {
namespace {

bool hand_over(std::string_view line, const LineSplitter::OnLine& on_line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line.empty() || on_line(line);
}

}  // namespace

// Adds to the line that is not whole yet.
bool LineSplitter::take(std::string_view piece) {
  overflowed_ = overflowed_ || piece.size() > longest_ - rest_.size();
  if (!overflowed_) rest_.append(piece);
  return !overflowed_;
}

bool LineSplitter::feed(std::string_view piece, const OnLine& on_line) {
  while (true) {
    const std::size_t end = piece.find('\n');
    if (end == std::string_view::npos) break;
    const std::string_view head = piece.substr(0, end);
    piece.remove_prefix(end + 1);
    if (rest_.empty() && head.size() <= longest_) {
      if (!hand_over(head, on_line)) return false;
      continue;
    }
    if (!take(head)) return false;
    const bool go_on = hand_over(rest_, on_line);
    rest_.clear();
    if (!go_on) return false;
  }
  return take(piece);
}

bool LineSplitter::finish(const OnLine& on_line) {
  const std::string last = std::exchange(rest_, {});
  return hand_over(last, on_line);
}

}  // namespace flotilla::kube
