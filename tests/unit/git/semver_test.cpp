#include "reconciler/git/semver.h"

#include "render/base/text.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::git;

TEST_CASE("a tag is a version if it has all three numbers") {
  for (const char* text :
       {"1.2.3", "v1.2.3", "V1.2.3", "0.0.0", "1.2.3-rc.1", "1.2.3-0", "1.2.3-alpha-1.x",
        "1.2.3+build.007", "v1.2.3-rc.1+exp.sha.5114f85", "123456789012345678.0.0"}) {
    CAPTURE(text);
    CHECK(parse_version(text));
  }
  for (const char* text : {"",
                           "v",
                           "1",
                           "1.2",
                           "1.2.x",
                           "1.2.3.4",
                           "01.2.3",
                           "1.2.03",
                           "1.2.3-",
                           "1.2.3-01",
                           "1.2.3-a..b",
                           "1.2.3+",
                           "1.2.3-ä",
                           "release-1.2.3",
                           "vv1.2.3",
                           "1.2.3 ",
                           " 1.2.3",
                           "-1.2.3",
                           "1234567890123456789.0.0",
                           "*",
                           "latest"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_version(text));
  }
}

TEST_CASE("precedence of versions is semver.org's") {
  const char* ascending[] = {"0.9.9",        "1.0.0-0",       "1.0.0-2",          "1.0.0-10",
                             "1.0.0-alpha",  "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
                             "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",       "1.0.0",
                             "1.0.1",        "1.2.0",         "1.10.0",           "2.0.0"};
  for (std::size_t i = 0; i < std::size(ascending); ++i)
    for (std::size_t j = 0; j < std::size(ascending); ++j) {
      CAPTURE(ascending[i], ascending[j]);
      const auto order = compare(*parse_version(ascending[i]), *parse_version(ascending[j]));
      CHECK((order < 0) == (i < j));
      CHECK((order > 0) == (i > j));
    }
  CHECK(std::is_eq(compare(*parse_version("v1.0.0+a"), *parse_version("1.0.0+b"))));
}

TEST_CASE("what is in a range of versions") {
  struct Case {
    std::string range;
    std::string in;
    std::string out;
  };
  const Case cases[] = {
      {">=1.2.0 <2.0.0", "1.2.0 v1.9.9 1.10.0", "1.1.9 2.0.0 1.5.0-rc.1 2.0.0-rc.1"},
      {">=1.2.0,<2.0.0", "1.2.0 1.9.9", "2.0.0"},
      {">= 1.2.0, < 2.0.0", "1.2.0 1.9.9", "2.0.0"},
      {">=1.2.0<2.0.0", "1.2.0 1.9.9", "2.0.0 1.1.0"},
      {"1.2.3", "1.2.3 v1.2.3 1.2.3+build", "1.2.4 1.2.2 1.2.3-rc.1"},
      {"=v1.2.3", "1.2.3", "1.2.4"},
      {"==1.2.3", "1.2.3", "1.2.4"},
      {"!=1.2.3", "1.2.2 1.2.4", "1.2.3"},
      {"!=1.2", "1.1.9 1.3.0", "1.2.0 1.2.7"},
      {">1.2.3", "1.2.4 9.0.0", "1.2.3 1.2.0"},
      {">1.2", "1.3.0", "1.2.9"},
      {">1", "2.0.0", "1.9.9"},
      {"<1.2", "1.1.9", "1.2.0"},
      {"<=1.2.3", "1.2.3 0.1.0", "1.2.4"},
      {"<=1.2", "1.2.9", "1.3.0"},
      {"^1.2", "1.2.0 1.99.0", "1.1.9 2.0.0"},
      {"^1.2.3", "1.2.3 1.3.0", "1.2.2 2.0.0"},
      {"^1", "1.0.0 1.9.0", "0.9.0 2.0.0"},
      {"^0.2.3", "0.2.3 0.2.9", "0.2.2 0.3.0"},
      {"^0.0.3", "0.0.3", "0.0.4 0.0.2"},
      {"^0.0", "0.0.9", "0.1.0"},
      {"^0", "0.9.9", "1.0.0"},
      {"~1.4", "1.4.0 1.4.9", "1.5.0 1.3.9"},
      {"~1.4.2", "1.4.2 1.4.9", "1.4.1 1.5.0"},
      {"~1", "1.9.0", "2.0.0"},
      {"~>1.4", "1.4.9", "1.5.0"},
      {"1.x", "1.0.0 1.9.9", "2.0.0 0.9.9"},
      {"1.2.x", "1.2.0 1.2.9", "1.3.0"},
      {"1.X.*", "1.0.0", "2.0.0"},
      {"1", "1.0.0 1.9.9", "2.0.0"},
      {"*", "0.0.1 99.0.0", "1.0.0-rc.1"},
      {">=*", "0.0.1", "1.0.0-rc.1"},
      {"1.2 - 1.4", "1.2.0 1.4.9", "1.5.0 1.1.9"},
      {"1.2.3 - 1.4.5", "1.2.3 1.4.5", "1.4.6 1.2.2"},
      {"^1.2 || ^3", "1.2.0 3.9.0", "2.0.0 4.0.0"},
      {"^1.2||~3.1", "1.9.0 3.1.4", "3.2.0"},
      {"^1 !=1.3.0", "1.2.0 1.4.0", "1.3.0 2.0.0"},
      // Prereleases: named in this alternative, and never of the version that an upper bound is.
      {">=1.2.0-0", "1.2.0-rc.1 1.5.0-beta 1.2.0", "1.1.9"},
      {">=1.2.0-rc.2 <2.0.0", "1.2.0-rc.2 1.2.0-rc.10 1.7.0-beta 1.2.0", "1.2.0-rc.1 2.0.0-rc.1"},
      {"^1.2.0-0", "1.2.0-rc.1 1.3.0-rc.1", "2.0.0-rc.1 2.0.0"},
      {"<2.0.0-rc.2", "2.0.0-rc.1 1.9.0", "2.0.0-rc.2 2.0.0"},
      {"^1 || >=3.0.0-0", "1.5.0 3.0.0-rc.1", "1.5.0-rc.1"},
      {"1.2.3-rc.1", "1.2.3-rc.1", "1.2.3 1.2.3-rc.2"},
  };
  for (const Case& item : cases) {
    const auto range = VersionRange::parse(item.range);
    CAPTURE(item.range);
    REQUIRE(range);
    for (const std::string& text : split(item.in, ' ')) {
      CAPTURE(text);
      CHECK(range->contains(parse_version(text).value()));
    }
    for (const std::string& text : split(item.out, ' ')) {
      CAPTURE(text);
      CHECK_FALSE(range->contains(parse_version(text).value()));
    }
  }
}

