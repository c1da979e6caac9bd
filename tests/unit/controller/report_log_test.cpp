#include "reconciler/controller/report_log.h"

#include "tests/unit/notify/captured_log.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::controller;

namespace {

member::Report suspended(const std::string& why) {
  member::Report report;
  report.cluster = "eu";
  report.reached = true;
  report.suspended = why;
  return report;
}

}  // namespace

TEST_CASE("why nothing is written to a cluster is told once, and that it goes on") {
  const member::Report audit = suspended("audit");
  const member::Report repair = suspended("repair");
  const member::Report none = suspended("");
  struct Row {
    const member::Report* last;
    const member::Report& now;
    std::string line;  // empty: nothing is told
  };
  const std::string pause = "\"nothing is written to the cluster\",\"cluster\":\"eu\",\"why\":";
  const std::vector<Row> rows = {
      {nullptr, none, ""},
      {nullptr, audit, pause + "\"audit\""},
      {&none, audit, pause + "\"audit\""},
      {&audit, audit, ""},
      {&audit, repair, pause + "\"repair\""},
      {&repair, none, "\"changes are applied again\",\"cluster\":\"eu\""},
      {&none, none, ""},
  };
  for (const Row& row : rows) {
    test::CapturedLog log;
    log_news(row.now, row.last);
    INFO(log.text());
    CHECK(log.count("\n") == (row.line.empty() ? 0 : 1));
    CHECK(log.count(row.line.empty() ? "{" : row.line) == (row.line.empty() ? 0 : 1));
  }
}
