#include "render/document/json.h"
#include "render/yaml/reader.h"

#include <catch2/catch.hpp>

#include <chrono>

using namespace flotilla;

namespace {

std::string first_problem(std::string_view text, const yaml::Limits& limits = {}) {
  const auto result = yaml::read_documents(text, "f.yaml", limits);
  return result.problems.empty() ? "" : result.problems[0].code + ": " + result.problems[0].message;
}

std::string numbered(std::string_view text, int number) {
  return std::string(text).append(std::to_string(number));
}

// `levels` anchors, each of `width` aliases of the one before.
std::string bomb(int levels, int width) {
  std::string text = "l0: &l0 [x]\n";
  for (int level = 1; level < levels; ++level) {
    text += numbered("l", level) + numbered(": &l", level) + " [";
    for (int i = 0; i < width; ++i) text += numbered(i > 0 ? ",*l" : "*l", level - 1);
    text += "]\n";
  }
  return text;
}

double seconds_to_read(const std::string& text) {
  const auto start = std::chrono::steady_clock::now();
  (void)yaml::read_documents(text, "f.yaml");
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST_CASE("a file has at most 10 MiB") {
  CHECK(first_problem("a: " + std::string((10U << 20U) - 3, 'x')).empty());
  CHECK(first_problem("a: " + std::string((10U << 20U) - 2, 'x')) ==
        "too-large: the file has 10485761 bytes, want at most 10485760");
}

TEST_CASE("a document has at most 200 levels") {
  CHECK(first_problem(std::string(200, '[') + std::string(200, ']')).empty());
  CHECK(first_problem(std::string(201, '[') + std::string(201, ']')) ==
        "too-large: more than 200 levels in a document");
  CHECK(first_problem(std::string(100'000, '[')).find("too-large: more than 200 levels") == 0);
  CHECK(seconds_to_read(std::string(10U << 20U, '[')) < 2);
  CHECK(seconds_to_read(std::string(10U << 20U, '{')) < 2);
  std::string block;
  for (int level = 0; level < 201; ++level)
    block += std::string(static_cast<std::size_t>(level), ' ') + "a:\n";
  CHECK(first_problem(block + std::string(201, ' ') + "b").find("too-large") == 0);
}

TEST_CASE("aliases and merges count as levels") {
  const yaml::Limits limits{1000, 4, 1000, 10};
  CHECK(first_problem("a: &a [[x]]\nb: [*a]\n", limits).empty());
  CHECK(first_problem("a: &a [[x]]\nb: [[*a]]\n", limits) ==
        "too-large: more than 4 levels in a document after its aliases are followed");
  CHECK(first_problem("a: &a {k: [[x]]}\nb: {<<: *a}\n", limits).empty());
  CHECK(first_problem("a: &a {k: [[x]]}\nb: [{<<: *a}]\n", limits).find("too-large") == 0);
  CHECK(first_problem("a: &a [x]\nb: &b [*a]\nc: &c [*b]\nd: [*c]\n", limits).find("too-large") ==
        0);
}

TEST_CASE("a document has at most 100,000 nodes") {
  const auto list = [](int items) {
    std::string text = "- a\n";
    for (int i = 1; i < items; ++i) text += "- a\n";
    return text;
  };
  CHECK(first_problem(list(99'999)).empty());
  CHECK(first_problem(list(100'000)) == "too-large: more than 100000 nodes in a document");
  const auto two = yaml::read_documents(list(99'999) + "---\n" + list(99'999), "f.yaml");
  CHECK(two.documents.size() == 2);
}

TEST_CASE("a file has at most 100,000 documents") {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "--- a\n";
  CHECK(first_problem(text).empty());
  CHECK(first_problem(text + "--- a\n--- a\n") ==
        "too-large: more than 100000 documents in a file");
}

TEST_CASE("alias bombs are refused at once") {
  const std::string message =
      "alias-limit: more than 100000 nodes in a document after its aliases are followed";
  CHECK(first_problem(bomb(20, 10)) == message);
  CHECK(seconds_to_read(bomb(20, 10)) < 1);

  std::string merges = "a: &a {";
  for (int i = 0; i < 1000; ++i) merges += numbered("k", i) + ": 1, ";
  merges += "z: 1}\n";
  for (int i = 0; i < 200; ++i) merges += numbered("m", i) + ": {<<: *a}\n";
  CHECK(first_problem(merges) == message);

  std::string same_merges = merges.substr(0, merges.find('\n')) + "\nb:\n  <<: [";
  for (int i = 0; i < 50'000; ++i) same_merges += "*a, ";
  CHECK(first_problem(same_merges + "*a]\n") == message);
  CHECK(seconds_to_read(same_merges + "*a]\n") < 2);
}

TEST_CASE("large texts behind aliases are a bomb too") {
  std::string text = "a: &a " + std::string(1U << 20U, 'x') + "\nb: [";
  for (int i = 0; i < 5000; ++i) text += "*a, ";
  CHECK(first_problem(text + "*a]\n") ==
        "alias-limit: the aliases of the file copy more than 10485760 bytes or 1000000 nodes");
}

TEST_CASE("many small bombs in one file are one") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += bomb(5, 10) + "---\n";
  CHECK(first_problem(text).find("alias-limit: the aliases of the file") == 0);
}

TEST_CASE("a file has at most 1,000 %TAG lines") {
  std::string text = "%YAML 1.1\n";
  for (int i = 0; i < 1001; ++i) text += numbered("%TAG !", i) + "! tag:x\n";
  CHECK(first_problem(text + "---\na\n") == "too-large: more than 1000 %TAG lines in a file");
}

TEST_CASE("a file with endless problems ends after a thousand") {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "a: 1\n";
  const auto result = yaml::read_documents(text, "f.yaml");
  CHECK(result.problems.size() == 1001);
  CHECK(result.problems.back().code == "too-many-problems");
}
