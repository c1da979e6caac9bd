#include "tests/integration/fleet/work_tree.h"

#include <stdexcept>

namespace flotilla::tests {
namespace {

// No setting of the person who runs the tests has a say, and the same work gives the same commits.
Arguments git_command(const std::filesystem::path& folder, const Arguments& arguments) {
  Arguments all = {"/usr/bin/env",
                   "GIT_CONFIG_GLOBAL=/dev/null",
                   "GIT_CONFIG_SYSTEM=/dev/null",
                   "GIT_AUTHOR_DATE=2026-01-01T00:00:00Z",
                   "GIT_COMMITTER_DATE=2026-01-01T00:00:00Z",
                   "git",
                   "-C",
                   folder.string(),
                   "-c",
                   "user.name=Ann Author",
                   "-c",
                   "user.email=ann@example.com"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return all;
}

}  // namespace

WorkTree::WorkTree() : root_(folder_.path() / "repository") {
  std::filesystem::create_directory(root_);
  git({"init", "--quiet", "-b", "main"});
}

std::filesystem::path WorkTree::example() { return FLOTILLA_SOURCE_DIR "/examples/repo-layout"; }

void WorkTree::copy_from(const std::filesystem::path& folder) {
  std::filesystem::copy(folder, root_, std::filesystem::copy_options::recursive);
}

void WorkTree::write(const std::string& file, std::string_view text) {
  write_file(root_ / file, text);
}

void WorkTree::replace(const std::string& file, const std::string& from, const std::string& to) {
  std::string text = read_file(root_ / file);
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error(file + " has no \"" + from + "\"");
  write(file, text.replace(at, from.size(), to));
}

void WorkTree::remove(const std::string& file) {
  if (std::filesystem::remove_all(root_ / file) == 0) throw std::runtime_error("no file " + file);
}

std::string WorkTree::commit(const std::string& message) {
  git({"add", "--all"});
  git({"commit", "--quiet", "--allow-empty", "-m", message});
  return lines_of(git({"rev-parse", "HEAD"})).front();
}

std::string WorkTree::git(Arguments arguments) const {
  const Outcome outcome = run_program(git_command(root_, arguments));
  if (outcome.code != 0) throw std::runtime_error("git " + arguments.front() + ": " + outcome.err);
  return outcome.out;
}

bool WorkTree::has(const std::string& ref) const {
  return run_program(git_command(root_, {"rev-parse", "--verify", "--quiet", ref})).code == 0;
}

std::string WorkTree::show(const std::string& ref, const std::string& file) const {
  return run_program(git_command(root_, {"show", ref + ":" + file})).out;
}

std::vector<std::string> WorkTree::files_of(const std::string& ref) const {
  return lines_of(git({"ls-tree", "-r", "--name-only", ref}));
}

std::size_t WorkTree::commits_of(const std::string& ref) const {
  if (!has(ref)) return 0;
  return std::stoul(git({"rev-list", "--count", ref}));
}

}  // namespace flotilla::tests
