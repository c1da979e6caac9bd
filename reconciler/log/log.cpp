#include "reconciler/log/log.h"

#include "render/document/json.h"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace flotilla::log {
namespace {

Format current_format = Format::text;

std::string text_line(std::string_view message, Fields fields) {
  std::string line(message);
  for (const auto& [key, value] : fields) {
    const bool plain = !value.empty() && value.find_first_of(" \"\n\t=") == std::string::npos;
    line += ' ';
    line += key;
    line += '=';
    line += plain ? value : canonical_json(Json::Value(value));
  }
  return line;
}

// The members of a JSON object after time and level, which the pattern writes.
std::string json_members(std::string_view message, Fields fields) {
  std::string line = "\"message\":" + canonical_json(Json::Value(std::string(message)));
  for (const auto& [key, value] : fields)
    line += "," + canonical_json(Json::Value(std::string(key))) + ":" +
            canonical_json(Json::Value(value));
  return line;
}

void write(spdlog::level::level_enum level, std::string_view message, Fields fields) {
  if (!spdlog::should_log(level)) return;
  spdlog::log(
      level, "{}",
      current_format == Format::json ? json_members(message, fields) : text_line(message, fields));
}

spdlog::level::level_enum spdlog_level(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
    case Level::off:
      return spdlog::level::off;
  }
  return spdlog::level::info;
}

}  // namespace

void set_up(Format format, Level level) {
  current_format = format;
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "flotilla", std::make_shared<spdlog::sinks::stderr_color_sink_mt>()));
  spdlog::set_level(spdlog_level(level));
  if (format == Format::json) {
    spdlog::set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})",
                        spdlog::pattern_time_type::utc);
  } else {
    spdlog::set_pattern("%Y-%m-%dT%H:%M:%SZ %^%-7l%$ %v", spdlog::pattern_time_type::utc);
  }
}

void debug(std::string_view message, Fields fields) {
  write(spdlog::level::debug, message, fields);
}
void info(std::string_view message, Fields fields) { write(spdlog::level::info, message, fields); }
void warning(std::string_view message, Fields fields) {
  write(spdlog::level::warn, message, fields);
}
void error(std::string_view message, Fields fields) { write(spdlog::level::err, message, fields); }

}  // namespace flotilla::log
