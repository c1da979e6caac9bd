#include "reconciler/kube/access.h"

#include "render/base/text.h"
#include "tests/unit/kube/temp_dir.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::kube;
using test::TempDir;

namespace {

const std::string kPem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

AccessRequest request_for(const TempDir& dir) {
  AccessRequest request;
  request.cluster = "member1";
  request.api_endpoint = "https://10.0.0.1:6443/";
  request.secret_namespace = "clusters";
  request.secret_name = "member1";
  request.credentials_dir = dir.path();
  return request;
}

const std::string kKubeconfig = R"(apiVersion: v1
kind: Config
current-context: one
clusters:
- name: c1
  cluster:
    server: https://one.example:6443/
    certificate-authority: ca.crt
    tls-server-name: kubernetes
    proxy-url: http://proxy:3128
- name: c2
  cluster: {server: "https://two.example", insecure-skip-tls-verify: true}
- name: bad-ca
  cluster: {server: "https://three.example", certificate-authority-data: bm90IGEgY2VydA==}
contexts:
- {name: one, context: {cluster: c1, user: certificate}}
- {name: member1, context: {cluster: c2, user: token}}
- {name: file, context: {cluster: c2, user: token-file}}
- {name: basic, context: {cluster: c2, user: basic}}
- {name: plugin, context: {cluster: c2, user: plugin}}
- {name: nobody, context: {cluster: c2}}
- {name: half, context: {cluster: c2, user: half}}
- {name: bad-ca, context: {cluster: bad-ca, user: token}}
- {name: no-cluster, context: {cluster: missing, user: token}}
- {name: no-user, context: {cluster: c2, user: missing}}
- {name: bad-plugin, context: {cluster: c2, user: bad-plugin}}
- {name: old, context: {cluster: c2, user: old}}
users:
- {name: certificate, user: {client-certificate-data: PEM64, client-key-data: PEM64}}
- {name: token, user: {token: t0ken}}
- {name: token-file, user: {tokenFile: tokens/one, token: ignored}}
- {name: basic, user: {username: me, password: pass word}}
- name: plugin
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: bin/plugin
      args: [get, token]
      env: [{name: A, value: b}]
      provideClusterInfo: true
- {name: half, user: {client-certificate-data: PEM64}}
- {name: bad-plugin, user: {exec: {apiVersion: v1, command: x}}}
- {name: old, user: {auth-provider: {name: gcp}}}
)";

void write_kubeconfig(const TempDir& dir, const std::string& name) {
  dir.write(name, replace_all(kKubeconfig, "PEM64", base64_encode(kPem)));
}

}  // namespace

TEST_CASE("a credential folder holds a token and a CA") {
  const TempDir dir;
  dir.write("clusters/member1/token", "t0ken\n\n");
  SECTION("PEM") { dir.write("clusters/member1/caBundle", kPem); }
  SECTION("base64 of PEM") { dir.write("clusters/member1/caBundle", base64_encode(kPem) + "\n"); }
  const Result<Access> access = find_access(request_for(dir));
  REQUIRE(access);
  CHECK(access->server == "https://10.0.0.1:6443");
  CHECK(access->token == "t0ken");
  CHECK(access->peer.ca_pem == kPem);
  CHECK_FALSE(access->peer.insecure_skip_verify);
  CHECK(access->token_file == dir.path() / "clusters/member1/token");
}

TEST_CASE("what a Cluster says of TLS and proxy counts") {
  const TempDir dir;
  dir.write("clusters/member1/token", "t0ken");
  AccessRequest request = request_for(dir);
  request.insecure_skip_tls_verification = true;
  request.proxy_url = "http://proxy";
  const Result<Access> access = find_access(request);
  REQUIRE(access);
  CHECK(access->peer.ca_pem.empty());
  CHECK(access->peer.insecure_skip_verify);
  CHECK(access->peer.proxy_url == "http://proxy");
}

TEST_CASE("a credential folder may hold a kubeconfig") {
  const TempDir dir;
  dir.write("clusters/member1/ca.crt", kPem);
  write_kubeconfig(dir, "clusters/member1/kubeconfig");
  AccessRequest request = request_for(dir);
  SECTION("its context of the cluster's name, at the cluster's endpoint") {
    const Result<Access> access = find_access(request);
    REQUIRE(access);
    CHECK(access->server == "https://10.0.0.1:6443");
    CHECK(access->token == "t0ken");
  }
  SECTION("or else its current context, and its own server") {
    request.cluster = "other";
    request.api_endpoint = "";
    const Result<Access> access = find_access(request);
    REQUIRE(access);
    CHECK(access->server == "https://one.example:6443");
    CHECK(access->peer.client_cert_pem == kPem);
  }
}

