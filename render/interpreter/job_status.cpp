#include "render/interpreter/job_status.h"

#include <algorithm>

namespace flotilla::interpreter::native {

namespace {

Json::Value to_json(const JobCondition& condition) {
  Json::Value map(Json::objectValue);
  map["type"] = condition.type;
  map["status"] = condition.status;
  map["lastProbeTime"] = time_or_null(condition.last_probe_time);
  map["lastTransitionTime"] = time_or_null(condition.last_transition_time);
  put(map, "reason", condition.reason);
  put(map, "message", condition.message);
  return map;
}

}  // namespace

JobStatus read_job_status(const Field& status) {
  JobStatus read;
  read.active = status.at("active").count();
  read.succeeded = status.at("succeeded").count();
  read.failed = status.at("failed").count();
  for (const Field& entry : status.at("conditions").items())
    read.conditions.push_back({entry.at("type").text(), entry.at("status").text(),
                               entry.at("lastProbeTime").time(),
                               entry.at("lastTransitionTime").time(), entry.at("reason").text(),
                               entry.at("message").text()});
  read.start_time = status.at("startTime").time();
  read.completion_time = status.at("completionTime").time();
  return read;
}

Json::Value to_json(const JobStatus& status) {
  Json::Value map(Json::objectValue);
  put(map, "active", status.active);
  put(map, "succeeded", status.succeeded);
  put(map, "failed", status.failed);
  for (const JobCondition& condition : status.conditions)
    map["conditions"].append(to_json(condition));
  put_time(map, "startTime", status.start_time);
  put_time(map, "completionTime", status.completion_time);
  return map;
}

std::string finished_as(const JobStatus& status) {
  for (const JobCondition& condition : status.conditions)
    if ((condition.type == "Complete" || condition.type == "Failed") && condition.status == "True")
      return condition.type;
  return {};
}

bool has_true(const JobStatus& status, std::string_view condition) {
  return std::any_of(
      status.conditions.begin(), status.conditions.end(),
      [&](const JobCondition& entry) { return entry.type == condition && entry.status == "True"; });
}

}  // namespace flotilla::interpreter::native
