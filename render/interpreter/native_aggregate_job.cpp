#include "render/base/text.h"
#include "render/interpreter/job_status.h"
#include "render/interpreter/native_rules.h"
#include "render/interpreter/timestamp.h"

#include <algorithm>

namespace flotilla::interpreter::native {

namespace {

using Time = std::optional<std::int64_t>;

Time earlier(Time a, Time b) { return a && b ? std::min(a, b) : (a ? a : b); }
Time later(Time a, Time b) { return std::max(a, b); }  // nullopt comes before every time

// What the members' Jobs amount to.
struct Jobs {
  JobStatus sum;
  std::size_t complete = 0;
  std::size_t criteria_met = 0;
  std::size_t started = 0;
  std::size_t ended = 0;
  std::vector<std::string> failed_in;
};

void take(Jobs& jobs, const std::string& cluster, const JobStatus& job) {
  jobs.sum.active += job.active;
  jobs.sum.succeeded += job.succeeded;
  jobs.sum.failed += job.failed;
  const std::string finished = finished_as(job);
  if (finished == "Complete") ++jobs.complete;
  if (finished == "Failed") jobs.failed_in.push_back(cluster);
  if (has_true(job, "SuccessCriteriaMet")) ++jobs.criteria_met;
  if (job.start_time) ++jobs.started;
  if (job.completion_time) ++jobs.ended;
  jobs.sum.start_time = earlier(jobs.sum.start_time, job.start_time);
  jobs.sum.completion_time = later(jobs.sum.completion_time, job.completion_time);
}

std::vector<JobCondition> conditions(const Jobs& jobs, std::size_t members, Time now) {
  std::vector<JobCondition> made;
  const auto add = [&](const char* type, const char* reason, std::string message) {
    made.push_back({type, "True", now, now, reason, std::move(message)});
  };
  if (!jobs.failed_in.empty())
    add("Failed", "JobFailed",
        "Job executed failed in member clusters " + join(jobs.failed_in, ","));
  if (members == 0 || jobs.complete != members) return made;
  add("Complete", "Completed", "Job completed");
  if (jobs.criteria_met == members)
    add("SuccessCriteriaMet", "CompletionsReached",
        "All member clusters have met success criteria");
  return made;
}

}  // namespace

std::optional<Json::Value> aggregate_job(const Aggregation& all) {
  const JobStatus old = read_job_status(all.object.at("status"));
  Jobs jobs;
  for (const Member& member : all.members)
    if (member.status) take(jobs, member.cluster, read_job_status(*member.status));
  if (!finished_as(old).empty()) return std::nullopt;

  const std::size_t members = all.members.size();
  JobStatus status = jobs.sum;
  status.conditions = conditions(jobs, members, parse_timestamp(all.now));
  if (jobs.started != members) status.start_time = std::nullopt;
  if (old.start_time) status.start_time = old.start_time;
  if (jobs.ended != members) status.completion_time = std::nullopt;
  return to_json(status);
}

std::optional<Json::Value> aggregate_cron_job(const Aggregation& all) {
  Json::Value status(Json::objectValue);
  Time scheduled;
  Time successful;
  for (const Member& member : all.members) {
    if (!member.status) continue;
    for (const Field& reference : member.status->at("active").items())
      if (const Json::Value* map = reference.map()) status["active"].append(*map);
    scheduled = later(scheduled, member.status->at("lastScheduleTime").time());
    successful = later(successful, member.status->at("lastSuccessfulTime").time());
  }
  put_time(status, "lastScheduleTime", scheduled);
  put_time(status, "lastSuccessfulTime", successful);
  return status;
}

}  // namespace flotilla::interpreter::native
