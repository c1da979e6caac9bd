#include "overrides/overriders/image.h"

#include "tests/support/documents.h"
#include "tests/support/problems.h"

#include <fstream>

using namespace flotilla;
using namespace flotilla::overrides;

namespace {

const std::string hex64 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
const std::string digest = "sha256:" + hex64;

Result<void> run(const std::string& entry, Json::Value& object) {
  Problems problems;
  const auto overrider = read_image_overrider(test::tree(entry), {"p.yaml", "", problems});
  REQUIRE(overrider);
  CHECK(overrider->kind == "imageOverrider");
  return overrider->apply(object, Cluster{});
}

const char* to_eu = "{'component': 'Registry', 'operator': 'replace', 'value': 'eu.local'}";

}  // namespace

TEST_CASE("an image falls into host, repository, tag and digest") {
  struct Case {
    std::string text;
    Image image;
  };
  const std::vector<Case> cases = {Case{"nginx", {"", "nginx", "", ""}},
                                   Case{"nginx:1.2", {"", "nginx", "1.2", ""}},
                                   Case{"library/nginx", {"", "library/nginx", "", ""}},
                                   Case{"reg.local/a/b:v1", {"reg.local", "a/b", "v1", ""}},
                                   Case{"reg:5000/a", {"reg:5000", "a", "", ""}},
                                   Case{"localhost/a", {"localhost", "a", "", ""}},
                                   Case{"localhost:5000", {"", "localhost", "5000", ""}},
                                   Case{"LOCALHOST/nginx", {"", "LOCALHOST/nginx", "", ""}},
                                   Case{"[::1]:5000/a", {"[::1]:5000", "a", "", ""}},
                                   Case{"a@" + digest, {"", "a", "", digest}},
                                   Case{"a:v1@" + digest, {"", "a", "v1", ""}},  // Q17
                                   Case{"a__b/c.d/e---f:_T.-", {"", "a__b/c.d/e---f", "_T.-", ""}}};
  for (const Case& c : cases) {
    INFO(c.text);
    const auto image = parse_image(c.text);
    REQUIRE(image);
    CHECK(image->host == c.image.host);
    CHECK(image->repository == c.image.repository);
    CHECK(image->tag == c.image.tag);
    CHECK(image->digest == c.image.digest);
  }
}

TEST_CASE("texts that are no image") {
  const std::string text =
      GENERATE(as<std::string>{}, "", "nginx:", "a.b/", "/a", "Nginx", "a/B", "a b", "a..b",
               "a___b", "-a", "a-", "a/-b", "a:b:c", "a@sha256:0123", "a@", "a:-x", "[zz]/a",
               "reg:/a", "reg:x/a", "_a/b", "a@sha256");
  INFO(text);
  const auto image = parse_image(text);
  REQUIRE_FALSE(image);
  CHECK(image.error().code == Code::invalid);
  CHECK(image.error().message ==
        "image is \"" + text + "\", want [host[:port]/]name[:tag][@digest] in lower case");
}

// tests/tables/image_parts.tsv: image, host, repository, tag, digest; or "error".
TEST_CASE("images, as the reference grammar and Karmada take them apart") {
  std::ifstream table(FLOTILLA_SOURCE_DIR "/tests/tables/image_parts.tsv");
  int rows = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.starts_with('#')) continue;
    const auto cells = split(line, '\t');
    INFO(line);
    const auto image = parse_image(cells[0]);
    ++rows;
    if (cells[1] == "error") {
      CHECK_FALSE(image);
      continue;
    }
    REQUIRE(cells.size() == 5);
    REQUIRE(image);
    const auto cell = [](const std::string& part) { return part.empty() ? "-" : part; };
    CHECK(cell(image->host) == cells[1]);
    CHECK(cell(image->repository) == cells[2]);
    CHECK(cell(image->tag) == cells[3]);
    CHECK(cell(image->digest) == cells[4]);
  }
  CHECK(rows > 60);
}

TEST_CASE("limits of an image") {
  CHECK_FALSE(
      parse_image("a@sha256:" + std::string(32, 'a')));  // fits the grammar, but is no SHA-256
  CHECK_FALSE(parse_image("a@sha256:" + std::string(64, 'A')));
  CHECK_FALSE(parse_image("a@md5:" + std::string(32, 'a')));
  CHECK(parse_image("a@sha512:" + std::string(128, 'a')));
  CHECK(parse_image(std::string(255, 'a')));
  CHECK_FALSE(parse_image(std::string(256, 'a')));
  CHECK(parse_image("reg.io/" + std::string(255, 'a')));
  CHECK(parse_image("lib/" + std::string(255, 'a')));  // could be a host
  CHECK_FALSE(parse_image("reg.io/" + std::string(256, 'a')));
  CHECK_FALSE(parse_image("a_b/" + std::string(252, 'a')));  // cannot
  CHECK(parse_image("a:" + std::string(128, 'a')));
  CHECK_FALSE(parse_image("a:" + std::string(129, 'a')));
}

// tests/tables/image_changes.tsv: image, component, operator, value ("-" for none), wanted image.
TEST_CASE("changes to an image, as Karmada makes them") {
  std::ifstream table(FLOTILLA_SOURCE_DIR "/tests/tables/image_changes.tsv");
  int rows = 0;
  for (std::string line; std::getline(table, line);) {
    if (line.starts_with('#')) continue;
    const auto cells = split(line, '\t');
    REQUIRE(cells.size() == 5);
    INFO(line);
    Json::Value object =
        test::tree("{'kind': 'Pod', 'spec': {'containers': [{'image': '" + cells[0] + "'}]}}");
    const std::string entry = "{'component': '" + cells[1] + "', 'operator': '" + cells[2] +
                              "', 'value': '" + (cells[3] == "-" ? "" : cells[3]) + "'}";
    REQUIRE(run(entry, object));
    CHECK(object["spec"]["containers"][0]["image"] == cells[4]);
    ++rows;
  }
  CHECK(rows > 20);
}

