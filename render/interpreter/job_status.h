#pragma once

#include "render/interpreter/typed.h"

#include <optional>
#include <string>
#include <vector>

// The part of a Job's status that Karmada reflects and merges.
namespace flotilla::interpreter::native {

struct JobCondition {
  std::string type;
  std::string status;
  std::optional<std::int64_t> last_probe_time;
  std::optional<std::int64_t> last_transition_time;
  std::string reason;
  std::string message;
};

struct JobStatus {
  std::int64_t active = 0;
  std::int64_t succeeded = 0;
  std::int64_t failed = 0;
  std::vector<JobCondition> conditions;
  std::optional<std::int64_t> start_time;
  std::optional<std::int64_t> completion_time;
};

JobStatus read_job_status(const Field& status);

// Times of conditions are always written, null if unknown.
Json::Value to_json(const JobStatus& status);

// "Complete" or "Failed", whichever comes first with status True; empty: it still runs.
std::string finished_as(const JobStatus& status);

bool has_true(const JobStatus& status, std::string_view condition);

}  // namespace flotilla::interpreter::native
