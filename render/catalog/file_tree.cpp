#include "render/catalog/file_tree.h"

#include "render/base/digest.h"

namespace flotilla::catalog {

Result<std::vector<FileEntry>> MemoryTree::list() const {
  std::map<std::string, FileEntry> entries;
  for (const auto& [path, content] : files_)
    entries[path] = {path, sha256_hex(content), content.size(), FileEntry::Kind::file};
  for (const auto& [path, target] : links_)
    entries[path] = {path, sha256_hex(target), target.size(), FileEntry::Kind::link};
  std::vector<FileEntry> list;
  list.reserve(entries.size());
  for (auto& [path, entry] : entries) list.push_back(std::move(entry));
  return list;
}

Result<std::string> MemoryTree::read(const FileEntry& entry) const {
  const auto& from = entry.kind == FileEntry::Kind::file ? files_ : links_;
  const auto found = from.find(entry.path);
  if (found == from.end())
    return fail(Code::not_found, "there is no such file", {entry.path, 0, 0});
  return found->second;
}

}  // namespace flotilla::catalog
