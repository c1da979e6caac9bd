#pragma once

#include "render/base/problem.h"
#include "render/document/tree.h"

#include <string>
#include <string_view>
#include <vector>

namespace flotilla::yaml {

// One document of a file. Every value in it knows its position (position_of).
struct Document {
  Json::Value tree;
  SourceRef start;
};

// Whatever could be read, and every fault that was found. A document with a fault is not in
// `documents`; a syntax error ends the file.
struct ReadResult {
  std::vector<Document> documents;
  Problems problems;
};

struct Limits {
  std::size_t bytes = 10U << 20U;  // of a file
  int depth = 200;
  std::size_t nodes = 100'000;  // of a document, after aliases and merges
  std::size_t documents = 100'000;
};

// YAML (JSON is YAML) to JSON by Kubernetes' rules: what kubectl accepts, with the same values,
// except that duplicate keys are errors.
ReadResult read_documents(std::string_view text, std::string_view file, const Limits& limits = {});

}  // namespace flotilla::yaml
