#include "overrides/cluster.h"

#include "overrides/fields.h"
#include "render/base/text.h"
#include "render/document/quantity.h"

#include <algorithm>
#include <limits>

namespace flotilla::overrides {

namespace {

constexpr std::size_t longest_cluster_name = 48;
constexpr std::size_t longest_id = 128'000;
constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

struct Url {
  std::string_view scheme;
  std::string_view authority;  // with user info
  std::string_view rest;       // path, query and fragment
};

Url split_url(std::string_view text) {
  Url url;
  const auto colon = text.find("://");
  if (colon == std::string_view::npos) return url;
  url.scheme = text.substr(0, colon);
  text.remove_prefix(colon + 3);
  const auto end = std::min(text.find_first_of("/?#"), text.size());
  url.authority = text.substr(0, end);
  url.rest = text.substr(end);
  return url;
}

bool is_unprintable(char c) { return static_cast<unsigned char>(c) <= ' ' || c == '\x7f'; }

// What is wrong with the host and port of an address, user info left out.
std::string host_fault(std::string_view host) {
  const auto bracket = host.rfind(']');
  const auto colon = host.rfind(':');
  const bool is_v6 = host.starts_with('[');
  if (is_v6 && bracket == std::string_view::npos) return "has a host without the closing ']'";
  const bool has_port = colon != std::string_view::npos && (!is_v6 || colon > bracket);
  const std::string_view name = host.substr(0, has_port ? colon : host.size());
  if (name.empty() || name == "[]") return "has no host";
  if (!is_v6 && name.find(':') != std::string_view::npos)
    return "has a host with ':', want an IPv6 address in brackets";
  if (is_v6 && name.back() != ']') return "has text between ']' and the port";
  if (!has_port) return "";
  const std::string_view port = host.substr(colon + 1);
  const bool digits =
      std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? "" : "has a port that is no number";
}

// Never quotes the address: a wrong one may hold a password.
std::string endpoint_fault(std::string_view text) {
  const Url url = split_url(text);
  if (std::any_of(text.begin(), text.end(), is_unprintable))
    return "has a blank or a control character, want none";
  if (url.scheme.empty()) return "has no scheme, want https://host[:port]";
  if (url.authority.find('@') != std::string_view::npos)
    return "has user info, want none (use spec.secretRef)";
  if (std::string fault = host_fault(url.authority); !fault.empty())
    return fault + ", want https://host[:port]";
  if (url.rest.find('?') != std::string_view::npos) return "has a query, want none";
  if (url.rest.find('#') != std::string_view::npos) return "has a fragment, want none";
  return "";
}

std::string proxy_fault(std::string_view text) {
  const Url url = split_url(text);
  const std::string scheme = lower(url.scheme);
  if (scheme != "http" && scheme != "https" && scheme != "socks5")
    return "has the scheme \"" + std::string(url.scheme) + "\", want http, https or socks5";
  if (std::any_of(text.begin(), text.end(), is_unprintable))
    return "has a blank or a control character, want none";
  const auto at = url.authority.rfind('@');
  return host_fault(url.authority.substr(at == std::string_view::npos ? 0 : at + 1));
}

void read_address(Fields& spec, Cluster& cluster) {
  cluster.api_endpoint = spec.text("apiEndpoint");
  if (!cluster.api_endpoint.empty())
    if (const std::string fault = endpoint_fault(cluster.api_endpoint); !fault.empty())
      spec.at("apiEndpoint").error(*spec.any("apiEndpoint"), "invalid-value", fault);
  cluster.insecure_skip_tls_verification = spec.truth("insecureSkipTLSVerification");
  cluster.proxy_url = spec.text("proxyURL");
  if (!cluster.proxy_url.empty())
    if (const std::string fault = proxy_fault(cluster.proxy_url); !fault.empty())
      spec.at("proxyURL").error(*spec.any("proxyURL"), "invalid-value", fault);
  if (!spec.text_map("proxyHeader").empty())
    spec.at("proxyHeader").warning(*spec.any("proxyHeader"), "no-effect-yet", "has no effect yet");
}

std::optional<SecretRef> read_secret_ref(Fields& spec, const char* name) {
  const Json::Value* value = spec.map(name);
  if (value == nullptr) return std::nullopt;
  Fields fields(*value, spec.at(name));
  SecretRef reference{fields.required_text("namespace"), fields.required_text("name")};
  fields.say_unknown();
  return reference;
}

// The credential that a Secret holds names no server, unlike a kubeconfig context.
void read_credentials(Fields& spec, Cluster& cluster) {
  cluster.secret_ref = read_secret_ref(spec, "secretRef");
  read_secret_ref(spec, "impersonatorSecretRef");
  const Json::Value* endpoint = spec.any("apiEndpoint");
  const bool empty = endpoint == nullptr || (endpoint->isString() && endpoint->asString().empty());
  if (cluster.secret_ref && empty)
    spec.at("apiEndpoint")
        .warning(*spec.any("secretRef"), "no-server",
                 "is missing, want the address of the server that spec.secretRef is for");
}

void check_label_value(Fields& spec, const char* name, const std::string& text) {
  if (const std::string fault = label_value_fault(text); !fault.empty())
    spec.at(name).error(*spec.any(name), "invalid-value", "is \"" + text + "\": " + fault);
}

void read_location(Fields& spec, Cluster& cluster) {
  cluster.provider = spec.text("provider");
  check_label_value(spec, "provider", cluster.provider);
  cluster.region = spec.text("region");
  check_label_value(spec, "region", cluster.region);
  const std::string zone = spec.text("zone");
  check_label_value(spec, "zone", zone);
  cluster.zones = spec.texts("zones");
  spec.each("zones", [](const Json::Value& entry, const Reading& below) {
    if (!entry.isString()) return;  // said by texts()
    if (const std::string fault = label_value_fault(entry.asString()); !fault.empty())
      below.error(entry, "invalid-value", "is \"" + entry.asString() + "\": " + fault);
  });
  if (zone.empty()) return;
  if (!cluster.zones.empty())
    spec.at("zone").error(*spec.any("zone"), "invalid-value",
                          "and spec.zones are both set, want one of them");
  cluster.zones = {zone};
}

void read_taint(const Json::Value& value, const Reading& reading, std::vector<Taint>& taints) {
  Fields fields(value, reading);
  Taint taint;
  taint.key = fields.required_text("key");
  if (!taint.key.empty())
    if (const std::string fault = label_key_fault(taint.key); !fault.empty())
      fields.at("key").error(*fields.any("key"), "invalid-value",
                             "is \"" + taint.key + "\": " + fault);
  taint.value = fields.text("value");
  check_label_value(fields, "value", taint.value);
  taint.effect = fields.choice("effect", {"NoSchedule", "NoExecute"}, "");
  fields.text("timeAdded");
  fields.say_unknown();
  const bool known = !taint.key.empty() && !taint.effect.empty();
  const bool twice = known && std::any_of(taints.begin(), taints.end(), [&](const Taint& other) {
                       return other.key == taint.key && other.effect == taint.effect;
                     });
  if (twice)
    reading.error(value, "invalid-value",
                  "repeats the taint " + taint.key + ":" + taint.effect + ", want it once");
  taints.push_back(std::move(taint));
}

// ---- resource models

// Validated here and kept in the object: the estimator reads the models from there.
struct ResourceModel {
  struct Range {
    std::string name;
    Quantity min;
    Quantity max;
  };
  std::int64_t grade = 0;
  std::vector<Range> ranges;
  const Json::Value* place;
  Reading reading;
};

std::vector<std::string> resource_names(const ResourceModel& model) {
  std::vector<std::string> names;
  for (const ResourceModel::Range& range : model.ranges) names.push_back(range.name);
  return names;
}

// 0 if it is absent, as an API server has it.
Quantity read_quantity(Fields& fields, const char* name) {
  const Json::Value* value = fields.any(name);
  if (value == nullptr) return {};
  const Result<Quantity> quantity = quantity_of(*value);
  if (quantity) return *quantity;
  fields.at(name).error(*value, "invalid-value", quantity.error().message);
  return {};
}

ResourceModel read_model(const Json::Value& value, const Reading& reading) {
  Fields fields(value, reading);
  ResourceModel model{fields.whole("grade", 0, most).value_or(0), {}, &value, reading};
  fields.each("ranges", [&](const Json::Value& entry, const Reading& below) {
    Fields range(entry, below);
    std::string name = range.required_text("name");
    Quantity min = read_quantity(range, "min");
    Quantity max = read_quantity(range, "max");
    range.say_unknown();
    model.ranges.push_back({std::move(name), min, max});
  });
  fields.say_unknown();
  return model;
}

// The place of a bound in the file, or of its range.
void bound_fault(const ResourceModel& model, std::size_t range, const char* bound,
                 const std::string& message) {
  const Json::Value& place = (*find(*model.place, "ranges"))[static_cast<Json::ArrayIndex>(range)];
  const Json::Value* value = find(place, bound);
  model.reading.below("ranges")
      .below("[" + std::to_string(range) + "]")
      .below(bound)
      .error(value == nullptr ? place : *value, "invalid-value", message);
}

void check_ranges(const ResourceModel& model) {
  for (std::size_t i = 0; i < model.ranges.size(); ++i) {
    const ResourceModel::Range& range = model.ranges[i];
    if (range.max <= range.min)
      bound_fault(model, i, "max",
                  "is " + range.max.text() + ", want more than min, which is " + range.min.text());
  }
}

void check_neighbours(const ResourceModel& before, const ResourceModel& after) {
  const std::string grade = std::to_string(before.grade);
  if (before.grade == after.grade) {
    after.reading.error(*after.place, "invalid-value",
                        "repeats the grade " + grade + ", want it once");
    return;
  }
  const std::vector<std::string> wanted = resource_names(before);
  if (const std::vector<std::string> found = resource_names(after); found != wanted) {
    after.reading.error(*after.place, "invalid-value",
                        "has ranges for [" + join(found, ", ") + "], want [" + join(wanted, ", ") +
                            "] as grade " + grade + " has, in that order");
    return;
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Quantity& end = before.ranges[i].max;
    const Quantity& start = after.ranges[i].min;
    if (start != end)
      bound_fault(after, i, "min",
                  "is " + start.text() + ", want " + end.text() + ", the max of grade " + grade);
  }
}

void check_resource_models(Fields& spec) {
  std::vector<ResourceModel> models;
  const Problems& problems = spec.at("resourceModels").problems;
  const std::size_t errors = error_count(problems);
  spec.each("resourceModels", [&](const Json::Value& entry, const Reading& below) {
    models.push_back(read_model(entry, below));
  });
  if (models.empty() || error_count(problems) > errors) return;
  std::vector<ResourceModel*> by_grade;  // Karmada sorts before it validates
  for (ResourceModel& model : models) by_grade.push_back(&model);
  std::sort(by_grade.begin(), by_grade.end(), [](const auto* a, const auto* b) {
    return a->grade != b->grade ? a->grade < b->grade : a < b;  // equals as they stand in the list
  });
  // Nor do the outermost bounds matter: the first is always 0, the last the largest number.
  for (ResourceModel::Range& range : by_grade.front()->ranges) range.min = Quantity();
  for (ResourceModel::Range& range : by_grade.back()->ranges) range.max = Quantity(most);
  for (const ResourceModel* model : by_grade) check_ranges(*model);
  for (std::size_t i = 1; i < by_grade.size(); ++i)
    check_neighbours(*by_grade[i - 1], *by_grade[i]);
}

void read_spec(const Json::Value& value, const Reading& reading, Cluster& cluster) {
  Fields spec(value, reading);
  if (const std::string id = spec.text("id"); id.size() > longest_id)
    spec.at("id").error(
        *spec.any("id"), "invalid-value",
        "has " + std::to_string(id.size()) + " bytes, want at most " + std::to_string(longest_id));
  // Without a spec it is one that is named like a kubeconfig context, and nothing more.
  if (value.isObject() && !value.empty() && spec.any("syncMode") == nullptr)
    spec.at("syncMode")
        .warning(value, "no-sync-mode", "is missing, want Push or Pull; it counts as Push");
  if (spec.choice("syncMode", {"Push", "Pull"}, "Push") == "Pull")
    spec.at("syncMode")
        .warning(*spec.any("syncMode"), "no-effect-yet",
                 "is Pull, which has no effect yet: the cluster is reached from here as with Push");
  read_address(spec, cluster);
  read_credentials(spec, cluster);
  read_location(spec, cluster);
  spec.each("taints", [&](const Json::Value& entry, const Reading& below) {
    read_taint(entry, below, cluster.taints);
  });
  check_resource_models(spec);
  spec.say_unknown();
}

void read_status(const Reading& reading, Cluster& cluster) {
  const Json::Value* status = find(cluster.object->tree, "status");
  if (status == nullptr || status->isNull()) return;
  if (status->isObject())
    cluster.status = *status;
  else
    reading.below("status").error(*status, "wrong-type",
                                  "is " + std::string(type_name(*status)) + ", want a map");
}

}  // namespace

std::optional<Cluster> read_cluster(const catalog::ObjectPtr& object, Problems& problems) {
  const std::size_t errors = error_count(problems);
  const Reading reading{object->source.file, to_string(object->key), problems};
  Cluster cluster;
  cluster.name = object->key.name;
  cluster.object = object;
  if (const std::string fault = dns_label_fault(cluster.name, longest_cluster_name);
      !fault.empty()) {
    const Json::Value* name = find_path(object->tree, {"metadata", "name"});
    reading.below("metadata.name")
        .error(name == nullptr ? object->tree : *name, "invalid-name",
               "is \"" + cluster.name + "\": " + fault);
  }
  if (const Json::Value* metadata = find(object->tree, "metadata");
      metadata != nullptr && metadata->isObject()) {
    Fields fields(*metadata, reading.below("metadata"));
    cluster.labels = fields.text_map("labels");
  }
  // A Cluster without spec is one that is named like a kubeconfig context, and nothing more.
  const Json::Value none(Json::objectValue);
  const Json::Value* spec = find(object->tree, "spec");
  read_spec(spec == nullptr || spec->isNull() ? none : *spec, reading.below("spec"), cluster);
  read_status(reading, cluster);
  if (error_count(problems) > errors) return std::nullopt;
  return cluster;
}

}  // namespace flotilla::overrides
