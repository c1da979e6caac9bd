#include "reconciler/server/hook_secrets.h"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <fstream>

using namespace flotilla::server;
namespace fs = std::filesystem;

namespace {

struct Folder {
  fs::path path;
  Folder() {
    std::string name = (fs::temp_directory_path() / "flotilla-hooks-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { fs::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  void write(const char* name, const std::string& text) const {
    std::ofstream(path / name, std::ios::binary) << text;
  }
};

}  // namespace

TEST_CASE("A secret is a line") {
  CHECK(parse_secrets("one\n") == Secrets{"one"});
  CHECK(parse_secrets("one") == Secrets{"one"});
  CHECK(parse_secrets("one\r\n\n two \n") == Secrets{"one", " two "});
  CHECK(parse_secrets("\n\r\n").empty());
  CHECK(parse_secrets("").empty());
}

TEST_CASE("Secrets are read again when their file changes") {
  const Folder folder;
  HookSecrets secrets(folder.path);
  CHECK(secrets.of(HookKind::github).empty());
  folder.write("github", "one\n");
  CHECK(secrets.of(HookKind::github) == Secrets{"one"});
  CHECK(secrets.of(HookKind::gitlab).empty());

  // As a mounted Secret does it: another file under the same name.
  folder.write("next", "two\n");
  fs::rename(folder.path / "next", folder.path / "github");
  CHECK(secrets.of(HookKind::github) == Secrets{"two"});

  folder.write("github", "two\nthree\n");
  CHECK(secrets.of(HookKind::github) == Secrets{"two", "three"});
  fs::remove(folder.path / "github");
  CHECK(secrets.of(HookKind::github).empty());
}

TEST_CASE("What is no file with secrets is none") {
  const Folder folder;
  fs::create_directory(folder.path / "github");
  folder.write("gitlab", std::string(70'000, 'x'));
  HookSecrets secrets(folder.path);
  CHECK(secrets.of(HookKind::github).empty());
  CHECK(secrets.of(HookKind::gitlab).empty());
}
