#include "tests/unit/interpreter/native_aggregate_cases.h"

using namespace flotilla;
using test::check_aggregates;

TEST_CASE("a Pod is in the most telling phase") {
  check_aggregates(
      "Pod",
      {
          {"",
           {"'phase': 'Running'", "'phase': 'Failed'", "null"},
           "'status': {'phase': 'Failed'}"},
          {"", {"'phase': 'Running'", "'phase': 'Pending'"}, "'status': {'phase': 'Pending'}"},
          // What has not reported yet is still pending.
          {"", {"'phase': 'Running'", "null"}, "'status': {'phase': 'Pending'}"},
          {"", {"'phase': 'Succeeded'", "'phase': 'Running'"}, "'status': {'phase': 'Running'}"},
          {"",
           {"'phase': 'Succeeded'", "'phase': 'Succeeded'"},
           "'status': {'phase': 'Succeeded'}"},
          {"'status': {'qosClass': 'Burstable'}", {"'phase': 'Unknown'"}, "'status': {}"},
          // Without members its status is emptied.
          {"'status': {'phase': 'Running'}", {}, "'status': {}"},
          {"'status': {'phase': 'Running'}", {"'phase': 'Running'"}, nullptr},
          {"", {"'phase': 1"}, "error: status of m1: phase is a number, want a text"},
      });
}

TEST_CASE("the containers of a Pod are listed with their readiness and state") {
  check_aggregates(
      "Pod",
      {
          {"'status': {'podIP': '10.1.1.1', 'phase': 'Pending'}",
           {"'phase': 'Running', 'containerStatuses': [{'name': 'a', 'ready': true, "
            "'restartCount': "
            "2, 'state': {'running': {'startedAt': '2026-01-01T00:00:00Z'}}}]",
            "'phase': 'Running', 'containerStatuses': [{'name': 'a', 'ready': false, 'image': "
            "'x'}], "
            "'initContainerStatuses': [{'ready': true, 'state': {'terminated': {'exitCode': 0}}}]"},
           "'status': {'phase': 'Running', 'containerStatuses': [{'ready': true, 'state': "
           "{'running': {'startedAt': '2026-01-01T00:00:00Z'}}}, {'ready': false}], "
           "'initContainerStatuses': [{'ready': true, 'state': {'terminated': {'exitCode': 0}}}]}"},
          {"'status': {'containerStatuses': [{'ready': true}]}",
           {"'containerStatuses': [{'ready': false}]"},
           "'status': {'containerStatuses': [{'ready': false}]}"},
          {"'status': {'containerStatuses': [{'ready': true, 'state': {'running': {}}}]}",
           {"'phase': '', 'containerStatuses': [{'ready': true, 'state': {'waiting': {}}}]"},
           "'status': {'containerStatuses': [{'ready': true, 'state': {'waiting': {}}}]}"},
          {"",
           {"'containerStatuses': [{'ready': 'yes'}]"},
           "error: status of m1: containerStatuses[0].ready is a text, want a truth value"},
      });
}

TEST_CASE("a PersistentVolume is in the most telling phase") {
  check_aggregates(
      "PersistentVolume",
      {
          {"", {"'phase': 'Bound'", "'phase': 'Failed'", "null"}, "'status': {'phase': 'Failed'}"},
          {"", {"'phase': 'Bound'", "'phase': 'Pending'"}, "'status': {'phase': 'Pending'}"},
          {"", {"'phase': 'Bound'", "null"}, "'status': {'phase': 'Pending'}"},
          {"", {"'phase': 'Bound'", "'phase': 'Available'"}, "'status': {'phase': 'Available'}"},
          {"", {"'phase': 'Released'", "'phase': 'Bound'"}, "'status': {'phase': 'Bound'}"},
          {"", {"'phase': 'Released'"}, "'status': {'phase': 'Released'}"},
          {"'status': {'phase': 'Bound', 'reason': 'old'}",
           {"'phase': 'Bound'"},
           "'status': {'phase': 'Bound'}"},
          {"'status': {'phase': 'Bound'}", {"'phase': 'Bound'"}, nullptr},
          {"'status': {'phase': 'Bound'}", {}, "'status': {}"},
      });
}

TEST_CASE("a PersistentVolumeClaim is bound unless a member says otherwise") {
  check_aggregates(
      "PersistentVolumeClaim",
      {
          {"", {}, "'status': {'phase': 'Bound'}"},
          {"", {"null"}, "'status': {'phase': 'Bound'}"},
          {"",
           {"'phase': 'Bound'", "'phase': 'Pending'", "'phase': 'Bound'"},
           "'status': {'phase': 'Pending'}"},
          {"",
           {"'phase': 'Pending'", "'phase': 'Lost'", "'phase': 'Pending'"},
           "'status': {'phase': 'Lost'}"},
          {"", {"'phase': 'Pending'", "'phase': 'Other'"}, "'status': {'phase': 'Other'}"},
          {"'status': {'phase': 'Bound', 'capacity': {'storage': '1Gi'}}",
           {"'phase': 'Bound'"},
           "'status': {'phase': 'Bound'}"},
          {"'status': {'phase': 'Bound'}", {"'phase': 'Bound'"}, nullptr},
      });
}
