#include "reconciler/decision/message_template.h"
#include "reconciler/decision/service_settings.h"
#include "render/yaml/reader.h"
#include "tests/support/problems.h"

#include <catch2/catch.hpp>

using namespace flotilla;

namespace {

struct Found {
  std::vector<decision::Notification> notifications;
  std::optional<decision::CommitStatus> commit_status;
  std::vector<std::string> faults;
};

Found read(const std::string& spec) {
  auto file = yaml::read_documents(spec, "fleet.yaml");
  REQUIRE(file.documents.size() == 1);
  Problems problems;
  overrides::Fields fields(file.documents[0].tree, {"fleet.yaml", "Fleet/f", problems, "spec"});
  Found found{decision::read_notifications(fields), decision::read_commit_status(fields), {}};
  fields.say_unknown();
  found.faults = test::lines(problems);
  return found;
}

}  // namespace

TEST_CASE("notifications as they are written") {
  const Found found = read(
      "notifications:\n"
      "- {name: ops, type: slack, addressFrom: slack-url}\n"
      "- name: audit\n"
      "  address: https://audit.example.com/in?x=1\n"
      "  tokenFrom: audit-token\n"
      "  keyFrom: audit.key\n"
      "  caFrom: audit_ca\n"
      "  events: [Deployed, Drift, Deployed]\n"
      "  template: '{{ .fleet }}'\n"
      "  clusters: [eu, us]\n");
  CHECK(found.faults.empty());
  REQUIRE(found.notifications.size() == 2);
  decision::Notification ops;
  ops.name = "ops";
  ops.type = "slack";
  ops.address_from = "slack-url";
  ops.events = {"Failed",    "ClusterUnreachable", "ClusterRecovered", "Degraded",
                "Recovered", "DeletionsHeld",      "SourceError",      "SourceRecovered"};
  CHECK(found.notifications[0] == ops);
  const decision::Notification& audit = found.notifications[1];
  CHECK(audit.type == "webhook");
  CHECK(audit.address == "https://audit.example.com/in?x=1");
  CHECK(audit.token_from == "audit-token");
  CHECK(audit.key_from == "audit.key");
  CHECK(audit.ca_from == "audit_ca");
  CHECK(audit.events == std::vector<std::string>{"Deployed", "Drift"});
  CHECK(audit.clusters == std::vector<std::string>{"eu", "us"});
}

TEST_CASE("a notification in error is told at its place, and left out") {
  using Row = std::tuple<std::string, std::string>;
  const auto [entry, fault] = GENERATE(table<std::string, std::string>({
      Row{"addressFrom: a",
          "1:17 missing-field spec.notifications[0].name is missing, want a text"},
      Row{"name: Ops!, addressFrom: a", "1:24 invalid-value"},
      Row{"name: a",
          "1:17 missing-field spec.notifications[0].address is missing, want it, or "
          "addressFrom with the name of a file of --secrets"},
      Row{"name: a, address: 'http://h', addressFrom: b",
          "addressFrom stands beside address, want one of them"},
      Row{"name: a, address: 'https://user:pass@host/x'",
          "1:36 invalid-value spec.notifications[0].address holds a user or password; put it into "
          "a file of --secrets and name it with addressFrom"},
      Row{"name: a, address: 'ftp://host'", "address is no http or https address"},
      Row{"name: a, address: 'https:///x'", "address names no host"},
      Row{"name: a, address: 'https://h/a b'", "address holds white space"},
      Row{"name: a, addressFrom: ../etc/passwd", "addressFrom is no name of a file"},
      Row{"name: a, addressFrom: '..'", "addressFrom is no name of a file"},
      Row{"name: a, addressFrom: b, type: teams", "want one of slack, webhook"},
      Row{"name: a, addressFrom: b, type: slack, tokenFrom: c",
          "tokenFrom has no use with type slack"},
      Row{"name: a, addressFrom: b, events: [Deployd]",
          "1:52 invalid-value spec.notifications[0].events[0] is \"Deployd\", want one of "
          "Deployed, "},
      Row{"name: a, addressFrom: b, events: [1]", "events[0] is no text"},
      Row{"name: a, addressFrom: b, on: [Deployed]",
          "is not a known field; did you mean \"events\"?"},
      Row{"name: a, addressFrom: b, template: 'x {{ .foo }}'",
          "1:53 invalid-template spec.notifications[0].template is wrong in its line 1, column 3: "
          "\".foo\" is no field"},
      Row{"name: a, addressFrom: b, colour: red", "is not a known field"},
  }));
  const Found found = read("notifications: [{" + entry + "}]");
  INFO(entry);
  CHECK(found.notifications.empty());
  REQUIRE_FALSE(found.faults.empty());
  INFO(found.faults[0]);
  CHECK(found.faults[0].find(fault) != std::string::npos);
  for (const std::string& text : found.faults) CHECK(text.find("pass@") == std::string::npos);
}

