#include "render/catalog/reload.h"

#include "render/catalog/choose.h"
#include "render/catalog/parse.h"

#include <algorithm>

namespace flotilla::catalog {

struct ParseCache::Last {
  std::string tree;  // its id
  Catalog catalog;
};

namespace {

// Above this a load from scratch costs hardly more.
constexpr std::size_t most_changes = 1000;

// Neither links nor ignore files, so that a file's name alone chooses it.
bool is_plain(const std::vector<FileEntry>& entries) {
  return std::all_of(entries.begin(), entries.end(), [](const FileEntry& entry) {
    return entry.kind == FileEntry::Kind::file && !is_ignore_file(entry.path);
  });
}

bool before(const ObjectPtr& a, const ObjectPtr& b) { return a->key < b->key; }

// A catalog on its way from one tree to the next.
class Patch {
 public:
  Patch(const FileTree& tree, const Catalog& from, ParseCache& cache)
      : tree_(tree), catalog_(from), cache_(cache) {}

  // False if the change is more than one of objects.
  Result<bool> apply(const std::vector<FileChange>& changes) {
    for (const FileChange& change : changes) {
      TRY_ASSIGN(const bool simple, take(change));
      if (!simple) return false;
    }
    if (!replace(catalog_.templates, gone_.templates, added_.templates) ||
        !replace(catalog_.settings, gone_.settings, added_.settings))
      return false;
    for (const auto& [path, id, file] : fresh_) {
      cache_.forget(path);
      if (file != nullptr) cache_.store(path, id, file);
    }
    return true;
  }

  Catalog result() { return std::move(catalog_); }

 private:
  struct Fresh {
    std::string path;
    std::string id;
    std::shared_ptr<const ParsedFile> file;  // nullptr: gone
  };

  struct Objects {
    std::vector<ObjectPtr> templates;
    std::vector<ObjectPtr> settings;
  };
  static std::vector<ObjectPtr>& list_of(Objects& objects, const Object& object) {
    return is_setting(object.key.group_kind()) ? objects.settings : objects.templates;
  }

  static bool is_simple(const ParsedFile& file) {
    return file.problems.empty() && file.faulty.empty();
  }

  Result<bool> take(const FileChange& change) {
    if (is_ignore_file(change.path)) return false;
    if (change.entry && change.entry->kind != FileEntry::Kind::file) return false;
    if (!is_chosen_by_name(change.path)) return true;
    if (catalog_.faulty_files.contains(change.path)) return false;
    const auto old = cache_.any(change.path);
    if (old != nullptr) {
      if (!is_simple(*old)) return false;
      for (const ObjectPtr& object : old->objects) list_of(gone_, *object).push_back(object);
    }
    if (!change.entry) {
      fresh_.push_back({change.path, "", nullptr});
      return true;
    }
    if (change.entry->size > max_file_bytes || change.entry->id.empty()) return false;
    TRY_ASSIGN(const std::string text, tree_.read(*change.entry));
    auto file = std::make_shared<const ParsedFile>(parse_file(change.path, text));
    if (!is_simple(*file)) return false;
    for (const ObjectPtr& object : file->objects) list_of(added_, *object).push_back(object);
    fresh_.push_back({change.path, change.entry->id, std::move(file)});
    return true;
  }

  // False if an object would stand twice.
  bool replace(Chunked<ObjectPtr>& objects, std::vector<ObjectPtr>& gone,
               std::vector<ObjectPtr>& added) {
    std::sort(gone.begin(), gone.end(), before);
    std::sort(added.begin(), added.end(), before);
    for (std::size_t i = 0; i < added.size(); ++i) {
      if (i > 0 && added[i]->key == added[i - 1]->key) return false;
      const auto there = objects.lower_bound(added[i]->key, stands_before);
      if (there == objects.end() || (*there)->key != added[i]->key) continue;
      if (std::find(gone.begin(), gone.end(), *there) == gone.end()) return false;
    }
    objects.patch(gone, added, before);
    return true;
  }

  const FileTree& tree_;
  Catalog catalog_;
  ParseCache& cache_;
  Objects gone_;
  Objects added_;
  std::vector<Fresh> fresh_;
};

}  // namespace

void remember(const FileTree& tree, const std::vector<FileEntry>& entries, const Catalog& catalog,
              ParseCache& cache) {
  cache.last = nullptr;
  if (tree.id().empty()) return;
  // What stands twice or in error may be mended by a change to another file.
  const bool sound = catalog.faulty_objects.empty() && catalog.doubles.empty();
  if (sound && is_plain(entries))
    cache.last = std::make_shared<const ParseCache::Last>(ParseCache::Last{tree.id(), catalog});
}

Result<std::optional<Catalog>> reload(const FileTree& tree, ParseCache& cache) {
  const std::string id = tree.id();
  if (cache.last == nullptr || id.empty()) return std::optional<Catalog>();
  if (cache.last->tree == id) return std::optional<Catalog>(cache.last->catalog);
  TRY_ASSIGN(const auto changes, tree.changes_since(cache.last->tree));
  if (!changes || changes->size() > most_changes) return std::optional<Catalog>();
  Patch patch(tree, cache.last->catalog, cache);
  TRY_ASSIGN(const bool done, patch.apply(*changes));
  if (!done) return std::optional<Catalog>();
  Catalog catalog = patch.result();
  cache.last = std::make_shared<const ParseCache::Last>(ParseCache::Last{id, catalog});
  return std::optional<Catalog>(std::move(catalog));
}

}  // namespace flotilla::catalog