TEST_CASE("what is no range says why") {
  struct Case {
    std::string range;
    std::string why;
  };
  const Case cases[] = {
      {"", "a part of it is empty"},        {"  ", "a part of it is empty"},
      {"^1 ||", "a part of it is empty"},   {"|| ^1", "a part of it is empty"},
      {">=", "no version after \">=\""},    {">= <2", "no version after \">=\""},
      {"main", "\"main\" is no version"},   {"1.2.3.4", "\"1.2.3.4\" is no version"},
      {"1.x.3", "\"1.x.3\" is no version"}, {"1.2-rc.1", "\"1.2-rc.1\" is no version"},
      {"^01.2", "\"01.2\" is no version"},  {"=>1.2", "\"=>\" is no comparison of versions"},
      {"1.2 -", "\"-\" is no version"},     {"^1 | ^2", "\"|\" is no version"},
      {">*", "nothing is \">*\""},
  };
  for (const Case& item : cases) {
    CAPTURE(item.range);
    const auto range = VersionRange::parse(item.range);
    REQUIRE_FALSE(range);
    CHECK(range.error().code == Code::invalid);
    INFO(range.error().message);
    CHECK(range.error().message.find("\"" + item.range +
                                     "\" is no range of versions: " + item.why) == 0);
  }
}

TEST_CASE("the highest version of a range wins, of equal ones the last name") {
  const auto best = [](const std::string& range, const std::vector<std::string>& tags) {
    return highest(VersionRange::parse(range).value(), tags).value_or("none");
  };
  CHECK(best("^1", {"v1.2.0", "v1.10.0", "v1.9.0", "v2.0.0", "latest"}) == "v1.10.0");
  CHECK(best("^1", {"1.2.0", "v1.2.0", "1.1.0"}) == "v1.2.0");
  CHECK(best("^1", {"v1.2.0", "1.2.0"}) == "v1.2.0");
  CHECK(best("^1", {"1.2.0+b", "1.2.0+a"}) == "1.2.0+b");
  CHECK(best("^1", {"1.3.0-rc.1", "1.2.0"}) == "1.2.0");
  CHECK(best(">=1.0.0-0", {"1.3.0-rc.1", "1.2.0"}) == "1.3.0-rc.1");
  CHECK(best("^3", {"1.2.0", "2.0.0"}) == "none");
  CHECK(best("^3", {}) == "none");
}
