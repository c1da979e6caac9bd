#include "reconciler/placement/reading/failover_reader.h"

#include "tests/unit/placement/policies.h"

using namespace flotilla;
using namespace flotilla::placement;

namespace {

std::string stored(const std::string& failover) {
  return canonical_json(
      policy("shop", "p",
             "{" + every_config + ", 'propagateDeps': true, 'failover': " + failover + "}")
          .failover);
}

Lines faults_of(const std::string& failover) {
  return faults("'propagateDeps': true, 'failover': " + failover);
}

}  // namespace

TEST_CASE("defaults of failover") {
  const auto [written, wanted] = GENERATE(table<std::string, std::string>({
      {"{}", "{}"},
      {"{'application': null}", "{}"},
      {"{'cluster': {}}", "{'cluster':{'purgeMode':'Gracefully'}}"},
      {"{'cluster': {'purgeMode': ''}}", "{'cluster':{'purgeMode':'Gracefully'}}"},
      {"{'application': {'decisionConditions': {}}}",
       "{'application':{'decisionConditions':{'tolerationSeconds':300},'gracePeriodSeconds':600,"
       "'purgeMode':'Gracefully'}}"},
      {"{'application': {'decisionConditions': {'tolerationSeconds': 0}, 'gracePeriodSeconds': 5}}",
       "{'application':{'decisionConditions':{'tolerationSeconds':0},'gracePeriodSeconds':5,"
       "'purgeMode':'Gracefully'}}"},
      {"{'application': {'decisionConditions': {}, 'purgeMode': 'Never'}}",
       "{'application':{'decisionConditions':{'tolerationSeconds':300},'purgeMode':'Never'}}"},
      {"{'cluster': {'statePreservation': {'rules': [{'jsonPath': '{.a}', 'aliasLabelName': "
       "'example.com/a'}]}}}",
       "{'cluster':{'purgeMode':'Gracefully','statePreservation':{'rules':[{'aliasLabelName':"
       "'example.com/a','jsonPath':'{.a}'}]}}}"},
  }));
  INFO(written);
  CHECK(stored(written) == replace_all(wanted, "'", "\""));
}

TEST_CASE("faults of failover") {
  const auto [failover, line] = GENERATE(table<std::string, std::string>({
      {"[]", "wrong-type spec.failover is a list, want a map"},
      {"{'workload': {}}", "unknown-field spec.failover.workload is not a known field"},
      {"{'application': {}}",
       "missing-field spec.failover.application.decisionConditions is missing, want a map"},
      {"{'application': {'decisionConditions': 5}}",
       "wrong-type spec.failover.application.decisionConditions is a number, want a map"},
      {"{'application': {'decisionConditions': {'tolerationSeconds': -1}}}",
       "invalid-value spec.failover.application.decisionConditions.tolerationSeconds is -1, want 0 "
       "to 2147483647"},
      {"{'application': {'decisionConditions': {}, 'purgeMode': 'Immediately'}}",
       "invalid-value spec.failover.application.purgeMode is \"Immediately\", want one of "
       "Directly, "
       "Gracefully, Never"},
      {"{'application': {'decisionConditions': {}, 'gracePeriodSeconds': 0}}",
       "invalid-value spec.failover.application.gracePeriodSeconds is 0, want 1 to 2147483647"},
      {"{'application': {'decisionConditions': {}, 'purgeMode': 'Directly', 'gracePeriodSeconds': "
       "5}}",
       "invalid-value spec.failover.application.gracePeriodSeconds is set and purgeMode is "
       "Directly, want it with purgeMode Gracefully only"},
      {"{'cluster': {'purgeMode': 'Never'}}",
       "invalid-value spec.failover.cluster.purgeMode is \"Never\", want one of Directly, "
       "Gracefully"},
      {"{'cluster': {'gracePeriodSeconds': 5}}",
       "unknown-field spec.failover.cluster.gracePeriodSeconds is not a known field"},
      {"{'cluster': {'statePreservation': {}}}",
       "missing-field spec.failover.cluster.statePreservation.rules is missing, want a list"},
      {"{'cluster': {'statePreservation': {'rules': [{'aliasLabelName': 'a'}]}}}",
       "missing-field spec.failover.cluster.statePreservation.rules[0].jsonPath is missing, want a "
       "text"},
      {"{'cluster': {'statePreservation': {'rules': [{'aliasLabelName': 'a/', 'jsonPath': 'b'}]}}}",
       "invalid-value spec.failover.cluster.statePreservation.rules[0].aliasLabelName is \"a/\": "
       "the name is empty"},
  }));
  INFO(failover);
  CHECK(faults_of(failover) == Lines{line});
}
