#pragma once

#include "reconciler/controller/options.h"
#include "reconciler/decision/decide.h"
#include "reconciler/status/write.h"

#include <map>
#include <string>

namespace flotilla::controller {

// contract.md, "Exit codes", for a decision and the reports of its passes.
Exit exit_of(const decision::Decision& decision,
             const std::map<std::string, status::ReportPtr>& reports);

}  // namespace flotilla::controller
