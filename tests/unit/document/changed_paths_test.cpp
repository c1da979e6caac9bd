#include "render/document/changed_paths.h"

#include "tests/support/documents.h"

using namespace flotilla;

TEST_CASE("the paths of what changed, came and went") {
  const auto [before, after, wanted] = GENERATE(table<const char*, const char*, const char*>({
      {"{'a': 1}", "{'a': 1.0}", ""},
      {"{'a': 1, 'b': 2}", "{'a': 2, 'b': 2}", "/a"},
      {"{'a': {'b': {'c': 1}}}", "{'a': {'b': {'c': 2, 'd': {'e': 1}}}}", "/a/b/c /a/b/d"},
      {"{'a': 1, 'z': 1}", "{'b': 1, 'z': 1}", "/a /b"},
      {"{'a': null}", "{}", "/a"},
      {"{'a': {}}", "{'a': []}", "/a"},
      {"{'a/b': {'~': 1}}", "{'a/b': {'~': 2}}", "/a~1b/~0"},
      {"{'l': [1, 2, 3]}", "{'l': [1, 5, 3]}", "/l/1"},
      {"{'l': [1, 2]}", "{'l': [1, 2, 3, 4]}", "/l/2 /l/3"},
      {"{'l': [1, 2, 3]}", "{'l': [1]}", "/l/1 /l/2"},
      {"{'l': [1, 2, 3]}", "{'l': [2, 3]}", "/l"},
      {"{'l': [{'a': 1}, {'a': 2}]}", "{'l': [{'a': 1}, {'a': 3}]}", "/l/1/a"},
      {"1", "2", " "},
  }));
  INFO(before << " to " << after);
  const auto paths = changed_paths(test::tree(before), test::tree(after));
  if (std::string_view(wanted) == " ") {
    CHECK(paths == std::vector<std::string>{""});
  } else {
    CHECK(join(paths, " ") == wanted);
  }
}
