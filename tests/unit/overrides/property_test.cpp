#include "overrides/resolve.h"
#include "tests/support/documents.h"
#include "tests/support/problems.h"

#include <random>

using namespace flotilla;
using namespace flotilla::overrides;

namespace {

// Policies that can be read, whose overriders fit the objects below often and fail often.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  std::string overriders() {
    std::string text = "{";
    for (int i = 0, count = 1 + below(3); i < count; ++i) {
      const auto [name, entry] = overrider(below(7));
      if (text.find(name) != std::string::npos) continue;
      text += (text.size() > 1 ? ", '" : "'") + name + "': [" + entry + "]";
    }
    return text + "}";
  }

  std::string object() {
    const std::string spec = "{'containers': [" + container() + ", " + container() +
                             "], 'initContainers': [" + container() + "]}";
    return "{'kind': " + any({"'Deployment'", "'Pod'", "'Foo'"}) +
           ", 'metadata': {'name': 'x', 'labels': " +
           any({"{'a': '1'}", "null", "{}", "{'n': 1}", "'text'"}) +
           "}, 'spec': {'template': {'spec': " + spec + "}, 'containers': [" + container() +
           "]}, 'data': {'c': " +
           any({"'{}'", "'{\\'a\\': 1}'", "'a: 1\\n---\\nb: 2'", "'a: ['", "''", "5"}) + "}}";
  }

 private:
  int below(int limit) { return std::uniform_int_distribution<int>(0, limit - 1)(random_); }
  std::string any(const std::vector<std::string>& texts) {
    return texts[static_cast<std::size_t>(below(static_cast<int>(texts.size())))];
  }
  std::string container() {
    return "{'name': " + any({"'a'", "'b'"}) + ", 'image': " + any({"'i:1'", "'r.io/i'", "'I:'"}) +
           any({"", ", 'args': ['x', 1]", ", 'args': 'x'", ", 'command': null"}) + "}";
  }
  std::string op() { return any({"'add'", "'remove'"}); }
  std::string operation(const std::string& path_name, const std::string& path) {
    return any({"{'operator': 'add', 'value': {'z': 1}, '" + path_name + "': '" + path + "'}",
                "{'operator': 'remove', '" + path_name + "': '" + path + "'}",
                "{'operator': 'replace', 'value': 'v', '" + path_name + "': '" + path + "'}"});
  }
  std::pair<std::string, std::string> overrider(int which) {
    const std::string path = any(
        {"/a", "/b/-", "/metadata/labels/a", "/spec/containers/-1/image", "/data/c", "/kind", ""});
    switch (which) {
      case 0:
        return {"imageOverrider", "{'component': " + any({"'Tag'", "'Registry'"}) +
                                      ", 'operator': " + op() + ", 'value': 'x'" +
                                      any({"", ", 'predicate': {'path': '/data/c'}"}) + "}"};
      case 1:
      case 2:
        return {which == 1 ? "argsOverrider" : "commandOverrider",
                "{'containerName': 'a', 'operator': " + op() + ", 'value': ['x']}"};
      case 3:
      case 4:
        return {which == 3 ? "labelsOverrider" : "annotationsOverrider",
                "{'operator': " + op() + ", 'value': {'a': '${cluster.region:-r}'}}"};
      case 5:
        return {"fieldOverrider", "{'fieldPath': '/data/c', " + any({"'json'", "'yaml'"}) + ": [" +
                                      operation("subPath", any({"/a", "/b", "/-", ""})) + "]}"};
      default:
        return {"plaintext", operation("path", path) + ", " + operation("path", any({path, "/a"}))};
    }
  }

  std::mt19937 random_;
};

}  // namespace

TEST_CASE("an overrider that fails changes nothing, and one that runs does the same every time") {
  Generator generator(GENERATE(range(1U, 9U)));
  Cluster cluster;
  cluster.name = "eu";
  int failed = 0;
  int changed = 0;
  for (int i = 0; i < 500; ++i) {
    const std::string overriders = generator.overriders();
    const Json::Value object = test::tree(generator.object());
    INFO(overriders << " on " << canonical_json(object));
    Problems problems;
    const auto policy = read_override_policy(
        test::object("{'kind': 'ClusterOverridePolicy', 'metadata': {'name': 'p', 'annotations': "
                     "{'flotilla.dev/expand': 'true', 'flotilla.dev/override-containers': "
                     "'initContainers'}}, 'spec': {'overrideRules': [{'overriders': " +
                     overriders + "}]}}"),
        problems);
    if (!policy) UNSCOPED_INFO(join(test::lines(problems), "; "));
    REQUIRE(policy);
    Json::Value tree = object;
    for (const Overrider& overrider : policy->rules[0].overriders) {
      const std::string before = canonical_json(tree);
      Json::Value again = tree;
      const auto done = overrider.apply(tree, cluster);
      const auto done_again = overrider.apply(again, cluster);
      REQUIRE(done.has_value() == done_again.has_value());
      CHECK(canonical_json(tree) == canonical_json(again));
      if (!done) {
        CHECK(canonical_json(tree) == before);
        CHECK(to_string(done.error()) == to_string(done_again.error()));
        ++failed;
      }
      changed += canonical_json(tree) != before ? 1 : 0;
    }
  }
  CHECK(failed > 50);
  CHECK(changed > 50);
}

TEST_CASE("the recorded paths are empty exactly if nothing changed") {
  Generator generator(99);
  Cluster cluster;
  for (int i = 0; i < 500; ++i) {
    const std::string overriders = generator.overriders();
    const Object object = test::object(generator.object());
    INFO(overriders << " on " << canonical_json(object.tree));
    Problems problems;
    auto policy = read_override_policy(
        test::object("{'kind': 'ClusterOverridePolicy', 'metadata': {'name': 'p'}, 'spec': "
                     "{'overrideRules': [{'overriders': " +
                     replace_all(overriders, "${cluster.region:-r}", "r") + "}]}}"),
        problems);
    REQUIRE(policy);
    const OverrideIndex index({*policy});
    std::vector<Touch> touches;
    Json::Value tree = object.tree;
    const auto done = transforms(index.candidates(object), cluster, &touches)[0](tree);
    bool touched = false;
    for (const Touch& touch : touches) touched |= !touch.paths.empty();
    const bool same_bytes = canonical_json(tree) == canonical_json(object.tree);
    if (!same_bytes) CHECK(touched);
    if (!touched) CHECK(same_bytes);
    CHECK((done.has_value() || touches.size() < policy->rules[0].overriders.size()));
  }
}
