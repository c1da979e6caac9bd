#pragma once

#include "render/base/problem.h"
#include "render/catalog/file_tree.h"

#include <string>
#include <vector>

namespace flotilla::catalog {

// A file to load: `path` is how people know it (through a link, the link's path), `entry` is what
// holds its content.
struct ChosenFile {
  std::string path;
  FileEntry entry;
};

struct Choice {
  std::vector<ChosenFile> files;  // sorted by path
  Problems problems;
};

// True for a path that is chosen unless an ignore file names it: no dot-file, and *.yaml, *.yml or
// *.json.
bool is_chosen_by_name(const std::string& path);
bool is_ignore_file(const std::string& path);

// The YAML and JSON files of the tree: without dot-files, dot-folders and what .flotillaignore
// files name; links inside the tree are followed, and each file is chosen once.
Choice choose_files(const FileTree& tree, const std::vector<FileEntry>& entries);

}  // namespace flotilla::catalog
