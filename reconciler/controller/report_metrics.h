#pragma once

#include "reconciler/member/report.h"

namespace flotilla::controller {

// Counts what a pass came to, after the one before it (`last`, may be nullptr).
void count_pass(const member::Report& report, const member::Report* last);

}  // namespace flotilla::controller
