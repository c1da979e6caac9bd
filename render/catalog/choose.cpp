#include "render/catalog/choose.h"

#include "render/base/text.h"
#include "render/catalog/ignore.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>

namespace flotilla::catalog {

namespace {

constexpr std::string_view ignore_file = ".flotillaignore";
constexpr int max_hops = 40;  // as Linux allows

bool has_suffix(std::string_view path) {
  for (const std::string_view suffix : {".yaml", ".yml", ".json"})
    if (path.size() > suffix.size() && path.substr(path.size() - suffix.size()) == suffix)
      return true;
  return false;
}

bool has_dot_part(std::string_view path) {
  return path.substr(0, 1) == "." || path.find("/.") != std::string_view::npos;
}

class Chooser {
 public:
  Chooser(const FileTree& tree, const std::vector<FileEntry>& entries)
      : tree_(tree), entries_(entries) {
    for (const FileEntry& entry : entries) by_path_[entry.path] = &entry;
  }

  Choice choose() {
    read_rules();
    for (const FileEntry& entry : entries_)
      if (entry.kind == FileEntry::Kind::file && is_visible(entry.path)) take(entry.path, entry);
    for (const FileEntry& entry : entries_)
      if (entry.kind == FileEntry::Kind::link && is_visible(entry.path))
        follow(entry.path, entry, {});
    std::sort(choice_.files.begin(), choice_.files.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    return std::move(choice_);
  }

 private:
  void read_rules() {
    for (const FileEntry& entry : entries_) {
      const auto slash = entry.path.rfind('/');
      const std::string folder = slash == std::string::npos ? "" : entry.path.substr(0, slash);
      if (entry.kind != FileEntry::Kind::file || entry.path.substr(slash + 1) != ignore_file ||
          has_dot_part(folder))
        continue;
      const auto text = tree_.read(entry);
      if (text) rules_.add(folder, *text);
      if (!text)
        choice_.problems.push_back(
            error_at("unreadable", {entry.path, 0, 0}, text.error().message));
    }
  }

  bool is_visible(const std::string& path) const {
    return !has_dot_part(path) && !rules_.ignores(path);
  }

  void take(const std::string& path, const FileEntry& entry) {
    if (has_suffix(path) && taken_.insert(entry.path).second)
      choice_.files.push_back({path, entry});
  }

  // `path` is where the link is seen; `link` may be seen through another link, then `folders` are
  // the ones it was seen in.
  void follow(const std::string& path, const FileEntry& link, std::vector<std::string> folders) {
    const auto target = target_of(link);
    if (!target) {
      choice_.problems.push_back(error_at("bad-link", {path, 0, 0}, target.error().message));
      return;
    }
    const auto file = by_path_.find(*target);
    if (file != by_path_.end()) return take(path, *file->second);
    folders.push_back(*target);
    const bool is_loop =
        target->empty() || link.path.substr(0, target->size() + 1) == *target + "/" ||
        std::find(folders.begin(), folders.end() - 1, *target) != folders.end() - 1;
    if (is_loop) {
      choice_.problems.push_back(error_at(
          "bad-link", {path, 0, 0}, "the link leads to a folder that holds it, want no loop"));
      return;
    }
    if (opened_.insert(*target).second) open(path, *target, folders);
  }

  void open(const std::string& path, const std::string& folder,
            const std::vector<std::string>& folders) {
    for (auto it = by_path_.lower_bound(folder + "/");
         it != by_path_.end() && it->first.substr(0, folder.size() + 1) == folder + "/"; ++it) {
      const FileEntry& entry = *it->second;
      const std::string seen = path + entry.path.substr(folder.size());
      if (!is_visible(seen)) continue;
      if (entry.kind == FileEntry::Kind::file) take(seen, entry);
      if (entry.kind == FileEntry::Kind::link) follow(seen, entry, folders);
    }
  }

  // The file or folder to which the link leads in the end; "" is the root.
  Result<std::string> target_of(const FileEntry& link) const {
    std::deque<std::string> to_go;
    std::vector<std::string> place = split(link.path, '/');
    place.pop_back();
    int hops = 0;
    TRY(read_target(link, to_go));
    while (!to_go.empty()) {
      const std::string part = std::move(to_go.front());
      to_go.pop_front();
      if (part.empty() || part == ".") continue;
      if (part == ".." && place.empty())
        return fail(Code::invalid, "the link leads out of the tree, want a target inside");
      if (part == "..") {
        place.pop_back();
        continue;
      }
      place.push_back(part);
      const auto entry = by_path_.find(join(place, "/"));
      if (entry == by_path_.end() || entry->second->kind != FileEntry::Kind::link) continue;
      if (++hops > max_hops) return fail(Code::invalid, "the link leads to itself, want no loop");
      place.pop_back();
      TRY(read_target(*entry->second, to_go));
    }
    const std::string target = join(place, "/");
    if (target.empty() || by_path_.count(target) > 0 || is_folder(target)) return target;
    return fail(Code::invalid, "the link leads to \"" + target + "\", which is not there");
  }

  Result<void> read_target(const FileEntry& link, std::deque<std::string>& to_go) const {
    TRY_ASSIGN(const std::string text, tree_.read(link));
    if (text.substr(0, 1) == "/")
      return fail(Code::invalid, "the link leads out of the tree, want a target inside");
    const auto parts = split(text, '/');
    to_go.insert(to_go.begin(), parts.begin(), parts.end());
    return {};
  }

  bool is_folder(const std::string& path) const {
    const auto below = by_path_.lower_bound(path + "/");
    return below != by_path_.end() && below->first.substr(0, path.size() + 1) == path + "/";
  }

  const FileTree& tree_;
  const std::vector<FileEntry>& entries_;
  std::map<std::string, const FileEntry*> by_path_;
  IgnoreRules rules_;
  std::set<std::string> taken_;
  std::set<std::string> opened_;  // folders that a link has led to
  Choice choice_;
};

}  // namespace

bool is_chosen_by_name(const std::string& path) { return has_suffix(path) && !has_dot_part(path); }

bool is_ignore_file(const std::string& path) {
  return path == ignore_file || path.ends_with("/" + std::string(ignore_file));
}

Choice choose_files(const FileTree& tree, const std::vector<FileEntry>& entries) {
  return Chooser(tree, entries).choose();
}

}  // namespace flotilla::catalog
