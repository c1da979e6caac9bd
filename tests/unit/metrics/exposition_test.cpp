#include "tests/support/exposition.h"

#include <catch2/catch.hpp>

using namespace flotilla::tests;

TEST_CASE("The strict reader reads what is right") {
  const Exposition read = parse_exposition(
      "# HELP a_total What\n# TYPE a_total counter\na_total{x=\"1\\\"\\\\\\n\"} 3\na_total 4e2\n"
      "# HELP h What\n# TYPE h histogram\nh_count 2\nh_sum 1.5\nh_bucket{le=\"1\"} 1\n"
      "h_bucket{le=\"+Inf\"} 2\n");
  CHECK(read.faults.empty());
  CHECK(read.value("a_total", {{"x", "1\"\\\n"}}) == 3);
  CHECK(read.value("a_total") == 400);
  CHECK(read.value("h_bucket", {{"le", "1"}}) == 1);
  CHECK_FALSE(read.has("a_total", {{"x", "2"}}));
  CHECK_THROWS(read.value("b"));
}

TEST_CASE("The strict reader finds what is wrong") {
  const std::string head = "# HELP g What\n# TYPE g gauge\n";
  const std::string text = GENERATE_COPY(as<std::string>(),                //
                                         head + "g 1",                     // no line end
                                         head + "g\n",                     // no value
                                         head + "g one\n",                 // no number
                                         head + "g 1\ng 1\n",              // twice
                                         head + "f 1\n",                   // of no family
                                         head + head + "g 1\n",            // a family twice
                                         head + "g{x=\"1\" 1\n",           // open labels
                                         head + "g{x=\"1\",x=\"2\"} 1\n",  // a label twice
                                         head + "g{x=\"\\t\"} 1\n",        // no such escape
                                         head + "\n",                      // an empty line
                                         head + "# EOF\n",                 // of another format
                                         "# HELP c What\n# TYPE c counter\nc 1\n",
                                         "# HELP h W\n# TYPE h histogram\nh_count 1\nh_sum 1\n"
                                         "h_bucket{le=\"1\"} 1\n");  // no +Inf
  CAPTURE(text);
  CHECK_FALSE(parse_exposition(text).faults.empty());
}
