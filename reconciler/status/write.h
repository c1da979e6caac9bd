#pragma once

#include "reconciler/member/report.h"
#include "reconciler/status/documents.h"

#include <map>
#include <optional>
#include <string>

namespace flotilla::status {

struct Input {
  const decision::Decision* decision = nullptr;
  std::map<std::string, member::Report>
      reports;  // the newest of each cluster; a cluster without one has not been tried yet
  std::string commit_subject;  // of the revision, for people
  std::string now;             // RFC 3339, used where a condition changes
};

// Every file of the status branch for this state of the fleet. What is not known now (a cluster
// that does not answer) is taken over from `memory`. The same state gives the same bytes: times
// move only with what they date.
Files status_files(const Input& input, const Memory& memory);

// What has to change on the branch: files that differ, and those of ours that are gone (nullopt).
std::map<std::string, std::optional<std::string>> changes(const Files& wanted,
                                                          const Files& present);

// The commit's message: what happened in words, with trailers.
std::string commit_message(const Input& input, const Memory& memory);

}  // namespace flotilla::status
