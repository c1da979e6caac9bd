#include "reconciler/git/repository.h"
#include "tests/support/git_servers/sandbox.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::testing;
using git::Reference;
using git::Repository;

namespace {

struct Scene {
  Sandbox box;
  std::string first = make_repository(box / "work");
  std::string second = commit_file(box / "work", "b.yaml", "b\n");

  Scene() {
    shell(box / "work", "git tag 1.2.0 " + first + " && git tag -a -m note v1.10.0 " + first +
                            " && git tag v1.9.0 && git tag v2.0.0-rc.1 && git tag latest"
                            " && git branch release/1 " +
                            first);
  }
  Repository mirror() const {
    auto result = Repository::open_mirror(box / "mirror", (box / "work").string());
    REQUIRE(result);
    REQUIRE(result->fetch());
    return std::move(*result);
  }
};

}  // namespace

TEST_CASE("a reference is found by branch, tag, id and range, and says what it was found by") {
  const Scene scene;
  const Repository mirror = scene.mirror();
  const std::string tag_object = shell(scene.box / "work", "git rev-parse v1.10.0");
  struct Case {
    std::string ref;
    std::string commit;
    std::string name;
    std::string tag;
  };
  const Case cases[] = {
      {"HEAD", scene.second, "main", ""},
      {"main", scene.second, "main", ""},
      {"refs/heads/main", scene.second, "main", ""},
      {"release/1", scene.first, "release/1", ""},
      {"v1.9.0", scene.second, "v1.9.0", ""},
      {"v1.10.0", scene.first, "v1.10.0", tag_object},
      {"refs/tags/v1.10.0", scene.first, "v1.10.0", tag_object},
      {tag_object, scene.first, "", tag_object},
      {scene.first, scene.first, "", ""},
      {scene.first.substr(0, 8), scene.first, "", ""},
      {"main~1", scene.first, "", ""},
      {"semver:>=1.2.0 <2.0.0", scene.first, "v1.10.0", tag_object},
      {"semver:~1.9", scene.second, "v1.9.0", ""},
      {"semver:<1.9", scene.first, "1.2.0", ""},
      {"semver:>=1.0.0-0", scene.second, "v2.0.0-rc.1", ""},
  };
  for (const Case& item : cases) {
    CAPTURE(item.ref);
    const auto found = mirror.resolve_ref(item.ref);
    REQUIRE(found);
    CHECK(found->commit == item.commit);
    CHECK(found->name == item.name);
    CHECK(found->tag == item.tag);
    CHECK(mirror.resolve(item.ref) == item.commit);
  }
}

TEST_CASE("a range follows new tags, and says what there is if nothing is in it") {
  const Scene scene;
  Repository mirror = scene.mirror();
  const auto none = mirror.resolve_ref("semver:^3");
  REQUIRE_FALSE(none);
  CHECK(none.error().code == Code::not_found);
  CHECK(none.error().message == "no tag of " + (scene.box / "work").string() +
                                    " is a version in \"^3\", the highest one is v2.0.0-rc.1");
  shell(scene.box / "work", "git tag v3.1.4");
  REQUIRE(mirror.fetch());
  CHECK(mirror.resolve_ref("semver:^3")->name == "v3.1.4");
  shell(scene.box / "work", "git tag -d v3.1.4");
  REQUIRE(mirror.fetch());
  CHECK(mirror.resolve_ref("semver:^3").error().code == Code::not_found);
  CHECK(mirror.resolve_ref("semver:three").error().code == Code::invalid);
}

TEST_CASE("a branch goes before a tag of its name, the full name is exact") {
  const Scene scene;
  shell(scene.box / "work", "git branch v1.9.0 " + scene.first);
  const Repository mirror = scene.mirror();
  CHECK(mirror.resolve_ref("v1.9.0")->commit == scene.first);
  CHECK(mirror.resolve_ref("refs/tags/v1.9.0")->commit == scene.second);
  CHECK(mirror.resolve_ref("semver:1.9.0")->commit == scene.second);
}

TEST_CASE("a detached HEAD has no name") {
  const Scene scene;
  shell(scene.box / "work", "git checkout -q --detach " + scene.first);
  const auto found = scene.mirror().resolve_ref("HEAD");
  REQUIRE(found);
  CHECK(found->commit == scene.first);
  CHECK(found->name.empty());
}
