#include "reconciler/decision/revision.h"

#include <catch2/catch.hpp>

using namespace flotilla::decision;

TEST_CASE("a revision names a commit, for programs and for people") {
  const std::string id = "0123456789abcdef0123456789abcdef01234567";
  struct Case {
    std::string revision;
    std::string name;
    std::string commit;
    std::string for_people;
  };
  const std::vector<Case> cases = {
      {revision_text("main", id), "main", id, "main@0123456"},
      {revision_text("", id), "HEAD", id, "HEAD@0123456"},
      {"main@sha1:" + id + "-dirty", "main", id, "main@0123456"},
      {"odd@sha1:name@sha1:" + id, "odd@sha1:name", id, "odd@sha1:name@0123456"},
      {"main@sha1:0123", "", "", "main@sha1:0123"},
      {"main@sha1:" + std::string(40, 'z'), "", "", "main@sha1:" + std::string(40, 'z')},
      {"main", "", "", "main"},
      {"", "", "", "an uncommitted folder"},
  };
  for (const Case& one : cases) {
    INFO(one.revision);
    CHECK(name_of(one.revision) == one.name);
    CHECK(commit_of(one.revision) == one.commit);
    CHECK(short_commit(one.revision) == one.commit.substr(0, 7));
    CHECK(short_revision(one.revision) == one.for_people);
  }
}
