#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

// What the controller tells while it works, on standard error. Never a secret.
namespace flotilla::log {

enum class Format { text, json };
enum class Level { debug, info, warning, error, off };

void set_up(Format format, Level level);

using Fields = std::initializer_list<std::pair<std::string_view, std::string>>;

void debug(std::string_view message, Fields fields = {});
void info(std::string_view message, Fields fields = {});
void warning(std::string_view message, Fields fields = {});
void error(std::string_view message, Fields fields = {});

}  // namespace flotilla::log
