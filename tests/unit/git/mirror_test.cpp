#include "reconciler/git/repository.h"
#include "tests/support/git_servers/sandbox.h"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <chrono>

using namespace flotilla;
using namespace flotilla::testing;
using git::Repository;

namespace fs = std::filesystem;

namespace {

struct Scene {
  Sandbox box;
  fs::path work = box / "work";
  std::string first = make_repository(work);

  Result<Repository> mirror() const {
    return Repository::open_mirror(box / "data/mirror", work.string());
  }
  // A mirror that has fetched.
  Repository fetched() const {
    auto result = mirror();
    REQUIRE(result);
    const auto done = result->fetch();
    INFO((done ? "" : to_string(done.error())));
    REQUIRE(done);
    return std::move(*result);
  }
};

}  // namespace

TEST_CASE("a mirror follows local repositories: bare, with a work tree, by path and by file://") {
  Scene scene;
  make_bare(scene.work, scene.box / "bare.git");
  for (const std::string& url :
       {scene.work.string(), (scene.box / "bare.git").string(), "file://" + scene.work.string()}) {
    CAPTURE(url);
    auto mirror = Repository::open_mirror(scene.box / "mirror", url);
    REQUIRE(mirror);
    CHECK(mirror->resolve("main").error().code ==
          Code::not_found);  // the mirror was of another URL before
    REQUIRE(mirror->fetch());
    CHECK(mirror->resolve("main") == scene.first);
    CHECK(mirror->resolve("HEAD") == scene.first);
    CHECK(mirror->head_branch() == "main");
    CHECK_FALSE(mirror->work_tree());
    CHECK(mirror->read_file(scene.first, "app.yaml") == "kind: ConfigMap\n");
  }
}

TEST_CASE("a fetch takes new commits, forced ones and tags, and prunes what is gone") {
  Scene scene;
  shell(scene.work, "git branch old && git tag gone");
  auto mirror = scene.fetched();
  REQUIRE(mirror.resolve("old"));
  const std::string second = commit_file(scene.work, "b.yaml", "b\n");
  shell(scene.work,
        "git tag -a -m note v1 && git branch -D old && git branch old/deeper && git tag -d gone");
  REQUIRE(mirror.fetch());
  CHECK(mirror.resolve("main") == second);
  CHECK(mirror.resolve("v1") == second);
  CHECK(mirror.resolve("old/deeper") == second);
  CHECK(mirror.resolve("old").error().code == Code::not_found);
  CHECK(mirror.resolve("gone").error().code == Code::not_found);

  shell(scene.work, "git reset -q --hard " + scene.first);
  const std::string forced = commit_file(scene.work, "c.yaml", "c\n");
  shell(scene.work, "git tag -f v1");
  REQUIRE(mirror.fetch());
  CHECK(mirror.resolve("main") == forced);
  CHECK(mirror.resolve("v1") == forced);
}

TEST_CASE(
    "HEAD follows the remote: another branch, a new default, detached, and an empty repository") {
  Scene scene;
  auto mirror = scene.fetched();
  shell(scene.work, "git checkout -q -b trunk");
  const std::string second = commit_file(scene.work, "b.yaml", "b\n");
  REQUIRE(mirror.fetch());
  CHECK(mirror.head_branch() == "trunk");
  CHECK(mirror.resolve("HEAD") == second);

  shell(scene.work, "git checkout -q --detach");
  const std::string loose = commit_file(scene.work, "c.yaml", "c\n");
  REQUIRE(mirror.fetch());
  CHECK(mirror.head_branch().empty());
  CHECK(mirror.resolve("HEAD") == loose);

  shell(scene.work, "git checkout -q main && git branch -D trunk");
  REQUIRE(mirror.fetch());
  CHECK(mirror.head_branch() == "main");

  REQUIRE(Repository::init(scene.box / "empty"));
  auto empty =
      Repository::open_mirror(scene.box / "mirror-of-empty", (scene.box / "empty").string());
  REQUIRE(empty->fetch());
  CHECK(empty->resolve("HEAD").error().code == Code::not_found);
}