TEST_CASE("a cluster without secretRef is a context of the kubeconfig") {
  const TempDir dir;
  write_kubeconfig(dir, "config");
  AccessRequest request;
  request.cluster = "member1";
  request.kubeconfig = dir.path() / "config";
  const Result<Access> access = find_access(request);
  REQUIRE(access);
  CHECK(access->server == "https://two.example");
  CHECK(access->token == "t0ken");
  CHECK(access->peer.insecure_skip_verify);
}

TEST_CASE("of a list of kubeconfigs the first one with the context counts") {
  const TempDir dir;
  const auto config_with = [&dir](const std::string& file, const std::string& server) {
    return dir
        .write(file, "clusters: [{name: c, cluster: {server: \"" + server +
                         "\"}}]\ncontexts: [{name: " + file +
                         ", context: {cluster: c}}, {name: both, context: {cluster: c}}]\n")
        .string();
  };
  const std::string first = config_with("first", "https://first");
  const std::string second = config_with("second", "https://second");
  AccessRequest request;
  request.kubeconfig = dir.path().string() + "/missing::" + first + ":" + second;
  for (const auto& [context, server] : {std::pair{"first", "https://first"},
                                        {"second", "https://second"},
                                        {"both", "https://first"}}) {
    request.cluster = context;
    const Result<Access> access = find_access(request);
    REQUIRE(access);
    CHECK(access->server == server);
  }
  request.cluster = "none";
  const Result<Access> none = find_access(request);
  REQUIRE_FALSE(none);
  CHECK(none.error().code == Code::unauthorized);
  CHECK(none.error().message == "cluster none: no file of " + request.kubeconfig.string() +
                                    " has a context named \"none\"");
}

TEST_CASE("missing and wrong credentials are named") {
  const TempDir dir;
  AccessRequest request = request_for(dir);
  const std::string folder = (dir.path() / "clusters/member1").string();
  Code code = Code::unauthorized;
  std::string message;
  SECTION("no folder") { message = "no credential: " + folder + " does not exist"; }
  SECTION("an empty folder") {
    dir.write("clusters/member1/other", "");
    message = folder + " has neither a token nor a kubeconfig";
  }
  SECTION("an empty token") {
    dir.write("clusters/member1/token", " \n");
    message = folder + "/token: the token is empty";
  }
  SECTION("a token of two lines") {
    dir.write("clusters/member1/token", "s3cret\r\nX-Header: 1");
    code = Code::invalid;
    message = folder + "/token: the token holds white space or control characters, want one word";
  }
  SECTION("a CA that is none") {
    dir.write("clusters/member1/token", "t");
    dir.write("clusters/member1/caBundle", "s3cret");
    code = Code::invalid;
    message = folder + "/caBundle: caBundle is neither PEM nor base64 of PEM";
  }
  SECTION("no endpoint") {
    dir.write("clusters/member1/token", "t");
    request.api_endpoint = "";
    code = Code::invalid;
    message = "spec.apiEndpoint is not set, want the API server's URL";
  }
  SECTION("an endpoint that is no URL") {
    dir.write("clusters/member1/token", "t");
    request.api_endpoint = "10.0.0.1:6443";
    code = Code::invalid;
    message = "the server is \"10.0.0.1:6443\", want a URL (https://host:port)";
  }
  SECTION("a secretRef that leads out of the folder") {
    request.secret_namespace = "..";
    code = Code::invalid;
    message = "secretRef is \"../member1\", want a namespace and a name";
  }
  SECTION("no credential folder") {
    request.credentials_dir.clear();
    message =
        "secretRef clusters/member1 needs a credential folder, and none is given (--credentials)";
  }
  SECTION("neither secretRef nor kubeconfig") {
    request.secret_namespace = request.secret_name = "";
    message = "no credential: it has no secretRef, and no kubeconfig is given (--kubeconfig)";
  }
  const Result<Access> access = find_access(request);
  REQUIRE_FALSE(access);
  CHECK(access.error().message == "cluster member1: " + message);
  CHECK(access.error().code == code);
}

