#pragma once

#include <string>
#include <string_view>

namespace flotilla::decision {

// Of a cron schedule: five fields (minute, hour, day, month, day of the week), or one of @yearly,
// @annually, @monthly, @weekly, @daily, @midnight, @hourly and "@every <duration>". Empty if it is
// valid, else what is wrong with it.
std::string schedule_fault(std::string_view text);

}  // namespace flotilla::decision