TEST_CASE("a repository that belongs to somebody else can be mirrored and pushed to") {
  if (geteuid() != 0) {
    WARN("SKIPPED, needs root to give a folder away");
    return;
  }
  Scene scene;
  make_bare(scene.work, scene.box / "bare.git");
  shell(scene.box.path(), "chown -R 12345 work bare.git");
  CHECK(Repository::open(scene.work)->resolve("HEAD") == scene.first);
  auto mirror = Repository::open_mirror(scene.box / "mirror", (scene.box / "bare.git").string());
  const auto fetched = mirror->fetch();
  INFO((fetched ? "" : to_string(fetched.error())));
  REQUIRE(fetched);
  CHECK(mirror->push("b", scene.first, ""));
}

TEST_CASE("a broken mirror is made anew") {
  Scene scene;
  const std::string second = commit_file(scene.work, "deep/b.yaml", "b\n");
  {
    scene.fetched();
  }
  const fs::path folder = scene.box / "data/mirror";
  SECTION("no HEAD") { fs::remove(folder / "HEAD"); }
  SECTION("garbage in HEAD") { write_file(folder / "HEAD", "garbage"); }
  SECTION("garbage in the configuration") { write_file(folder / "config", "[[["); }
  SECTION("no objects") { shell(folder, "rm -rf objects/*"); }
  SECTION("no objects folder") { fs::remove_all(folder / "objects"); }
  SECTION("empty objects") {
    shell(folder, "find objects -type f -exec sh -c 'chmod u+w \"$1\"; : > \"$1\"' x {} ';'");
  }
  SECTION("an empty ref") {
    shell(folder, "rm -f packed-refs; mkdir -p refs/heads; : > refs/heads/main");
  }
  SECTION("everything but the mark") {
    shell(folder, "rm -rf HEAD config objects refs packed-refs");
  }
  auto mirror = scene.fetched();
  CHECK(mirror.resolve("main") == second);
  CHECK(mirror.head_branch() == "main");
  CHECK((*mirror.tree(second))->list()->size() == 2);
  CHECK(mirror.read_file(second, "deep/b.yaml") == "b\n");
  CHECK_FALSE(fs::exists(folder.string() + ".new"));
}

TEST_CASE("an object that is found missing while reading is there after the next fetch") {
  Scene scene;
  auto mirror = scene.fetched();
  const auto tree = mirror.tree(scene.first);
  const std::string blob = shell(scene.work, "git rev-parse HEAD:app.yaml");
  const fs::path folder = scene.box / "data/mirror";
  // Unpack, so that one object can be taken away.
  shell(folder,
        "mv objects/pack . && for p in pack/*.pack; do [ -e $p ] && git unpack-objects -q < $p; "
        "done; rm -rf pack; "
        "mkdir -p objects/pack; rm -f objects/" +
            blob.substr(0, 2) + "/" + blob.substr(2));
  auto again = scene.mirror();
  REQUIRE(again->fetch());
  const auto broken = (*again->tree(scene.first))->list();
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == Code::internal);
  const auto kept_tree = again->tree(scene.first);
  REQUIRE(again->fetch());
  CHECK(again->read_file(scene.first, "app.yaml") == "kind: ConfigMap\n");
  CHECK((*kept_tree)->list()->size() == 1);  // trees that were handed out go on
}

TEST_CASE("a broken mirror is kept when the remote cannot be reached") {
  Scene scene;
  {
    scene.fetched();
  }
  shell(scene.box / "data/mirror", "rm -rf objects/*");
  fs::rename(scene.work, scene.box / "away");
  auto mirror = scene.mirror();
  REQUIRE(mirror);
  const auto fetched = mirror->fetch();
  REQUIRE_FALSE(fetched);
  CHECK(fetched.error().code == Code::not_found);
  CHECK(fetched.error().message.find(scene.work.string()) != std::string::npos);
  fs::rename(scene.box / "away", scene.work);
  REQUIRE(mirror->fetch());
  CHECK(mirror->read_file(scene.first, "app.yaml") == "kind: ConfigMap\n");
}

