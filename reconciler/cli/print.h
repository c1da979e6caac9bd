#pragma once

#include "reconciler/cli/table.h"
#include "render/base/problem.h"
#include "render/document/tree.h"

#include <string>
#include <vector>

namespace flotilla::cli {

void print(const std::string& text);     // standard output
void complain(const std::string& text);  // standard error, with a newline
int complain(const Error& error);        // "error: ..." and the exit code for it

// {"severity", "code", "file", "line", "column", "object", "message"}
Json::Value problem_json(const Problem& problem);

// One line that is overwritten by the next, on a terminal only.
class Progress {
 public:
  Progress();
  void show(const std::string& text);

 private:
  bool terminal_;
};

}  // namespace flotilla::cli
