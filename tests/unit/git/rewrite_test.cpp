#include "reconciler/git/repository.h"
#include "tests/support/git_servers/sandbox.h"

#include <catch2/catch.hpp>

#include <map>
#include <optional>
#include <vector>

using namespace flotilla;
using namespace flotilla::testing;
using git::Repository;

namespace {

struct Scene {
  Sandbox box;
  std::filesystem::path work = box / "work";
  std::string first = make_repository(work);

  Repository mirror() const {
    auto result = Repository::open_mirror(box / "mirror", work.string());
    REQUIRE(result);
    REQUIRE(result->fetch());
    return std::move(*result);
  }
  std::string git(const std::string& arguments) const { return shell(work, "git " + arguments); }
  // What rev-list says in the mirror, which has commits that were not pushed.
  std::string in_mirror(const std::string& arguments) const {
    return shell(box / "mirror", "git " + arguments);
  }
};

}  // namespace

TEST_CASE("a rewritten history is told from one that went on") {
  const Scene scene;
  const std::string second = commit_file(scene.work, "b", "b");
  Repository mirror = scene.mirror();
  CHECK(mirror.is_ancestor(scene.first, second) == true);
  CHECK(mirror.is_ancestor(second, second) == true);
  CHECK(mirror.is_ancestor(second, scene.first) == false);
  scene.git("reset -q --hard " + scene.first);
  const std::string other = commit_file(scene.work, "c", "c");
  REQUIRE(mirror.fetch());
  CHECK(mirror.is_ancestor(second, other) == false);
  CHECK(mirror.is_ancestor(scene.first, other) == true);
  CHECK(mirror.is_ancestor(std::string(40, '1'), other) == false);
  CHECK(mirror.is_ancestor(other, std::string(40, '1')).error().code == Code::not_found);
  CHECK(mirror.is_ancestor("main", other).error().code == Code::invalid);
}

TEST_CASE("commits are counted as git counts them, along merges, back and aside") {
  const Scene scene;
  std::vector<std::string> tips{scene.first};
  for (int i = 0; i < 5; ++i)
    tips.push_back(commit_file(scene.work, "main" + std::to_string(i), "1"));
  scene.git("checkout -q -b side " + tips[2]);
  for (int i = 0; i < 3; ++i)
    tips.push_back(commit_file(scene.work, "side" + std::to_string(i), "1"));
  scene.git("checkout -q main");
  scene.git("merge -q --no-ff -m merge side");
  tips.push_back(scene.git("rev-parse HEAD"));
  scene.git("checkout -q --orphan alone");
  tips.push_back(commit_file(scene.work, "alone", "1"));
  const Repository mirror = scene.mirror();
  const std::vector<std::string> there = tips;
  tips.insert(tips.end(), there.rbegin(), there.rend());
  for (const std::string& tip : tips) {
    CAPTURE(tip);
    CHECK(std::to_string(mirror.commit_count(tip).value()) == scene.git("rev-list --count " + tip));
  }
  CHECK(mirror.commit_count(std::string(40, '1')).error().code == Code::not_found);
  CHECK(mirror.commit_count(scene.first) == 1U);
}

TEST_CASE("a bounded history keeps trees, messages, authors and times, and nothing before them") {
  const Scene scene;
  shell(scene.work,
        "for i in 1 2 3 4 5; do echo $i > file; git add -A; "
        "GIT_AUTHOR_NAME=Bo$i GIT_AUTHOR_DATE=\"170000000$i +0200\" git commit -q -m \"Change $i\" "
        "-m \"Body $i\"; done");
  const std::string tip = scene.git("rev-parse HEAD");
  Repository mirror = scene.mirror();
  const auto bounded = mirror.bounded_history(tip, 3);
  REQUIRE(bounded);
  CHECK(mirror.commit_count(*bounded) == 3U);
  const std::string format = "log -3 --format='%T %an %ae %ad %cn %cd %B' --date=raw ";
  CHECK(scene.in_mirror(format + *bounded) == scene.in_mirror(format + tip));
  CHECK(scene.in_mirror("log -1 --format=%an --skip=2 " + *bounded) == "Bo3");
  CHECK(scene.in_mirror("fsck --strict --no-dangling").empty());
  CHECK(mirror.bounded_history(tip, 3) == *bounded);
  // Nothing to cut off.
  CHECK(mirror.bounded_history(*bounded, 3) == *bounded);
  CHECK(mirror.bounded_history(tip, 6) == tip);
  CHECK(mirror.bounded_history(tip, 100) == tip);
  CHECK(mirror.commit_count(mirror.bounded_history(tip, 5).value()) == 5U);
  CHECK(mirror.commit_count(mirror.bounded_history(tip, 1).value()) == 1U);
  CHECK(mirror.bounded_history(tip, 0).error().code == Code::invalid);
  CHECK(mirror.bounded_history(std::string(40, '1'), 2).error().code == Code::not_found);

  // It takes the place of the branch, and writing goes on on top of it.
  REQUIRE(mirror.push("flotilla/status", tip, ""));
  REQUIRE(mirror.push("flotilla/status", *bounded, tip));
  const auto next = mirror.write_commit(*bounded, {{"file", "6"}}, "Change 6", {});
  REQUIRE(next);
  REQUIRE(mirror.push("flotilla/status", **next, *bounded));
  CHECK(scene.git("rev-list --count flotilla/status") == "4");
  CHECK(scene.git("show flotilla/status:app.yaml") == "kind: ConfigMap");
}