TEST_CASE("what a killed fetch left behind blocks nobody") {
  Scene scene;
  {
    scene.fetched();
  }
  const fs::path folder = scene.box / "data/mirror";
  for (const char* lock :
       {"packed-refs.lock", "HEAD.lock", "config.lock", "shallow.lock", "refs/heads/main.lock",
        "objects/pack/tmp_pack_x", "objects/tmp_objdir-incoming-x/y"})
    write_file(folder / lock, "");
  shell(scene.work, "git branch tmp_branch");
  const std::string second = commit_file(scene.work, "b.yaml", "b\n");
  auto mirror = scene.fetched();
  CHECK(mirror.resolve("main") == second);
  CHECK_FALSE(fs::exists(folder / "refs/heads/main.lock"));
  CHECK_FALSE(fs::exists(folder / "objects/pack/tmp_pack_x"));
  CHECK_FALSE(fs::exists(folder / "objects/tmp_objdir-incoming-x"));
  CHECK(scene.fetched().resolve("tmp_branch"));
}

TEST_CASE("many single objects are packed, and nothing is lost") {
  Scene scene;
  auto mirror = scene.fetched();
  std::map<std::string, std::optional<std::string>> files;
  for (int i = 0; i < 9000; ++i)
    files[std::to_string(i % 30) + "/" + std::to_string(i)] = std::to_string(i);
  const std::string many = mirror.write_commit(scene.first, files, "Many", {})->value();
  REQUIRE(mirror.push("flotilla/status", many, ""));
  const std::string unborn =
      mirror.write_commit(many, {{"1/1", "new"}}, "Not pushed yet", {})->value();
  const std::string second = commit_file(scene.work, "b.yaml", "b\n");
  const auto tree = mirror.tree(many);
  REQUIRE(mirror.fetch());
  const fs::path objects = scene.box / "data/mirror/objects";
  CHECK(std::stoi(shell(objects, "find ?? -type f | wc -l")) < 100);
  CHECK(mirror.resolve("main") == second);
  CHECK((*tree)->list()->size() == 9001);
  CHECK(mirror.push("flotilla/status", unborn, many));
}

TEST_CASE("a folder that is not ours is left alone") {
  Scene scene;
  write_file(scene.box / "data/mirror/precious", "1");
  const auto mirror = scene.mirror();
  REQUIRE_FALSE(mirror);
  CHECK(mirror.error().code == Code::conflict);
  CHECK(read_file(scene.box / "data/mirror/precious") == "1");
}

TEST_CASE("what is no repository, or no transport we allow, is an error") {
  const Sandbox box;
  fs::create_directory(box / "plain");
  const auto code_of = [&](const std::string& url) {
    auto mirror = Repository::open_mirror(box / "mirror", url);
    REQUIRE(mirror);
    const auto fetched = mirror->fetch();
    REQUIRE_FALSE(fetched);
    INFO(to_string(fetched.error()));
    CHECK(fetched.error().message.find(git::shown_url(url)) != std::string::npos);
    return fetched.error().code;
  };
  CHECK(code_of((box / "plain").string()) == Code::not_found);
  CHECK(code_of((box / "nowhere").string()) == Code::not_found);
  CHECK(code_of("ext::touch " + (box / "hacked").string()) == Code::invalid);
  CHECK(code_of("--upload-pack=touch:x") == Code::invalid);
  CHECK(code_of("ftp://127.0.0.1/app.git") == Code::invalid);
  CHECK_FALSE(fs::exists(box / "hacked"));
}

TEST_CASE("the caller's git variables and hooks do not lead astray") {
  Scene scene;
  setenv("GIT_DIR", "/nowhere", 1);
  setenv("GIT_OBJECT_DIRECTORY", "/nowhere", 1);
  auto mirror = scene.mirror();
  const auto fetched = mirror->fetch();
  unsetenv("GIT_DIR");
  unsetenv("GIT_OBJECT_DIRECTORY");
  REQUIRE(fetched);
  CHECK(mirror->resolve("main") == scene.first);
}

TEST_CASE("a repository without remote has nothing to fetch") {
  Scene scene;
  CHECK(Repository::open(scene.work)->fetch());
}
