#include "reconciler/decision/verification.h"

#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::decision;

namespace {

std::string fleet(const std::string& name, const std::string& spec) {
  return "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata: {name: " + name + "}\n" + spec;
}

Result<std::optional<Verification>> verification(const tests::Files& files) {
  return verification_in(tests::read(files).catalog);
}

}  // namespace

TEST_CASE("what the Fleet says of signatures is read from a catalog alone") {
  const auto said = verification(
      {{"f.yaml", fleet("f", "spec: {verify: {commits: true, tags: true, keys: [a.asc, b]}}\n")}});
  REQUIRE(said);
  REQUIRE(*said);
  CHECK((*said)->commits);
  CHECK((*said)->tags);
  CHECK((*said)->keys == std::vector<std::string>{"a.asc", "b"});

  const auto nothing = verification({{"f.yaml", fleet("f", "spec: {drift: Report}\n")}});
  REQUIRE(nothing);
  REQUIRE(*nothing);
  CHECK_FALSE((*nothing)->wanted());
}

TEST_CASE("a Fleet that cannot be read is not one that wants nothing") {
  for (const tests::Files& files :
       {tests::Files{{"a.yaml", tests::config_map("a")}},
        tests::Files{{"f.yaml", fleet("f", "spec: {verify: {commits: true}\n")}},
        tests::Files{{"f.yaml", fleet("f", "spec: {verify: {commits: true}}\n")},
                     {"g.yaml", fleet("f", "spec: {}\n")}}}) {
    const auto said = verification(files);
    REQUIRE(said);
    CHECK_FALSE(*said);
  }
}

TEST_CASE("a fault in what is said of signatures is an error with its place") {
  const auto wrong =
      verification({{"f.yaml", fleet("f", "spec:\n  verify: {commits: perhaps}\n")}});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().where.file == "f.yaml");
  CHECK(wrong.error().where.line == 5);
  CHECK_FALSE(verification({{"f.yaml", fleet("f", "spec: {verify: [a]}\n")}}));
  CHECK_FALSE(verification({{"f.yaml", fleet("f", "spec: {verify: {commits: true}}\n")},
                            {"g.yaml", fleet("g", "spec: {}\n")}}));
}
