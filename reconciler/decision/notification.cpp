#include "reconciler/decision/message_template.h"
#include "reconciler/decision/service_settings.h"
#include "render/base/text.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace flotilla::decision {
namespace {

using overrides::Fields;
using overrides::Reading;

void complain(Fields& fields, const char* name, const char* code, const std::string& message) {
  const Json::Value* value = fields.any(name);
  fields.at(name).error(value != nullptr ? *value : fields.map_value(), code, message);
}

// What is wrong with an address that stands in the repository; empty if nothing is. Never quotes
// it: it may hold a password.
std::string address_fault(std::string_view url) {
  const std::string_view scheme = url.starts_with("https://")  ? "https://"
                                  : url.starts_with("http://") ? "http://"
                                                               : "";
  if (scheme.empty()) return "is no http or https address";
  const std::string_view rest = url.substr(scheme.size());
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  if (host.find('@') != std::string_view::npos)
    return "holds a user or password; put it into a file of --secrets and name it with addressFrom";
  if (host.empty() || host.starts_with(':')) return "names no host";
  const bool plain =
      std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7F; });
  return plain ? "" : "holds white space or other characters that an address cannot have";
}

// Whoever knows such an address may write to the channel.
bool is_secret_itself(std::string_view url) {
  return url.starts_with("https://hooks.slack.com/") ||
         url.find("discord.com/api/webhooks/") != std::string_view::npos;
}

std::string read_address(Fields& fields, const char* name) {
  std::string address = fields.text(name);
  if (address.empty()) return address;
  if (const std::string fault = address_fault(address); !fault.empty()) {
    complain(fields, name, "invalid-value", fault);
    return {};
  }
  return address;
}

// The name of a file in the folder --secrets, never a path out of it.
std::string read_secret_name(Fields& fields, const char* name) {
  std::string file = fields.text(name);
  if (file.empty()) return file;
  const bool plain = std::all_of(file.begin(), file.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
  if (plain && file != "." && file != "..") return file;
  complain(fields, name, "invalid-value",
           "is no name of a file: want letters, digits, '-', '_' and '.'");
  return {};
}

std::vector<std::string> read_events(Fields& fields) {
  // What other tools call "on" is "true" to YAML unless it is quoted.
  for (const char* name : {"on", "true"})
    if (fields.any(name) != nullptr)
      complain(fields, name, "unknown-field", "is not a known field; did you mean \"events\"?");
  const auto& known = notification_events();
  std::vector<std::string> events;
  fields.each("events", [&](const Json::Value& value, const Reading& reading) {
    const std::string name = value.isString() ? value.asString() : std::string();
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      reading.error(value, "invalid-value",
                    (value.isString() ? "is \"" + name + "\"" : std::string("is no text")) +
                        ", want one of " + join(known, ", "));
    } else if (std::find(events.begin(), events.end(), name) == events.end()) {
      events.push_back(name);
    }
  });
  return events.empty() ? default_notification_events() : events;
}

std::string read_message_template(Fields& fields) {
  std::string text = fields.text("template");
  const Result<MessageTemplate> pattern = read_template(text);
  if (pattern) return text;
  const Error& error = pattern.error();
  complain(fields, "template", "invalid-template",
           "is wrong in its line " + std::to_string(error.where.line) + ", column " +
               std::to_string(error.where.column) + ": " + error.message);
  return {};
}

