#pragma once

#include "reconciler/decision/message_template.h"
#include "reconciler/decision/service_settings.h"
#include "reconciler/notify/events.h"

#include <optional>
#include <string>
#include <string_view>

namespace flotilla::notify {

inline constexpr std::size_t longest_text = 3000;  // bytes, of a whole message
inline constexpr std::size_t most_event_lines = 10;

// The event as one notification is about it: nullopt if it does not want it, else without the lines
// of clusters that it is not about.
std::optional<Event> selected(const decision::Notification& notification, const Event& event);

// The lines as text: "eu: unreachable", one below the other, and "and 12 more".
std::string message_of(const Event& event);

// What a template may name.
decision::MessageValues values_of(const Event& event);

// The notification's text: its template filled in, or else the default for the event. `escape` is
// applied to values. At most `longest_text` bytes before escaping.
std::string text_of(const decision::Notification& notification, const Event& event,
                    const std::function<std::string(std::string)>& escape);

// "1,240".
std::string grouped(std::size_t number);
// "1 object", "1,240 objects".
std::string counted(std::size_t number, std::string_view one);
// The first `most` bytes at most, ending with "..." if something went; never half a character.
std::string shortened(std::string text, std::size_t most);

}  // namespace flotilla::notify
