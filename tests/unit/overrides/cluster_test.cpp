#include "overrides/cluster.h"

#include "tests/support/documents.h"
#include "tests/support/problems.h"

using namespace flotilla;
using namespace flotilla::overrides;

namespace {

catalog::ObjectPtr file(const std::string& spec, const std::string& metadata = "'name': 'eu-1'") {
  return std::make_shared<const Object>(test::object(
      "{'apiVersion': 'cluster.karmada.io/v1alpha1', 'kind': 'Cluster', 'metadata': {" + metadata +
      "}, 'spec': {" + spec + "}}"));
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
      {"'apiEndpoint': 6443", "spec.apiEndpoint is a number, want a text"},
      {"'secretRef': {'name': 'a'}", "spec.secretRef.namespace is missing"},
      {"'secretRef': {'namespace': 'a'}", "spec.secretRef.name is missing"},
      {"'secretRef': {'namespace': 'a', 'name': ''}", "spec.secretRef.name is empty"},
      {"'secretRef': 'a/b'", "spec.secretRef is a text, want a map"},
      {"'impersonatorSecretRef': {}", "spec.impersonatorSecretRef.name is missing"},
      {"'insecureSkipTLSVerification': 'yes'", "is a text, want true or false"},
      {"'proxyURL': 'ftp://a'", "spec.proxyURL has the scheme \"ftp\""},
      {"'proxyURL': 'http://'", "spec.proxyURL has no host"},
      {"'provider': 'a b'", "spec.provider is \"a b\""},
      {"'region': '-'", "spec.region is \"-\""},
      {"'zone': 'a/b'", "spec.zone is \"a/b\""},
      {"'zones': ['a', '?']", "spec.zones is \"?\""},
      {"'zone': 'a', 'zones': ['a']", "spec.zone and spec.zones are both set"},
      {"'taints': [{'effect': 'NoSchedule'}]", "spec.taints[0].key is missing"},
      {"'taints': [{'key': 'a b', 'effect': 'NoSchedule'}]", "spec.taints[0].key is \"a b\""},
      {"'taints': [{'key': 'a'}]", "spec.taints[0].effect is missing"},
      {"'taints': [{'key': 'a', 'effect': 'PreferNoSchedule'}]",
       "want one of NoSchedule, NoExecute"},
      {"'taints': [{'key': 'a', 'effect': 'NoExecute'}, {'key': 'a', 'value': 'b', 'effect': "
       "'NoExecute'}]",
       "spec.taints[1] repeats the taint a:NoExecute"},
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

TEST_CASE(
    "labels of a Cluster must be texts, unknown fields are named, Pull is said to have no effect") {
  Problems problems;
  CHECK_FALSE(read_cluster(file("", "'name': 'a', 'labels': {'v': 1}"), problems));
  CHECK(test::has_error(problems, "wrong-type", "metadata.labels[\"v\"] is a number, want a text"));
  problems.clear();
  CHECK_FALSE(read_cluster(file("'syncMode': 'Pull', 'regoin': 'eu'"), problems));
  CHECK(test::has_error(problems, "unknown-field", "spec.regoin is not a known field"));
  CHECK(test::has_warning(problems, "no-effect-yet", "spec.syncMode is Pull"));
}