// Where it is sent, and with what.
void read_receiver(Fields& fields, Notification& one) {
  one.address = read_address(fields, "address");
  one.address_from = read_secret_name(fields, "addressFrom");
  one.token_from = read_secret_name(fields, "tokenFrom");
  one.key_from = read_secret_name(fields, "keyFrom");
  one.ca_from = read_secret_name(fields, "caFrom");
  const bool here = fields.any("address") != nullptr;
  const bool elsewhere = fields.any("addressFrom") != nullptr;
  if (!here && !elsewhere && fields.map_value().isObject())
    complain(fields, "address", "missing-field",
             "is missing, want it, or addressFrom with the name of a file of --secrets");
  if (here && elsewhere)
    complain(fields, "addressFrom", "invalid-value", "stands beside address, want one of them");
  if (is_secret_itself(one.address))
    fields.at("address").warning(
        *fields.any("address"), "secret-in-repository",
        "lets everybody who can read the repository write there; put it into a file of --secrets "
        "and name it with addressFrom");
  for (const char* name : {"tokenFrom", "keyFrom"})
    if (one.type == "slack" && fields.any(name) != nullptr)
      complain(fields, name, "invalid-value", "has no use with type slack, want type webhook");
}

Notification read_notification(Fields& fields) {
  Notification one;
  one.name = fields.required_text("name");
  if (const std::string fault = overrides::dns_label_fault(one.name);
      !one.name.empty() && !fault.empty())
    complain(fields, "name", "invalid-value", "is \"" + one.name + "\": " + fault);
  one.type = fields.choice("type", {"slack", "webhook"}, "webhook");
  read_receiver(fields, one);
  one.events = read_events(fields);
  one.template_ = read_message_template(fields);
  one.clusters = fields.texts("clusters");
  fields.say_unknown();
  return one;
}

bool is_repository(const CommitStatus& status) {
  const std::vector<std::string> parts = split(status.repository, '/');
  const bool plain = std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
    return !part.empty() && part != "." && part != ".." &&
           part.find_first_of(" \t\r\n?#%:@\\") == std::string::npos;
  });
  return plain && (status.provider == "gitlab" ? parts.size() >= 2 : parts.size() == 2);
}

std::string read_api(Fields& fields, const std::string& provider) {
  std::string address = read_address(fields, "address");
  while (address.ends_with('/')) address.pop_back();
  if (!address.empty()) return address;
  if (provider == "github") return "https://api.github.com";
  if (provider == "gitlab") return "https://gitlab.com";
  if (provider == "gitea" && fields.any("address") == nullptr)
    complain(fields, "address", "missing-field", "is missing, want that of the Gitea server");
  return address;
}

}  // namespace

// One in error is left out: the others go on.
std::vector<Notification> read_notifications(Fields& spec) {
  std::vector<Notification> all;
  std::set<std::string> names;
  spec.each("notifications", [&](const Json::Value& value, const Reading& reading) {
    const std::size_t before = overrides::error_count(reading.problems);
    Fields fields(value, reading);
    Notification one = read_notification(fields);
    if (!one.name.empty() && !names.insert(one.name).second)
      complain(fields, "name", "duplicate-name", "is \"" + one.name + "\", which is given twice");
    if (overrides::error_count(reading.problems) == before) all.push_back(std::move(one));
  });
  return all;
}

std::optional<CommitStatus> read_commit_status(Fields& spec) {
  const Json::Value* written = spec.map("commitStatus");
  if (written == nullptr) return std::nullopt;
  const Reading reading = spec.at("commitStatus");
  const std::size_t before = overrides::error_count(reading.problems);
  CommitStatus status;
  Fields fields(*written, reading);
  status.provider = fields.choice("provider", {"github", "gitlab", "gitea"}, "");
  status.address = read_api(fields, status.provider);
  status.repository = fields.required_text("repository");
  if (!status.repository.empty() && !status.provider.empty() && !is_repository(status))
    complain(fields, "repository", "invalid-value",
             "is \"" + status.repository + "\", want owner/name");
  fields.required_text("tokenFrom");
  status.token_from = read_secret_name(fields, "tokenFrom");
  status.ca_from = read_secret_name(fields, "caFrom");
  if (const std::string context = fields.text("context"); !context.empty())
    status.context = context;
  if (status.context.size() > 255) complain(fields, "context", "invalid-value", "is too long");
  status.target_url = read_address(fields, "targetUrl");
  fields.say_unknown();
  if (overrides::error_count(reading.problems) != before) return std::nullopt;
  return status;
}

}  // namespace flotilla::decision
