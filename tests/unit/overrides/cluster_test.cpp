#include "overrides/cluster.h"

#include "tests/support/documents.h"
#include "tests/support/problems.h"

using namespace flotilla;
using namespace flotilla::overrides;

namespace {

// In sync mode Push, unless the spec says another.
catalog::ObjectPtr file(const std::string& spec, const std::string& metadata = "'name': 'eu-1'") {
  const std::string mode = spec.find("syncMode") == std::string::npos ? "'syncMode': 'Push'" : "";
  return std::make_shared<const Object>(test::object(
      "{'apiVersion': 'cluster.karmada.io/v1alpha1', 'kind': 'Cluster', 'metadata': {" + metadata +
      "}, 'spec': {" + mode + (mode.empty() || spec.empty() ? "" : ", ") + spec + "}}"));
}

}  // namespace

TEST_CASE("a Cluster is read whole") {
  Problems problems;
  const auto object = file(
      "'id': 'x', 'syncMode': 'Push', 'apiEndpoint': 'https://10.0.0.1:6443/sub', 'secretRef': "
      "{'namespace': 'n', 'name': 's'}, "
      "'impersonatorSecretRef': {'namespace': 'n', 'name': 'i'}, 'insecureSkipTLSVerification': "
      "true, 'proxyURL': "
      "'socks5://proxy:1080', 'provider': 'aws', 'region': 'eu', 'zone': 'eu-a', 'taints': "
      "[{'key': 'a/b', 'value': 'c', "
      "'effect': 'NoSchedule', 'timeAdded': '2026-01-01T00:00:00Z'}, {'key': 'a/b', 'effect': "
      "'NoExecute'}], "
      "'resourceModels': []",
      "'name': 'eu-1', 'labels': {'env': 'prod'}, 'annotations': {'a': 'b'}");
  const auto cluster = read_cluster(object, problems);
  for (const std::string& line : test::lines(problems)) UNSCOPED_INFO(line);
  REQUIRE(cluster);
  CHECK(problems.empty());
  CHECK(cluster->name == "eu-1");
  CHECK(cluster->labels == std::map<std::string, std::string>{{"env", "prod"}});
  CHECK(cluster->api_endpoint == "https://10.0.0.1:6443/sub");
  REQUIRE(cluster->secret_ref);
  CHECK(cluster->secret_ref->namespace_ == "n");
  CHECK(cluster->secret_ref->name == "s");
  CHECK(cluster->insecure_skip_tls_verification);
  CHECK(cluster->proxy_url == "socks5://proxy:1080");
  CHECK(cluster->provider == "aws");
  CHECK(cluster->region == "eu");
  CHECK(cluster->zones == std::vector<std::string>{"eu-a"});
  REQUIRE(cluster->taints.size() == 2);
  CHECK(cluster->taints[0].key == "a/b");
  CHECK(cluster->taints[0].value == "c");
  CHECK(cluster->taints[1].effect == "NoExecute");
  CHECK(cluster->object == object);
}

TEST_CASE("a Cluster needs nothing but a name") {
  Problems problems;
  CHECK(read_cluster(file(""), problems));
  CHECK(read_cluster(
      std::make_shared<const Object>(test::object("{'apiVersion': 'cluster.karmada.io/v1alpha1', "
                                                  "'kind': 'Cluster', 'metadata': {'name': 'a'}}")),
      problems));
  CHECK(problems.empty());
}

TEST_CASE("a spec without a sync mode counts as Push, and that is said") {
  Problems problems;
  CHECK(read_cluster(std::make_shared<const Object>(test::object(
                         "{'apiVersion': 'cluster.karmada.io/v1alpha1', 'kind': 'Cluster', "
                         "'metadata': {'name': 'a'}, 'spec': {'region': 'eu'}}")),
                     problems));
  CHECK(test::has_warning(problems, "no-sync-mode",
                          "spec.syncMode is missing, want Push or Pull; it counts as Push"));
}

