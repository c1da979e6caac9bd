#include "render/manifest/manifest.h"
#include "tests/support/documents.h"

#include <catch2/catch.hpp>

using namespace flotilla;

TEST_CASE("the texts of a Secret become its data, as on the server") {
  struct Case {
    const char* what;
    const char* before;
    const char* after;
  };
  const Case c = GENERATE(
      Case{"alone", "{'apiVersion': 'v1', 'kind': 'Secret', 'stringData': {'a': 'x', 'b': ''}}",
           "{'apiVersion': 'v1', 'kind': 'Secret', 'data': {'a': 'eA==', 'b': ''}}"},
      Case{"before what data says",
           "{'apiVersion': 'v1', 'kind': 'Secret', 'data': {'a': 'eQ==', 'c': 'eQ=='}, "
           "'stringData': {'a': 'x'}}",
           "{'apiVersion': 'v1', 'kind': 'Secret', 'data': {'a': 'eA==', 'c': 'eQ=='}}"},
      Case{"none", "{'apiVersion': 'v1', 'kind': 'Secret', 'stringData': {}}",
           "{'apiVersion': 'v1', 'kind': 'Secret'}"},
      Case{"beside null",
           "{'apiVersion': 'v1', 'kind': 'Secret', 'data': null, 'stringData': {'a': 'x'}}",
           "{'apiVersion': 'v1', 'kind': 'Secret', 'data': {'a': 'eA=='}}"},
      Case{"no text", "{'apiVersion': 'v1', 'kind': 'Secret', 'stringData': {'a': 1, 'b': 'x'}}",
           "{'apiVersion': 'v1', 'kind': 'Secret', 'stringData': {'a': 1, 'b': 'x'}}"},
      Case{"no map", "{'apiVersion': 'v1', 'kind': 'Secret', 'stringData': ['x']}",
           "{'apiVersion': 'v1', 'kind': 'Secret', 'stringData': ['x']}"},
      Case{"no Secret",
           "{'apiVersion': 'example.org/v1', 'kind': 'Secret', 'stringData': {'a': 'x'}}",
           "{'apiVersion': 'example.org/v1', 'kind': 'Secret', 'stringData': {'a': 'x'}}"});
  INFO(c.what);
  Json::Value object = test::tree(c.before);
  manifest::settle_string_data(object);
  CHECK(canonical_json(object) == canonical_json(test::tree(c.after)));
}
