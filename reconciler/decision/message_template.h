#pragma once

#include "render/base/result.h"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

// Texts of notifications: `{{ .field }}`, and `{{ if .field }}...{{ else }}...{{ end }}`, where a
// field counts if it is neither empty nor 0. Nothing else is known, so that a typo is an error and
// not an empty message.
namespace flotilla::decision {

struct MessageTemplate {
  enum class Kind { text, field, condition };
  struct Part {
    Kind kind = Kind::text;
    std::string text;  // or the field's name, without its first dot
    // Of a condition: the parts after it, up to here, are for a field that counts, and those up to
    // `end` for one that does not.
    std::size_t otherwise = 0;
    std::size_t end = 0;
  };
  std::vector<Part> parts;
};

// Every field that a template may name.
const std::vector<std::string_view>& message_fields();

// The error's place is that in `text`.
Result<MessageTemplate> read_template(std::string_view text);

using MessageValues = std::map<std::string, std::string, std::less<>>;
// `escape` is applied to every value, never to the template's own text. A field without a value is
// empty.
std::string fill_in(const MessageTemplate& pattern, const MessageValues& values,
                    const std::function<std::string(std::string)>& escape);

// Events by the names that Fleet.spec.notifications[].events gives them.
const std::vector<std::string>& notification_events();
// Those that an entry without `events` is about.
const std::vector<std::string>& default_notification_events();

}  // namespace flotilla::decision
