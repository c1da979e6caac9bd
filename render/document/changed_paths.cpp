#include "render/document/changed_paths.h"

#include "render/document/pointer.h"

#include <algorithm>

namespace flotilla {

namespace {

class Comparison {
 public:
  void compare(const Json::Value& before, const Json::Value& after) {
    if (before.isObject() && after.isObject()) return compare_maps(before, after);
    if (before.isArray() && after.isArray()) return compare_lists(before, after);
    if (!same(before, after)) report();
  }
  std::vector<std::string> take() {
    std::sort(paths_.begin(), paths_.end());
    return std::move(paths_);
  }

 private:
  void report() { paths_.push_back(pointer_text(tokens_)); }

  template <class Visit>
  void below(std::string token, Visit visit) {
    tokens_.push_back(std::move(token));
    visit();
    tokens_.pop_back();
  }

  void compare_maps(const Json::Value& before, const Json::Value& after) {
    for (auto it = before.begin(); it != before.end(); ++it) {
      below(it.name(), [&] {
        const Json::Value* now = find(after, it.name());
        if (now == nullptr) return report();
        compare(*it, *now);
      });
    }
    for (auto it = after.begin(); it != after.end(); ++it)
      if (find(before, it.name()) == nullptr) below(it.name(), [&] { report(); });
  }

  void compare_lists(const Json::Value& before, const Json::Value& after) {
    const Json::ArrayIndex shared = std::min(before.size(), after.size());
    const Json::ArrayIndex longest = std::max(before.size(), after.size());
    if (shared != longest)
      for (Json::ArrayIndex i = 0; i < shared; ++i)
        if (!same(before[i], after[i])) return report();
    for (Json::ArrayIndex i = 0; i < longest; ++i) {
      below(std::to_string(i), [&] {
        if (i >= shared) return report();
        compare(before[i], after[i]);
      });
    }
  }

  std::vector<std::string> tokens_;
  std::vector<std::string> paths_;
};

}  // namespace

std::vector<std::string> changed_paths(const Json::Value& before, const Json::Value& after) {
  Comparison comparison;
  comparison.compare(before, after);
  return comparison.take();
}

}  // namespace flotilla
