#include "tests/chart/chart.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

struct Refused {
  std::vector<std::string> set;
  std::string because;
};

const std::vector<Refused> refused = {
    {{"repo="}, "/repo"},
    {{"image.repository="}, "/image/repository"},
    {{"rpeo=https://git.example.com/x.git"}, "'rpeo' not allowed"},
    {{"git.tokn.secret=x"}, "'tokn' not allowed"},
    {{"repo=https://robot:hunter2@git.example.com/x.git"}, "/repo"},
    {{"repo=/srv/git/fleet.git"}, "/repo"},
    {{"git.proxy=http://robot:hunter2@proxy.example.com"}, "/git/proxy"},
    {{"extraArgs={--git-token=hunter2}"}, "/extraArgs/0"},
    {{"extraArgs={--git-token}"}, "/extraArgs/0"},
    {{"replicas=two"}, "/replicas"},
    {{"interval=30"}, "/interval"},
    {{"http.port=80"}, "/http/port"},
    {{"sharded=true", "lease=repository"}, "/lease"},
    {{"lease=none"}, "/lease"},
    {{"git.token.secret=Has_Capitals"}, "/git/token/secret"},
    {{"members.credentials[0].name=eu"}, "/members/credentials/0"},
    {{"members.credentials[0].name=eu", "members.credentials[0].namespace=fleet"},
     "/members/credentials/0"},
    {{"members.credentials[0].name=..", "members.credentials[0].namespace=fleet",
      "members.credentials[0].token=token"},
     "/members/credentials/0/name"},
    {{"members.credentials[0].name=eu", "members.credentials[0].namespace=fleet",
      "members.credentials[0].token=token", "members.credentials[0].kubeconfig=kubeconfig"},
     "/members/credentials/0"},
    {{"members.credentials[0].name=eu", "members.credentials[0].namespace=fleet",
      "members.credentials[0].token=token", "members.credentialsVolume.emptyDir.medium=Memory"},
     "exclude each other"},
    {{"repo=git@git.example.com:org/fleet.git"}, "git.knownHosts"},
    {{"repo=git@git.example.com:org/fleet.git", "git.knownHosts.secret=hosts"}, "git.sshKey"},
    {{"repo=ssh://git@git.example.com/fleet.git", "git.knownHosts.secret=hosts",
      "git.sshKey.secret=key", "git.proxy=http://proxy.example.com"},
     "reached over ssh"},
    {{"git.ca.secret=one", "git.ca.configMap=other"}, "want one of them"},
    {{"serviceAccount.create=false"}, "serviceAccount.name is required"},
};

}  // namespace

TEST_CASE("values that cannot be meant are refused") {
  for (const Refused& row : refused) {
    Arguments arguments = {"template", "fleet", chart_folder().string(), "--values",
                           value_file("default").string()};
    for (const std::string& set : row.set) {
      arguments.emplace_back("--set");
      arguments.push_back(set);
    }
    const Outcome outcome = helm(arguments);
    INFO(row.set.front() << ": " << outcome.text());
    CHECK(outcome.code != 0);
    CHECK(contains(outcome.err, row.because));
  }
}
