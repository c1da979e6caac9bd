#include "render/manifest/ownership.h"
#include "tests/support/documents.h"

#include <catch2/catch.hpp>

using namespace flotilla;
using namespace flotilla::manifest;

// That servers take these lists, and what the next apply removes then, is in tests/ownership.
TEST_CASE("what kubectl applied becomes ours") {
  struct Case {
    const char* what;
    const char* before;
    const char* after;
  };
  const Case c = GENERATE(
      Case{"into the entry that we have",
           "[{'manager': 'flotilla', 'operation': 'Apply', 'apiVersion': 'v1', 'time': '1', "
           "'fieldsType': 'FieldsV1', 'fieldsV1': {'f:data': {'f:a': {}}}}, "
           "{'manager': 'kubectl', 'operation': 'Apply', 'apiVersion': 'v1', 'time': '2', "
           "'fieldsType': 'FieldsV1', 'fieldsV1': {'f:data': {'f:a': {}, 'f:b': {}}}}]",
           "[{'manager': 'flotilla', 'operation': 'Apply', 'apiVersion': 'v1', 'time': '2', "
           "'fieldsType': 'FieldsV1', 'fieldsV1': {'f:data': {'f:a': {}, 'f:b': {}}}}]"},
      Case{"into one that we get; others stay as they are",
           "[{'manager': 'helm', 'operation': 'Update', 'fieldsV1': {'f:x': {}}}, "
           "{'manager': 'kubectl-client-side-apply', 'operation': 'Update', 'apiVersion': 'v1', "
           "'time': '1', 'fieldsV1': {'f:data': {'.': {}, 'f:b': {}}}}, "
           "{'manager': 'before-first-apply', 'operation': 'Update', 'apiVersion': 'v1', 'time': "
           "'1', 'fieldsV1': {'f:data': {'f:c': {}}}}, "
           "{'manager': 'kubectl-edit', 'operation': 'Update', 'fieldsV1': {'f:y': {}}}]",
           "[{'manager': 'flotilla', 'operation': 'Apply', 'apiVersion': 'v1', 'time': '1', "
           "'fieldsType': 'FieldsV1', 'fieldsV1': {'f:data': {'.': {}, 'f:b': {}, 'f:c': {}}}}, "
           "{'manager': 'helm', 'operation': 'Update', 'fieldsV1': {'f:x': {}}}, "
           "{'manager': 'kubectl-edit', 'operation': 'Update', 'fieldsV1': {'f:y': {}}}]"},
      Case{"a whole and its parts together",
           "[{'manager': 'flotilla', 'operation': 'Apply', 'apiVersion': 'v1', 'fieldsV1': {'f:a': "
           "{'f:b': {}}, 'f:c': {}}}, "
           "{'manager': 'kubectl', 'operation': 'Apply', 'apiVersion': 'v1', 'fieldsV1': {'f:a': "
           "{}, 'f:c': {'f:d': {}}}}]",
           "[{'manager': 'flotilla', 'operation': 'Apply', 'apiVersion': 'v1', 'fieldsType': "
           "'FieldsV1', 'fieldsV1': {'f:a': {'.': {}, 'f:b': {}}, 'f:c': {'.': {}, 'f:d': {}}}}]"},
      Case{"into the entry of the apiVersion that will be applied",
           "[{'manager': 'flotilla', 'operation': 'Apply', 'apiVersion': 'v0', 'fieldsV1': {'f:a': "
           "{}}}, "
           "{'manager': 'kubectl', 'operation': 'Apply', 'apiVersion': 'v0', 'fieldsV1': {'f:b': "
           "{}}}]",
           "[{'manager': 'flotilla', 'operation': 'Apply', 'apiVersion': 'v1', 'fieldsType': "
           "'FieldsV1', 'fieldsV1': {'f:b': {}}}, "
           "{'manager': 'flotilla', 'operation': 'Apply', 'apiVersion': 'v0', 'fieldsV1': {'f:a': "
           "{}}}]"},
      Case{"nothing of the kind",
           "[{'manager': 'flotilla', 'operation': 'Apply', 'apiVersion': 'v1', 'fieldsV1': {'f:a': "
           "{}}}, "
           "{'manager': 'kubectl', 'operation': 'Update', 'subresource': 'scale', 'fieldsV1': "
           "{'f:b': {}}}, "
           "{'manager': 'kubectl', 'operation': 'Apply', 'subresource': 'status', 'fieldsV1': "
           "{'f:b': {}}}, "
           "{'manager': 'kubectl-edit', 'operation': 'Update', 'fieldsV1': {'f:c': {}}}]",
           "null"},
      Case{"no owners at all", "[]", "null"});
  INFO(c.what);
  Json::Value metadata(Json::objectValue);
  metadata["managedFields"] = test::tree(c.before);
  CHECK(canonical_json(taken_from_kubectl(metadata, "v1")) == canonical_json(test::tree(c.after)));
}