TEST_CASE("what a kubeconfig can say") {
  const TempDir dir;
  dir.write("ca.crt", kPem);
  dir.write("tokens/one", "from-file\n");
  write_kubeconfig(dir, "config");
  const auto read = [&dir](const std::string& context) {
    Result<Access> access = read_kubeconfig(dir.path() / "config", context);
    if (!access) FAIL(access.error().message);
    return *access;
  };
  const Access current = read("");
  CHECK(current.server == "https://one.example:6443");
  CHECK(current.peer.ca_pem == kPem);  // ca.crt lies beside the kubeconfig
  CHECK(current.peer.tls_server_name == "kubernetes");
  CHECK(current.peer.proxy_url == "http://proxy:3128");
  CHECK(current.peer.client_cert_pem == kPem);
  CHECK(current.peer.client_key_pem == kPem);
  CHECK(read("member1").token == "t0ken");
  CHECK(read("file").token == "from-file");
  CHECK(read("file").token_file == dir.path() / "tokens/one");
  CHECK(read("basic").username == "me");
  CHECK(read("basic").password == "pass word");
  CHECK(read("nobody").token.empty());
  const Access plugin = read("plugin");
  REQUIRE(plugin.exec);
  CHECK(plugin.exec->command == (dir.path() / "bin/plugin").string());
  CHECK(plugin.exec->args == std::vector<std::string>{"get", "token"});
  CHECK(plugin.exec->env.at("A") == "b");
  CHECK(plugin.exec->provide_cluster_info);
}

TEST_CASE("what is wrong in a kubeconfig is named") {
  const TempDir dir;
  write_kubeconfig(dir, "config");
  const auto [context, code, message] = GENERATE(table<std::string, Code, std::string>({
      {"one", Code::unauthorized, "certificate-authority: DIR/ca.crt does not exist"},
      {"file", Code::unauthorized, ""},
      {"half", Code::unauthorized, "client-key is missing beside its counterpart"},
      {"bad-ca", Code::invalid, "certificate-authority-data is neither PEM nor base64 of PEM"},
      {"no-cluster", Code::unauthorized, "clusters has no entry named \"missing\""},
      {"no-user", Code::unauthorized, "users has no entry named \"missing\""},
      {"no-context", Code::unauthorized, "contexts has no entry named \"no-context\""},
      {"bad-plugin", Code::invalid,
       "exec.apiVersion is \"v1\", want client.authentication.k8s.io/v1"},
      {"old", Code::invalid, "auth-provider is not supported, want exec or a token"},
  }));
  const Result<Access> access = read_kubeconfig(dir.path() / "config", context);
  REQUIRE_FALSE(access);
  CHECK(access.error().code == code);
  const std::string wanted = replace_all(message, "DIR", dir.path().string());
  if (message.empty()) {
    CHECK(access.error().message == (dir.path() / "tokens/one").string() + " does not exist");
  } else {
    CHECK(access.error().message == (dir.path() / "config").string() + ": " + wanted);
  }
}

TEST_CASE("a file that is no kubeconfig says so without quoting itself") {
  const TempDir dir;
  dir.write("broken", "users: [{name: \"s3cret");
  dir.write("list", "[s3cret]");
  for (const char* name : {"broken", "list", "missing"}) {
    const Result<Access> access = read_kubeconfig(dir.path() / name, "");
    REQUIRE_FALSE(access);
    CHECK_THAT(access.error().message, Catch::StartsWith((dir.path() / name).string()));
    CHECK_THAT(access.error().message, !Catch::Contains("s3cret"));
  }
}

TEST_CASE("in a pod the service account is the credential") {
  const TempDir folder;
  const char* host = "KUBERNETES_SERVICE_HOST";
  const char* port = "KUBERNETES_SERVICE_PORT";
  unsetenv(host);
  unsetenv(port);
  const auto outside = kube::read_in_cluster_access(folder.path());
  REQUIRE_FALSE(outside);
  CHECK(outside.error().code == Code::unauthorized);
  CHECK(outside.error().message.find(host) != std::string::npos);

  setenv(host, "10.0.0.1", 1);
  setenv(port, "443", 1);
  CHECK(kube::read_in_cluster_access(folder.path()).error().code == Code::unauthorized);
  folder.write("token", "first\n");
  const auto without_ca = kube::read_in_cluster_access(folder.path());
  REQUIRE_FALSE(without_ca);
  CHECK(without_ca.error().message.find("ca.crt") != std::string::npos);
  folder.write("ca.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  const auto inside = kube::read_in_cluster_access(folder.path());
  REQUIRE(inside);
  CHECK(inside->server == "https://10.0.0.1:443");
  CHECK(inside->token == "first");
  CHECK(inside->token_file == folder.path() / "token");
  CHECK(inside->peer.ca_pem.find("AAAA") != std::string::npos);
  setenv(host, "fd00::1", 1);
  CHECK(kube::read_in_cluster_access(folder.path())->server == "https://[fd00::1]:443");
  unsetenv(host);
  unsetenv(port);
}
