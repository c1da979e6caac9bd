#include "overrides/fields.h"
#include "reconciler/decision/customization.h"
#include "render/base/text.h"

#include <algorithm>
#include <set>

namespace flotilla::decision {

namespace {

using overrides::Fields;
using overrides::Reading;

// Empty, here and below: nothing is wrong.
std::string domain_fault(const std::string& name) {
  if (name.size() > 253) return "it is longer than 253 characters";
  for (const std::string& part : split(name, '.'))
    if (const std::string fault = overrides::dns_label_fault(part); !fault.empty()) return fault;
  return "";
}

// Of a fully qualified domain name: three parts or more.
std::string name_fault(const std::string& name) {
  if (const std::string fault = domain_fault(name); !fault.empty()) return fault;
  return split(name, '.').size() < 3 ? "want a domain name of at least three parts" : "";
}

// Every segment is a domain name; one '/' may stand at the end.
std::string path_fault(std::string_view path) {
  if (path.empty() || path == "/") return "";
  if (!path.starts_with('/')) return "want a path that begins with /";
  path.remove_prefix(1);
  if (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const std::vector<std::string> segments = split(path, '/');
  for (std::size_t i = 0; i < segments.size(); ++i)
    if (const std::string fault = domain_fault(segments[i]); !fault.empty())
      return "segment " + std::to_string(i) + ": " + fault;
  return "";
}

std::string url_fault(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == url.npos || (!url.starts_with("https://") && !url.starts_with("http://")))
    return "want an address that begins with https://";
  const std::string_view rest = url.substr(scheme + 3);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?#"));
  if (host.empty()) return "it names no host";
  if (host.find('@') != host.npos) return "user information is not allowed";
  if (rest.find('?') != rest.npos) return "a query is not allowed";
  return rest.find('#') != rest.npos ? "a fragment is not allowed" : "";
}

void read_service(const Json::Value& value, const Reading& reading) {
  Fields service(value, reading);
  service.required_text("namespace");
  service.required_text("name");
  const std::string path = service.text("path");
  if (const std::string fault = path_fault(path); !fault.empty())
    service.at("path").error(*service.any("path"), "invalid-value",
                             "is \"" + path + "\": " + fault);
  service.whole("port", 1, 65535);
  service.say_unknown();
}

void read_client(const Json::Value& value, const Reading& reading) {
  Fields client(value, reading);
  const Json::Value* url = client.any("url");
  const Json::Value* service = client.any("service");
  if ((url == nullptr) == (service == nullptr) && value.isObject())
    reading.error(value, "invalid-value",
                  url == nullptr ? "has neither url nor service, want one of them"
                                 : "has both url and service, want one of them");
  const std::string text = client.text("url");
  if (url != nullptr && url->isString())
    if (const std::string fault = url_fault(text); !fault.empty())
      client.at("url").error(*url, "invalid-value", "is \"" + text + "\": " + fault);
  if (service != nullptr) read_service(*service, client.at("service"));
  const std::string bundle = client.text("caBundle");
  if (!base64_decode(bundle))
    client.at("caBundle").error(*client.any("caBundle"), "invalid-value", "is not base64");
  client.say_unknown();
}

void read_names(Fields& rule, const char* name, const std::set<std::string>& allowed) {
  const Json::Value* list = rule.list(name);
  const std::vector<std::string> names = rule.texts(name);
  if (list == nullptr || list->empty()) {
    if (rule.map_value().isObject() && (list != nullptr || rule.any(name) == nullptr))
      rule.at(name).error(list == nullptr ? rule.map_value() : *list, "missing-field",
                          "is empty, want at least one entry");
    return;
  }
  if (names.size() > 1 && std::ranges::find(names, "*") != names.end())
    rule.at(name).error(*list, "invalid-value", R"(has "*" beside others, want "*" alone)");
  for (const std::string& entry : names)
    if (!allowed.empty() && entry != "*" && !allowed.contains(entry))
      rule.at(name).error(*list, "invalid-value", "has the unknown operation \"" + entry + "\"");
}

void read_rule(const Json::Value& value, const Reading& reading) {
  static const std::set<std::string> operations = [] {
    std::set<std::string> names;
    for (const auto& entry : interpreter::operation_names())
      names.emplace(to_string(entry.operation));
    return names;
  }();
  Fields rule(value, reading);
  read_names(rule, "operations", operations);
  read_names(rule, "apiGroups", {});
  for (const char* name : {"apiVersions", "kinds"}) {
    read_names(rule, name, {});
    rule.each(name, [](const Json::Value& entry, const Reading& below) {
      if (entry.isString() && entry.asString().empty())
        below.error(entry, "missing-field", "is empty, want a text");
    });
  }
  rule.say_unknown();
}

// A version is a DNS-1035 label: it begins with a letter.
void read_versions(Fields& webhook) {
  constexpr const char* field = "interpreterContextVersions";
  std::set<std::string> versions;
  webhook.each(field, [&](const Json::Value& entry, const Reading& below) {
    if (!entry.isString())
      return below.error(entry, "wrong-type",
                         "is " + std::string(type_name(entry)) + ", want a text");
    const std::string version = entry.asString();
    std::string fault = overrides::dns_label_fault(version);
    if (fault.empty() && version.front() >= '0' && version.front() <= '9')
      fault = "want a letter at the start";
    if (fault.empty() && !versions.insert(version).second) fault = "want it once";
    if (!fault.empty()) below.error(entry, "invalid-value", "is \"" + version + "\": " + fault);
  });
  if (webhook.map_value().isObject() && !versions.contains("v1alpha1"))
    webhook.at(field).error(webhook.map_value(), "invalid-value",
                            "does not contain v1alpha1, want that version");
}

void read_webhook(const Json::Value& value, const Reading& reading, std::set<std::string>& names) {
  Fields webhook(value, reading);
  const std::string name = webhook.required_text("name");
  if (!name.empty()) {
    std::string fault = name_fault(name);
    if (fault.empty() && !names.insert(name).second) fault = "another webhook has this name";
    if (!fault.empty())
      webhook.at("name").error(*webhook.any("name"), "invalid-value",
                               "is \"" + name + "\": " + fault);
  }
  if (const Json::Value* client = webhook.any("clientConfig"); client != nullptr)
    read_client(*client, webhook.at("clientConfig"));
  else if (value.isObject())
    webhook.at("clientConfig").error(value, "missing-field", "is missing, want url or service");
  webhook.each("rules", read_rule);
  webhook.whole("timeoutSeconds", 1, 30);
  read_versions(webhook);
  webhook.say_unknown();
}

}  // namespace

void check_webhook_configuration(const Object& object, Problems& problems) {
  const Reading reading{object.source.file, to_string(object.key), problems};
  Fields fields(object.tree, reading);
  fields.ignore({"apiVersion", "kind", "metadata"});
  std::set<std::string> names;
  fields.each("webhooks", [&](const Json::Value& value, const Reading& below) {
    read_webhook(value, below, names);
  });
  fields.say_unknown();
  problems.push_back(warning_at("not-supported-yet", object.source,
                                "interpreter webhooks are not called yet, so it has no effect",
                                to_string(object.key)));
}

}  // namespace flotilla::decision
