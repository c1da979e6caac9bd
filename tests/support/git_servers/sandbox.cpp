#include "tests/support/git_servers/sandbox.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace flotilla::testing {

namespace fs = std::filesystem;

Sandbox::Sandbox() {
  std::string name = (fs::temp_directory_path() / "flotilla-git-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary folder");
  path_ = name;
}

Sandbox::~Sandbox() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void write_file(const fs::path& path, const std::string& content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

std::string read_file(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string shell(const fs::path& folder, const std::string& command) {
  const std::string settings =
      "export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0 "
      "GIT_AUTHOR_NAME=Ann "
      "GIT_AUTHOR_EMAIL=ann@example.org GIT_COMMITTER_NAME=Ann GIT_COMMITTER_EMAIL=ann@example.org "
      "GIT_AUTHOR_DATE='1700000000 +0000' GIT_COMMITTER_DATE='1700000000 +0000' LC_ALL=C; ";
  const std::string line = "exec 2>&1; cd '" + folder.string() + "' && " + settings + command;
  FILE* pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run a shell");
  std::string output;
  std::array<char, 4096> buffer{};
  for (std::size_t got = 0; (got = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    output.append(buffer.data(), got);
  const int status = pclose(pipe);
  if (status != 0) throw std::runtime_error("failed: " + command + "\n" + output);
  if (output.ends_with('\n')) output.pop_back();
  return output;
}

std::string make_repository(const fs::path& folder) {
  fs::create_directories(folder);
  shell(folder, "git init -q -b main");
  return commit_file(folder, "app.yaml", "kind: ConfigMap\n");
}

std::string commit_file(const fs::path& folder, const std::string& path,
                        const std::string& content) {
  write_file(folder / path, content);
  shell(folder, "git add -A && git commit -q -m 'Change " + path + "'");
  return shell(folder, "git rev-parse HEAD");
}

void make_bare(const fs::path& from, const fs::path& to) {
  shell(from, "git clone -q --bare . '" + to.string() + "'");
}

}  // namespace flotilla::testing