TEST_CASE("names of notifications are unique") {
  const Found found =
      read("notifications:\n- {name: a, addressFrom: b}\n- {name: a, addressFrom: c}\n");
  CHECK(found.notifications.size() == 1);
  CHECK(found.faults ==
        std::vector<std::string>{
            "3:10 duplicate-name spec.notifications[1].name is \"a\", which is given twice"});
}

TEST_CASE("an address that is a secret itself is warned of") {
  const Found found = read(
      "notifications: [{name: a, type: slack, address: 'https://hooks.slack.com/services/T/B/x'}]");
  CHECK(found.notifications.size() == 1);
  REQUIRE(found.faults.size() == 1);
  CHECK(found.faults[0].starts_with("~1:49 secret-in-repository"));
  CHECK(found.faults[0].find("services") == std::string::npos);
}

TEST_CASE("commit statuses") {
  Found found = read("commitStatus: {provider: github, repository: acme/shop, tokenFrom: t}");
  CHECK(found.faults.empty());
  REQUIRE(found.commit_status);
  CHECK(found.commit_status->address == "https://api.github.com");
  CHECK(found.commit_status->context == "flotilla");
  found = read(
      "commitStatus: {provider: gitlab, repository: a/b/c, tokenFrom: t, caFrom: ca, "
      "address: 'https://git.acme.com/', context: prod, targetUrl: 'https://x/y'}");
  CHECK(found.faults.empty());
  REQUIRE(found.commit_status);
  CHECK(found.commit_status->address == "https://git.acme.com");
  CHECK(found.commit_status->context == "prod");
  CHECK(found.commit_status->ca_from == "ca");
}

TEST_CASE("a commit status in error is none") {
  using Row = std::tuple<std::string, std::string>;
  const auto [entry, fault] = GENERATE(table<std::string, std::string>({
      Row{"repository: a/b, tokenFrom: t", "provider is missing"},
      Row{"provider: github, tokenFrom: t", "repository is missing"},
      Row{"provider: github, repository: a/b", "tokenFrom is missing"},
      Row{"provider: github, repository: a, tokenFrom: t", "repository is \"a\", want owner/name"},
      Row{"provider: github, repository: a/../b, tokenFrom: t", "want owner/name"},
      Row{"provider: gitea, repository: a/b, tokenFrom: t", "address is missing"},
      Row{"provider: github, repository: a/b, tokenFrom: a/b", "tokenFrom is no name of a file"},
      Row{"provider: github, repository: a/b, tokenFrom: t, address: 'https://u:p@h'",
          "address holds a user or password"},
      Row{"provider: github, repository: a/b, tokenFrom: t, x: 1", "is not a known field"},
  }));
  const Found found = read("commitStatus: {" + entry + "}");
  INFO(entry);
  CHECK_FALSE(found.commit_status);
  REQUIRE_FALSE(found.faults.empty());
  CHECK(found.faults[0].find(fault) != std::string::npos);
}
