#include "tests/unit/interpreter/native_aggregate_cases.h"

using namespace flotilla;
using test::check_aggregates;

namespace {

// Members' Jobs in their possible ends.
constexpr const char* running = "'active': 1, 'startTime': '2026-01-01T00:00:05Z'";
constexpr const char* complete =
    "'succeeded': 1, 'startTime': '2026-01-01T00:00:01Z', 'completionTime': "
    "'2026-01-01T00:10:00Z', 'conditions': [{'type': 'Complete', 'status': 'True'}]";
constexpr const char* criteria_met =
    "'succeeded': 2, 'startTime': '2026-01-01T00:00:02Z', 'completionTime': "
    "'2026-01-01T00:20:00Z', 'conditions': [{'type': 'SuccessCriteriaMet', 'status': 'True'}, "
    "{'type': 'Complete', 'status': 'True'}]";
constexpr const char* failed =
    "'failed': 3, 'startTime': '2026-01-01T00:00:03Z', 'conditions': [{'type': 'FailureTarget', "
    "'status': 'True'}, {'type': 'Failed', 'status': 'True'}]";

}  // namespace

TEST_CASE("a Job while its members run") {
  check_aggregates(
      "Job",
      {
          {"",
           {running, complete},
           "'status': {'active': 1, 'succeeded': 1, 'startTime': '2026-01-01T00:00:01Z'}"},
          // startTime waits for every member, and stays once it is set.
          {"", {running, "'active': 1"}, "'status': {'active': 2}"},
          {"", {running, "null"}, "'status': {'active': 1}"},
          {"'status': {'startTime': '2025-01-01T00:00:00Z', 'ready': 4}",
           {running, "null"},
           "'status': {'active': 1, 'startTime': '2025-01-01T00:00:00Z'}"},
          {"'status': {'active': 1, 'startTime': '2026-01-01T00:00:05Z'}", {running}, nullptr},
          {"", {}, nullptr},
          {"'status': {'active': 1}", {}, "'status': {}"},
      });
}

TEST_CASE("a Job is complete when every member is") {
  check_aggregates(
      "Job",
      {
          {"",
           {complete, criteria_met},
           "'status': {'succeeded': 3, 'startTime': '2026-01-01T00:00:01Z', 'completionTime': "
           "'2026-01-01T00:20:00Z', 'conditions': [{'type': 'Complete', 'status': 'True', "
           "'reason': "
           "'Completed', 'message': 'Job completed', 'lastProbeTime': '2026-06-01T12:00:00Z', "
           "'lastTransitionTime': '2026-06-01T12:00:00Z'}]}"},
          {"",
           {criteria_met},
           "'status': {'succeeded': 2, 'startTime': '2026-01-01T00:00:02Z', 'completionTime': "
           "'2026-01-01T00:20:00Z', 'conditions': [{'type': 'Complete', 'status': 'True', "
           "'reason': "
           "'Completed', 'message': 'Job completed', 'lastProbeTime': '2026-06-01T12:00:00Z', "
           "'lastTransitionTime': '2026-06-01T12:00:00Z'}, {'type': 'SuccessCriteriaMet', "
           "'status': "
           "'True', 'reason': 'CompletionsReached', 'message': 'All member clusters have met "
           "success "
           "criteria', 'lastProbeTime': '2026-06-01T12:00:00Z', 'lastTransitionTime': "
           "'2026-06-01T12:00:00Z'}]}"},
          {"", {complete, "null"}, "'status': {'succeeded': 1}"},
      });
}

TEST_CASE("a Job has failed when a member has") {
  check_aggregates(
      "Job",
      {
          {"",
           {failed, complete, failed},
           "'status': {'succeeded': 1, 'failed': 6, 'startTime': '2026-01-01T00:00:01Z', "
           "'conditions': [{'type': 'Failed', 'status': 'True', 'reason': 'JobFailed', 'message': "
           "'Job executed failed in member clusters m1,m3', 'lastProbeTime': "
           "'2026-06-01T12:00:00Z', "
           "'lastTransitionTime': '2026-06-01T12:00:00Z'}]}"},
          // A condition that is not True says nothing.
          {"",
           {"'active': 1, 'conditions': [{'type': 'Failed', 'status': 'False'}]"},
           "'status': {'active': 1}"},
      });
}

TEST_CASE("a finished Job is left alone") {
  check_aggregates(
      "Job",
      {
          {"'status': {'conditions': [{'type': 'Complete', 'status': 'True'}]}", {failed}, nullptr},
          {"'status': {'conditions': [{'type': 'Failed', 'status': 'True'}]}", {complete}, nullptr},
          {"'status': {'conditions': [{'type': 'Failed', 'status': 'False'}]}",
           {"'active': 2"},
           "'status': {'active': 2}"},
      });
}

TEST_CASE("wrong types in the status of a Job") {
  check_aggregates(
      "Job",
      {
          {"",
           {running, "'active': '1'"},
           "error: status of m2: active is a text, want a whole number"},
          {"",
           {"'startTime': 'soon'"},
           "error: status of m1: startTime is \"soon\", want a time such as 2006-01-02T15:04:05Z"},
          {"'status': {'conditions': {}}", {}, "error: status.conditions is a map, want a list"},
      });
}

TEST_CASE("a CronJob lists what runs anywhere and the latest times") {
  check_aggregates(
      "CronJob",
      {
          {"'status': {'active': [{'name': 'old'}]}",
           {"'active': [{'kind': 'Job', 'name': 'a'}], 'lastScheduleTime': '2026-01-01T10:00:00Z', "
            "'lastSuccessfulTime': '2026-01-01T09:00:00Z'",
            "null",
            "'active': [{'kind': 'Job', 'name': 'b'}, {'kind': 'Job', 'name': 'c'}], "
            // Eleven o'clock there is nine o'clock UTC.
            "'lastScheduleTime': '2026-01-01T11:00:00+02:00'",
            "'lastSuccessfulTime': '2026-01-01T09:00:01Z'"},
           "'status': {'active': [{'kind': 'Job', 'name': 'a'}, {'kind': 'Job', 'name': 'b'}, "
           "{'kind': 'Job', 'name': 'c'}], 'lastScheduleTime': '2026-01-01T10:00:00Z', "
           "'lastSuccessfulTime': '2026-01-01T09:00:01Z'}"},
          {"'status': {'lastScheduleTime': '2026-01-01T10:00:00Z'}",
           {"'lastScheduleTime': '2026-01-01T10:00:00Z'"},
           nullptr},
          {"'status': {'lastScheduleTime': '2026-01-01T10:00:00Z'}", {}, "'status': {}"},
          {"", {}, nullptr},
          {"", {"'active': ['a']"}, "error: status of m1: active[0] is a text, want a map"},
      });
}
