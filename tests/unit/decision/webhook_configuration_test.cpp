#include "reconciler/decision/customization.h"
#include "render/base/text.h"
#include "tests/support/documents.h"
#include "tests/support/problems.h"

using namespace flotilla;

namespace {

// The errors of one webhook whose other fields are fine.
std::vector<std::string> errors(const std::string& client,
                                const std::string& versions = "'v1alpha1'",
                                const std::string& kinds = "'Deployment'") {
  Problems problems;
  decision::check_webhook_configuration(
      test::object("{'apiVersion': 'config.karmada.io/v1alpha1', 'kind': "
                   "'ResourceInterpreterWebhookConfiguration', 'metadata': {'name': 'w'}, "
                   "'webhooks': [{'name': 'a.example.com', 'clientConfig': {" +
                   client +
                   "}, 'rules': [{'operations': ['*'], 'apiGroups': [''], 'apiVersions': "
                   "['v1'], 'kinds': [" +
                   kinds + "]}], 'interpreterContextVersions': [" + versions + "]}]}"),
      problems);
  std::vector<std::string> messages;
  for (const Problem& problem : problems)
    if (problem.severity == Severity::error) messages.push_back(problem.message);
  return messages;
}

const std::string url = "'url': 'https://a.example.com'";

std::string path_error(const std::string& path) {
  const auto found = errors("'service': {'namespace': 'n', 'name': 's', 'path': '" + path + "'}");
  REQUIRE(found.size() <= 1);
  return found.empty() ? "" : found[0];
}

}  // namespace

TEST_CASE("the path of a webhook's service is made of domain names") {
  CHECK(path_error("/").empty());
  CHECK(path_error("/interpreter-workload").empty());
  CHECK(path_error("/a.b/c/").empty());
  const std::string place = "webhooks[0].clientConfig.service.path is ";
  CHECK(path_error("a") == place + "\"a\": want a path that begins with /");
  CHECK(path_error("//") == place + "\"//\": segment 0: it is empty");
  CHECK(path_error("/a//b") == place + "\"/a//b\": segment 1: it is empty");
  CHECK_THAT(path_error("/a b"), Catch::StartsWith(place + "\"/a b\": segment 0: want lower-case"));
}

TEST_CASE("the versions that a webhook understands are labels, each once") {
  CHECK(errors(url, "'v2', 'v1alpha1'").empty());
  const std::string place = "webhooks[0].interpreterContextVersions";
  CHECK(errors(url, "'v1alpha1', 'v1alpha1'") ==
        std::vector<std::string>{place + "[1] is \"v1alpha1\": want it once"});
  CHECK(errors(url, "'v1alpha1', '1a'") ==
        std::vector<std::string>{place + "[1] is \"1a\": want a letter at the start"});
  CHECK(errors(url, "7") ==
        std::vector<std::string>{place + "[0] is a number, want a text",
                                 place + " does not contain v1alpha1, want that version"});
}

TEST_CASE("a rule of a webhook names no empty kind") {
  CHECK(errors(url, "'v1alpha1'", "''") ==
        std::vector<std::string>{"webhooks[0].rules[0].kinds[0] is empty, want a text"});
}
