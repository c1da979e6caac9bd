#pragma once

#include "reconciler/member/report.h"

namespace flotilla::controller {

// Logs what a person would want to see of a pass, but for what the report before it (`last`, may be
// nullptr) said already.
void log_news(const member::Report& report, const member::Report* last);

}  // namespace flotilla::controller
