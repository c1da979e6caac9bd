#pragma once

#include "tests/integration/fleet/program.h"
#include "tests/integration/fleet/text.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace flotilla::tests {

// A git work tree on branch main in a folder of its own, edited and committed with the command git.
// Everything throws std::runtime_error when git fails.
class WorkTree {
 public:
  WorkTree();
  static std::filesystem::path example();  // examples/repo-layout

  const std::filesystem::path& path() const { return root_; }
  std::filesystem::path operator/(const std::string& file) const { return root_ / file; }

  void copy_from(const std::filesystem::path& folder);
  void write(const std::string& file, std::string_view text);
  void replace(const std::string& file, const std::string& from, const std::string& to);  // once
  void remove(const std::string& file);
  std::string commit(const std::string& message);  // of everything; gives the commit's id

  std::string git(Arguments arguments) const;  // its standard output
  bool has(const std::string& ref) const;
  std::string show(const std::string& ref, const std::string& file) const;  // empty: not there
  std::vector<std::string> files_of(const std::string& ref) const;
  std::size_t commits_of(const std::string& ref) const;  // 0: no such ref

 private:
  TempFolder folder_;
  std::filesystem::path root_;
};

inline const std::string status_branch = "flotilla/status";

}  // namespace flotilla::tests