TEST_CASE("without predicate the containers of the workload kinds are changed") {
  const std::string pod =
      "{'containers': [{'name': 'a', 'image': 'x/a:1'}, {'name': 'b', 'image': 'b'}], "
      "'initContainers': [{'name': 'i', 'image': 'i'}]}";
  const std::string changed =
      "{'containers': [{'name': 'a', 'image': 'eu.local/x/a:1'}, {'name': 'b', 'image': "
      "'eu.local/b'}], 'initContainers': [{'name': 'i', 'image': 'i'}]}";
  const std::string kind = GENERATE("Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job",
                                    "Pod", "CronJob", "Foo");
  const auto around = [&](const std::string& spec) {
    return test::tree("{'kind': '" + kind + "', 'spec': " +
                      (kind == "Pod" ? spec : "{'template': {'spec': " + spec + "}}") + "}");
  };
  Json::Value object = around(pod);
  REQUIRE(run(to_eu, object));
  INFO(kind);
  const bool untouched = kind == "CronJob" || kind == "Foo";
  CHECK(canonical_json(object) == canonical_json(around(untouched ? pod : changed)));
}

TEST_CASE("with a predicate one field is changed, of any kind") {
  Json::Value object = test::tree(
      "{'kind': 'Foo', 'spec': {'image': 'a', 'more': [{'image': 'b'}, {'image': 'c'}], 'count': "
      "1, 'odd~1key': 'd'}}");
  const auto at = [&](const std::string& path) {
    return run(
        "{'component': 'Tag', 'operator': 'replace', 'value': 'v2', 'predicate': {'path': '" +
            path + "'}}",
        object);
  };
  REQUIRE(at("/spec/image"));
  REQUIRE(at("/spec/more/1/image"));
  REQUIRE(at("/spec/odd~1key"));  // no unescaping
  CHECK(object["spec"]["image"] == "a:v2");
  CHECK(object["spec"]["more"][0]["image"] == "b");
  CHECK(object["spec"]["more"][1]["image"] == "c:v2");
  CHECK(object["spec"]["odd~1key"] == "d:v2");
  CHECK(to_string(at("/spec/more/2/image").error()) ==
        "p.yaml:1:1: predicate path /spec/more/2/image: the list has no entry \"2\"");
  CHECK_THAT(at("/spec/more/x/image").error().message, Catch::Contains("has no entry \"x\""));
  CHECK_THAT(at("/spec/none").error().message, Catch::Contains("there is no \"none\""));
  CHECK_THAT(at("/spec/count").error().message, Catch::Contains("image is a number, want a text"));
}

TEST_CASE("an image that cannot be read stops the object") {
  Json::Value broken =
      test::tree("{'kind': 'Pod', 'spec': {'containers': [{'name': 'a', 'image': 'nginx:'}]}}");
  const auto result = run(to_eu, broken);
  REQUIRE_FALSE(result);
  CHECK_THAT(to_string(result.error()), Catch::StartsWith("p.yaml:1:1: image is \"nginx:\", want"));
  Json::Value none = test::tree("{'kind': 'Pod', 'spec': {'containers': [{'name': 'a'}]}}");
  CHECK_THAT(run(to_eu, none).error().message, Catch::Contains("container \"a\" has no image"));
  Json::Value empty = test::tree("{'kind': 'Pod', 'spec': {}}");
  CHECK(run(to_eu, empty));
}

TEST_CASE("an error about a Secret does not hold its value") {
  Json::Value secret = test::tree("{'kind': 'Secret', 'stringData': {'password': 'Hunter 2'}}");
  const auto result = run(
      "{'component': 'Tag', 'operator': 'remove', 'predicate': {'path': '/stringData/password'}}",
      secret);
  REQUIRE_FALSE(result);
  CHECK(result.error().message == "predicate path /stringData/password leads to no image");
}

TEST_CASE("faults of an imageOverrider") {
  const auto [entry, code, message] = GENERATE(table<const char*, const char*, const char*>({
      {"{'operator': 'add'}", "missing-field",
       "component is missing, want one of Registry, Repository, Tag"},
      {"{'component': 'registry', 'operator': 'add'}", "invalid-value",
       "component is \"registry\""},
      {"{'component': 'Tag'}", "missing-field", "operator is missing"},
      {"{'component': 'Tag', 'operator': 'set'}", "invalid-value",
       "operator is \"set\", want one of add, remove, replace"},
      {"{'component': 'Tag', 'operator': 'add', 'value': 1.2}", "wrong-type",
       "value is a number, want a text"},
      {"{'component': 'Tag', 'operator': 'add', 'predicate': {}}", "missing-field",
       "predicate.path is missing"},
      {"{'component': 'Tag', 'operator': 'add', 'predicate': {'path': 'spec/a'}}",
       "invalid-pointer", "begins with '/'"},
      {"{'component': 'Tag', 'operator': 'add', 'predicate': {'path': '/spec/'}}",
       "invalid-pointer", "not end with '/'"},
  }));
  Problems problems;
  INFO(entry);
  CHECK_FALSE(read_image_overrider(test::tree(entry), {"p.yaml", "", problems}));
  CHECK(test::has_error(problems, code, message));
}
