#pragma once

#include <filesystem>
#include <string>

// A temporary folder for one test, and the real git program to set scenes with.
namespace flotilla::testing {

class Sandbox {
 public:
  Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;
  ~Sandbox();
  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

void write_file(const std::filesystem::path& path, const std::string& content);
std::string read_file(const std::filesystem::path& path);

// Runs a shell command in `folder` (author, date and configuration fixed) and gives its output
// without the last newline. A failure throws with what it said: the scene could not be set.
std::string shell(const std::filesystem::path& folder, const std::string& command);

// A repository with a work tree: branch main with `app.yaml`. Gives the id of the commit.
std::string make_repository(const std::filesystem::path& folder);
// Writes a file there and commits it; gives the commit's id.
std::string commit_file(const std::filesystem::path& folder, const std::string& path,
                        const std::string& content);
// A bare copy.
void make_bare(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace flotilla::testing