TEST_CASE("names of clusters") {
  const auto named = [](const std::string& name) {
    Problems problems;
    return read_cluster(file("", "'name': '" + name + "'"), problems).has_value();
  };
  CHECK(named(std::string(48, 'a')));
  CHECK_FALSE(named(std::string(49, 'a')));
  for (const char* name : {"Eu", "eu.1", "-eu", "eu-", "e_u", ""}) {
    INFO(name);
    CHECK_FALSE(named(name));
  }
}

TEST_CASE("faults of a Cluster") {
  const auto [spec, message] = GENERATE(table<std::string, std::string>({
      {"'syncMode': 'Both'", "spec.syncMode is \"Both\", want one of Push, Pull"},
      {"'apiEndpoint': '10.0.0.1:6443'", "spec.apiEndpoint has no scheme"},
      {"'apiEndpoint': 'https://'", "spec.apiEndpoint has no host"},
      {"'apiEndpoint': 'https:///path'", "spec.apiEndpoint has no host"},
      {"'apiEndpoint': 'https://:6443'", "spec.apiEndpoint has no host"},
      {"'apiEndpoint': 'https://me:pw@host'", "spec.apiEndpoint has user info"},
      {"'apiEndpoint': 'https://host?a=b'", "spec.apiEndpoint has a query"},
      {"'apiEndpoint': 'https://host/#a'", "spec.apiEndpoint has a fragment"},
      {"'apiEndpoint': 'https://host:https'", "spec.apiEndpoint has a port that is no number"},
      {"'apiEndpoint': 'https://[::1'", "spec.apiEndpoint has a host without the closing ']'"},
      {"'apiEndpoint': 'https://::1'", "spec.apiEndpoint has a host with ':'"},
      {"'apiEndpoint': 'https://[::1]x'", "spec.apiEndpoint has text between ']' and the port"},
      {"'apiEndpoint': 'https://[]:1'", "spec.apiEndpoint has no host"},
      {"'apiEndpoint': 'https://a b'", "spec.apiEndpoint has a blank or a control character"},
      {"'apiEndpoint': 6443", "spec.apiEndpoint is a number, want a text"},
      {"'secretRef': {'name': 'a'}", "spec.secretRef.namespace is missing"},
      {"'secretRef': {'namespace': 'a'}", "spec.secretRef.name is missing"},
      {"'secretRef': {'namespace': 'a', 'name': ''}", "spec.secretRef.name is empty"},
      {"'secretRef': 'a/b'", "spec.secretRef is a text, want a map"},
      {"'impersonatorSecretRef': {}", "spec.impersonatorSecretRef.name is missing"},
      {"'insecureSkipTLSVerification': 'yes'", "is a text, want true or false"},
      {"'proxyURL': 'ftp://a'", "spec.proxyURL has the scheme \"ftp\""},
      {"'proxyURL': 'http://'", "spec.proxyURL has no host"},
      {"'proxyURL': 'http://me:pw@'", "spec.proxyURL has no host"},
      {"'proxyURL': 'http://me:pw@host:x'", "spec.proxyURL has a port that is no number"},
      {"'proxyURL': 'http://ho st'", "spec.proxyURL has a blank or a control character"},
      {"'proxyHeader': ['pw']", "spec.proxyHeader is a list, want a map"},
      {"'proxyHeader': {'a': ['pw']}", "spec.proxyHeader[\"a\"] is a list, want a text"},
      {"'id': '" + std::string(128'001, 'x') + "'",
       "spec.id has 128001 bytes, want at most 128000"},
      {"'provider': 'a b'", "spec.provider is \"a b\""},
      {"'region': '-'", "spec.region is \"-\""},
      {"'zone': 'a/b'", "spec.zone is \"a/b\""},
      {"'zones': ['a', '?']", "spec.zones[1] is \"?\""},
      {"'zones': ['a', 1]", "spec.zones[1] is a number, want a text"},
      {"'zone': 'a', 'zones': ['a']", "spec.zone and spec.zones are both set"},
      {"'taints': [{'effect': 'NoSchedule'}]", "spec.taints[0].key is missing"},
      {"'taints': [{'key': 'a b', 'effect': 'NoSchedule'}]", "spec.taints[0].key is \"a b\""},
      {"'taints': [{'key': 'a'}]", "spec.taints[0].effect is missing"},
      {"'taints': [{'key': 'a', 'effect': 'PreferNoSchedule'}]",
       "want one of NoSchedule, NoExecute"},
      {"'taints': [{'key': 'a', 'effect': 'NoExecute'}, {'key': 'a', 'value': 'b', 'effect': "
       "'NoExecute'}]",
       "spec.taints[1] repeats the taint a:NoExecute"},
      {"'taints': [{'key': 'a', 'effect': 'NoExecute', 'timeAdded': 5}]",
       "spec.taints[0].timeAdded is a number, want a text"},
  }));
  Problems problems;
  INFO(spec);
  CHECK_FALSE(read_cluster(file(spec), problems));
  for (const Problem& p : problems) {
    INFO(p.message);
    CHECK(p.message.find("pw") == std::string::npos);
    CHECK(p.object == "Cluster.cluster.karmada.io/eu-1");
    CHECK(p.where.column > 1);
  }
  bool found = false;
  for (const Problem& p : problems) found = found || p.message.find(message) != std::string::npos;
  for (const std::string& line : test::lines(problems)) UNSCOPED_INFO(line);
  CHECK(found);
}

TEST_CASE("addresses that are well-formed") {
  const auto spec = GENERATE(values<std::string>({
      "'apiEndpoint': 'https://host'",
      "'apiEndpoint': 'https://host:6443/sub/path'",
      "'apiEndpoint': 'http://[::1]:6443'",
      "'apiEndpoint': 'https://[fe80::1]'",
      "'apiEndpoint': ''",
      "'apiEndpoint': null",
      "'proxyURL': 'HTTP://me:pw@proxy:3128/'",
      "'proxyURL': 'https://[::1]:3128'",
      "'secretRef': null",
      "'impersonatorSecretRef': {'namespace': 'a', 'name': 'b'}",
      "'taints': [{'key': 'a', 'effect': 'NoExecute'}, {'key': 'a', 'effect': 'NoSchedule'}]",
      "'proxyHeader': {}",
      "'id': '" + std::string(128'000, 'x') + "'",
  }));
  INFO(spec);
  Problems problems;
  CHECK(read_cluster(file(spec), problems));
  CHECK(problems.empty());
}

TEST_CASE("resource models") {
  const auto [models, line] = GENERATE(table<std::string, std::string>({
      {"[]", ""},
      {"null", ""},
      {"[{'grade': 0, 'ranges': [{'name': 'cpu', 'min': 0, 'max': 2}, {'name': 'memory', 'min': "
       "'0', 'max': '4Gi'}]}, {'grade': 1, 'ranges': [{'name': 'cpu', 'min': '2000m', 'max': "
       "'9223372036854775807'}, {'name': 'memory', 'min': '4096Mi', 'max': '1Ti'}]}]",
       ""},
      // They are sorted, and the outermost bounds are set, before they are looked at.
      {"[{'grade': 7, 'ranges': [{'name': 'cpu', 'min': 1.5, 'max': 0}]}, {'grade': 2, 'ranges': "
       "[{'name': 'cpu', 'min': 9, 'max': '1500m'}]}]",
       ""},
      {"[{'grade': 1}]", ""},
      {"{}", "wrong-type M is a map, want a list"},
      {"[{'grade': -1}]", "invalid-value M[0].grade is -1, want 0 to 9223372036854775807"},
      {"[{'grade': 'low'}]", "wrong-type M[0].grade is a text, want a whole number"},
      {"[{'grade': 1, 'size': 2}]", "unknown-field M[0].size is not a known field"},
      {"[{'ranges': [{'max': 1}]}]", "missing-field M[0].ranges[0].name is missing, want a text"},
      {"[{'ranges': [{'name': 'cpu', 'max': 'much'}]}]",
       "invalid-value M[0].ranges[0].max \"much\" is no quantity, want a number with a suffix such "
       "as 500m, 2, 1.5Gi or 12e6"},
      {"[{'ranges': [{'name': 'cpu', 'max': []}]}]",
       "invalid-value M[0].ranges[0].max found a list, want a quantity such as 500m or 1.5Gi"},
      {"[{'grade': 1}, {'grade': 1}]", "invalid-value M[1] repeats the grade 1, want it once"},
      {"[{'grade': 0, 'ranges': [{'name': 'cpu', 'min': 0}]}, {'grade': 1, 'ranges': [{'name': "
       "'cpu', 'min': 1}]}]",
       "invalid-value M[0].ranges[0].max is 0, want more than min, which is 0\n"
       "invalid-value M[1].ranges[0].min is 1, want 0, the max of grade 0"},
      {"[{'grade': 0, 'ranges': [{'name': 'cpu', 'max': 1}]}, {'grade': 1, 'ranges': [{'name': "
       "'cpu', 'min': '1100m'}]}]",
       "invalid-value M[1].ranges[0].min is 1100m, want 1, the max of grade 0"},
      {"[{'grade': 0, 'ranges': [{'name': 'cpu', 'max': 1}, {'name': 'memory', 'max': 1}]}, "
       "{'grade': 1, 'ranges': [{'name': 'memory', 'min': 1}, {'name': 'cpu', 'min': 1}]}]",
       "invalid-value M[1] has ranges for [memory, cpu], want [cpu, memory] as grade 0 has, in "
       "that "
       "order"},
  }));
  INFO(models);
  Problems problems;
  const auto cluster = read_cluster(file("'resourceModels': " + models), problems);
  CHECK(cluster.has_value() == line.empty());
  std::string found;
  for (const Problem& p : sorted(problems))
    found += (found.empty() ? "" : "\n") + p.code + " " + p.message;
  CHECK(found == replace_all(line, "M", "spec.resourceModels"));
}

TEST_CASE("the status of the file is kept") {
  const auto with_status = [](const std::string& status) {
    return std::make_shared<const Object>(test::object(
        "{'apiVersion': 'cluster.karmada.io/v1alpha1', 'kind': 'Cluster', 'metadata': {'name': "
        "'a'}" +
        status + "}"));
  };
  Problems problems;
  CHECK(read_cluster(with_status(""), problems)->status.isNull());
  CHECK(read_cluster(with_status(", 'status': null"), problems)->status.isNull());
  CHECK(canonical_json(read_cluster(with_status(", 'status': {'a': 1}"), problems)->status) ==
        R"({"a":1})");
  CHECK(problems.empty());
  CHECK_FALSE(read_cluster(with_status(", 'status': 'Ready'"), problems));
  CHECK(test::has_error(problems, "wrong-type", "status is a text, want a map"));
}

TEST_CASE(
    "labels of a Cluster must be texts, unknown fields are named, Pull is said to have no effect") {
  Problems problems;
  CHECK_FALSE(read_cluster(file("", "'name': 'a', 'labels': {'v': 1}"), problems));
  CHECK(test::has_error(problems, "wrong-type", "metadata.labels[\"v\"] is a number, want a text"));
  problems.clear();
  CHECK_FALSE(read_cluster(file("'syncMode': 'Pull', 'regoin': 'eu'"), problems));
  CHECK(test::has_error(problems, "unknown-field",
                        "spec.regoin is not a known field (did you mean region?)"));
  CHECK(test::has_warning(problems, "no-effect-yet", "spec.syncMode is Pull"));
  problems.clear();
  CHECK(read_cluster(file("'proxyHeader': {'a': 'pw'}"), problems));
  CHECK(test::has_warning(problems, "no-effect-yet", "spec.proxyHeader has no effect yet"));
}
