#pragma once

#include "render/base/chunked.h"
#include "render/base/problem.h"
#include "render/catalog/file_tree.h"
#include "render/document/object.h"

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

// A tree of files becomes the objects in it, every fault collected.
namespace flotilla::catalog {

using ObjectPtr = std::shared_ptr<const Object>;

// The order of `templates` and `settings`.
inline bool stands_before(const ObjectPtr& object, const ObjectKey& key) {
  return object->key < key;
}

// What one file holds. Depends on the file's path and bytes alone, so it can be kept from commit to
// commit.
struct ParsedFile {
  std::vector<ObjectPtr> objects;
  Problems problems;
  std::vector<ObjectKey> faulty;  // objects that can be named but not used
};

// Parsed files by path and content id. Owned by whoever loads catalogs repeatedly; entries that the
// last load did not use are dropped.
class ParseCache {
 public:
  std::shared_ptr<const ParsedFile> find(const std::string& path, const std::string& id) const;
  void store(const std::string& path, const std::string& id,
             std::shared_ptr<const ParsedFile> file);
  void keep_only(const std::set<std::pair<std::string, std::string>>& used);
  std::size_t size() const { return files_.size(); }

  // The last load, from which the next one goes on: reload.cpp.
  struct Last;
  std::shared_ptr<const Last> last;
  // What the cache holds of a path, whatever its content; nullptr if nothing.
  std::shared_ptr<const ParsedFile> any(const std::string& path) const;
  void forget(const std::string& path);

 private:
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const ParsedFile>> files_;
};

struct Catalog {
  Chunked<ObjectPtr> templates;  // go to members; sorted by key
  Chunked<ObjectPtr> settings;   // kinds that Flotilla reads itself (is_setting); sorted by key
  Problems problems;             // sorted
  std::set<std::string> faulty_files;  // files with an error: what they meant to say is not known
  std::set<ObjectKey>
      faulty_objects;  // objects that could be named but not used (duplicates, bad names)
  std::vector<ObjectPtr> doubles;  // of settings that stand twice: every one of them
  // Files with a document that has no kind or apiVersion: perhaps a values file, perhaps an object
  // that was cut off.
  std::set<std::string> doubtful_files;
};

// True for the kinds that steer Flotilla and never go to a member: the *.karmada.io groups and
// flotilla.dev (karmada-semantics 9.1).
bool is_setting(const GroupKind& kind);

// Loads every *.yaml, *.yml and *.json of the tree that .flotillaignore files (gitignore syntax, at
// any level) and dot-folders do not exclude. `cache` may be null. The only hard error is a tree
// that cannot be listed at all.
Result<Catalog> load_catalog(const FileTree& tree, ParseCache* cache = nullptr);

}  // namespace flotilla::catalog