TEST_CASE("a root commit replaces a root commit by compare-and-swap") {
  const Scene scene;
  Repository ours = scene.mirror();
  auto theirs = Repository::open_mirror(scene.box / "theirs", scene.work.string());
  REQUIRE(theirs->fetch());
  const auto lease = [](Repository& repository, const std::string& holder) {
    return *repository.write_commit("", {{"lease.yaml", holder}}, "Lease", {}).value();
  };
  const std::string one = lease(ours, "a 1");
  REQUIRE(ours.push("flotilla/lease", one, ""));
  const std::string two = lease(ours, "a 2");
  REQUIRE(ours.push("flotilla/lease", two, one));
  CHECK(scene.git("rev-list --count flotilla/lease") == "1");
  // Somebody who has not seen the last one does not get it.
  const std::string stolen = lease(*theirs, "b 1");
  CHECK(theirs->push("flotilla/lease", stolen, one).error().code == Code::conflict);
  CHECK(theirs->push("flotilla/lease", stolen, "").error().code == Code::conflict);
  CHECK(scene.git("rev-parse flotilla/lease") == two);
  REQUIRE(theirs->fetch());
  CHECK(theirs->resolve("flotilla/lease") == two);
  REQUIRE(theirs->push("flotilla/lease", stolen, two));
  CHECK(ours.push("flotilla/lease", lease(ours, "a 3"), two).error().code == Code::conflict);
}

TEST_CASE("a branch that moves often does not make the mirror grow, and kept commits stay") {
  const Scene scene;
  const std::string second = commit_file(scene.work, "b", "b");
  Repository mirror = scene.mirror();
  REQUIRE(mirror.keep("applied", second));
  scene.git("reset -q --hard " + scene.first);
  REQUIRE(mirror.fetch());
  std::string lease;
  const auto renew = [&](int i) {
    const std::string next =
        *mirror.write_commit("", {{"lease", std::to_string(i)}}, "Lease", {}).value();
    REQUIRE(mirror.push("flotilla/lease", next, lease));
    lease = next;
  };
  for (int i = 0; i < 30; ++i) renew(i);
  const std::string passed = lease;
  renew(30);
  const auto objects = [&] {
    return std::stoi(scene.in_mirror("count-objects -v | sed -n 's/^count: //p'"));
  };
  CHECK(objects() >= 90);
  // These have ids that begin with 17, by whose number all are estimated.
  std::map<std::string, std::optional<std::string>> files;
  for (const int i :
       {32,   119,  334,  782,  907,  922,  1113, 1173, 1298, 1910, 2085, 2500, 2797, 2920, 3325,
        4097, 4226, 4645, 4725, 4747, 5699, 5796, 6067, 7003, 7256, 7290, 7485, 7673, 7865, 7867})
    files[std::to_string(i)] = std::to_string(i);
  REQUIRE(mirror.write_commit("", files, "Not pushed", {}).value());
  shell(scene.box / "mirror/objects", "find . -type f -exec touch -d '2 hours ago' {} +");
  REQUIRE(mirror.fetch());
  CHECK(objects() < 10);
  CHECK(mirror.commit(passed).error().code == Code::not_found);
  CHECK(mirror.resolve("flotilla/lease") == lease);
  CHECK(mirror.read_file(second, "b") == "b");
  renew(31);
  REQUIRE(mirror.keep("applied", ""));
  CHECK(scene.in_mirror("for-each-ref refs/flotilla").empty());
  CHECK(mirror.keep("bad..name", second).error().code == Code::invalid);
  CHECK(mirror.keep("applied", std::string(40, '1')).error().code == Code::not_found);
}
