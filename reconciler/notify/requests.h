#pragma once

#include "reconciler/decision/service_settings.h"
#include "reconciler/notify/events.h"

#include <map>
#include <string>

// What is sent, as bytes. Secrets come in as values and stand in the request alone.
namespace flotilla::notify {

struct Request {
  std::string url;
  std::map<std::string, std::string> headers;
  std::string body;
};

// The secrets of one receiver, as its files say now.
struct Keys {
  std::string address;  // of a notification
  std::string token;
  std::string key;
};

// Slack's {"text": ...} (type slack), or the document of docs/notifications.md (type webhook), with
// X-Flotilla-Delivery, which is the same for each attempt, and X-Flotilla-Signature if there is a
// key. User and password of the address become a header.
Request notification_request(const decision::Notification& notification, const Event& event,
                             const Keys& keys);

// &, < and > as Slack wants them.
std::string slack_escaped(std::string text);

// What a commit status says.
struct Word {
  enum class State { pending, success, failure, error, superseded } state = State::pending;
  std::string description;  // at most 140 bytes
  bool operator==(const Word&) const = default;
};

// How the state's revision fares.
Word word_of(const State& state);
// The last word on a commit that was not everywhere when the next one came.
Word superseded_word(const std::string& by_commit);

// The forge's request for one status. `commit` is a whole id.
Request status_request(const decision::CommitStatus& settings, const std::string& commit,
                       const Word& word, const std::string& token);

}  // namespace flotilla::notify
