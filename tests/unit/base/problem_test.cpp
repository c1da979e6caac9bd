#include "render/base/problem.h"

#include <catch2/catch.hpp>

using namespace flotilla;

TEST_CASE("a problem reads as editors expect") {
  CHECK(to_string(error_at("yaml-syntax", {"a.yaml", 3, 7}, "found a tab, want spaces")) ==
        "a.yaml:3:7: error: found a tab, want spaces");
  CHECK(to_string(warning_at("no-kind", {"a.yaml", 3, 0}, "no kind", "ConfigMap/x")) ==
        "a.yaml:3: warning: ConfigMap/x: no kind");
}

TEST_CASE("problems are sorted by place and listed once") {
  const Problems problems =
      sorted({error_at("b", {"b.yaml", 1, 1}, "x"), error_at("a", {"a.yaml", 10, 1}, "x"),
              error_at("a", {"a.yaml", 9, 1}, "x"), error_at("b", {"b.yaml", 1, 1}, "x")});
  REQUIRE(problems.size() == 3);
  CHECK(problems[0].where.line == 9);
  CHECK(problems[1].where.line == 10);
  CHECK(has_error(problems));
  CHECK_FALSE(has_error({warning_at("a", {}, "x")}));
}

TEST_CASE("an error says where, what, and what was being done") {
  const Error error =
      while_doing({Code::invalid, "replicas is \"three\", want a number", {"a.yaml", 2, 5}},
                  "reading policy p");
  CHECK(to_string(error) ==
        "a.yaml:2:5: replicas is \"three\", want a number (while reading policy p)");
}
