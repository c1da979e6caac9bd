#include "overrides/cluster.h"

#include "overrides/fields.h"

#include <algorithm>

namespace flotilla::overrides {

namespace {

constexpr std::size_t longest_cluster_name = 48;

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

// Never quotes the address: a wrong one may hold a password.
std::string endpoint_fault(std::string_view text) {
  const Url url = split_url(text);
  if (url.scheme.empty()) return "has no scheme, want https://host[:port]";
  if (url.authority.find('@') != std::string_view::npos)
    return "has user info, want none (use spec.secretRef)";
  if (url.authority.empty() || url.authority.starts_with(':'))
    return "has no host, want https://host[:port]";
  if (url.rest.find('?') != std::string_view::npos) return "has a query, want none";
  if (url.rest.find('#') != std::string_view::npos) return "has a fragment, want none";
  return "";
}

void read_endpoint(Fields& spec, Cluster& cluster) {
  cluster.api_endpoint = spec.text("apiEndpoint");
  if (!cluster.api_endpoint.empty())
    if (const std::string fault = endpoint_fault(cluster.api_endpoint); !fault.empty())
      spec.at("apiEndpoint").error(*spec.any("apiEndpoint"), "invalid-value", fault);
  cluster.insecure_skip_tls_verification = spec.truth("insecureSkipTLSVerification");
  cluster.proxy_url = spec.text("proxyURL");
  if (cluster.proxy_url.empty()) return;
  const Url url = split_url(cluster.proxy_url);
  if (url.scheme != "http" && url.scheme != "https" && url.scheme != "socks5")
    spec.at("proxyURL")
        .error(*spec.any("proxyURL"), "invalid-value",
               "has the scheme \"" + std::string(url.scheme) + "\", want http, https or socks5");
  else if (url.authority.empty())
    spec.at("proxyURL").error(*spec.any("proxyURL"), "invalid-value", "has no host");
}

std::optional<SecretRef> read_secret_ref(Fields& spec, const char* name) {
  const Json::Value* value = spec.map(name);
  if (value == nullptr) return std::nullopt;
  Fields fields(*value, spec.at(name));
  SecretRef reference{fields.required_text("namespace"), fields.required_text("name")};
  fields.say_unknown();
  return reference;
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
  for (const std::string& text : cluster.zones) check_label_value(spec, "zones", text);
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
  fields.ignore({"timeAdded"});
  fields.say_unknown();
  const bool twice = std::any_of(taints.begin(), taints.end(), [&](const Taint& other) {
    return other.key == taint.key && other.effect == taint.effect;
  });
  if (twice)
    reading.error(value, "invalid-value",
                  "repeats the taint " + taint.key + ":" + taint.effect + ", want it once");
  taints.push_back(std::move(taint));
}

void read_spec(const Json::Value& value, const Reading& reading, Cluster& cluster) {
  Fields spec(value, reading);
  if (spec.choice("syncMode", {"Push", "Pull"}, "Push") == "Pull")
    spec.at("syncMode")
        .warning(*spec.any("syncMode"), "no-effect-yet",
                 "is Pull, which has no effect yet: the cluster is reached from here as with Push");
  read_endpoint(spec, cluster);
  cluster.secret_ref = read_secret_ref(spec, "secretRef");
  read_secret_ref(spec, "impersonatorSecretRef");
  read_location(spec, cluster);
  spec.each("taints", [&](const Json::Value& entry, const Reading& below) {
    read_taint(entry, below, cluster.taints);
  });
  spec.text("id");
  spec.list("resourceModels");  // looked at by the estimator, which is not built yet
  if (const Json::Value* header = spec.map("proxyHeader"))
    spec.at("proxyHeader").warning(*header, "no-effect-yet", "has no effect yet");
  spec.say_unknown();
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
  if (const Json::Value* spec = find(object->tree, "spec"); spec != nullptr && !spec->isNull())
    read_spec(*spec, reading.below("spec"), cluster);
  if (error_count(problems) > errors) return std::nullopt;
  return cluster;
}

}  // namespace flotilla::overrides
