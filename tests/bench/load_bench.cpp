#include "render/catalog/catalog.h"
#include "render/document/json.h"
#include "render/yaml/emitter.h"
#include "render/yaml/reader.h"
#include "tests/bench/deployments.h"
#include "tests/bench/figures.h"

#include <cstdlib>
#include <string>

// How long it takes to load many Deployment documents. Prints lines of "name value unit".
//   load_bench [DOCUMENTS]
namespace {

using namespace flotilla;
using bench::print;
using bench::seconds;

int run(int documents) {
  catalog::MemoryTree tree;
  const std::size_t bytes = bench::write_deployments(tree, documents);
  print("load.documents", documents, "documents");
  print("load.size", static_cast<double>(bytes) / 1e6, "MB");

  const auto files = tree.list();
  std::size_t read = 0;
  print("load.yaml", seconds([&] {
          for (const auto& file : *files)
            read += yaml::read_documents(*tree.read(file), file.path).documents.size();
        }),
        "s");

  catalog::ParseCache cache;
  Result<catalog::Catalog> loaded;
  const double before = bench::own_cpu();
  print("load.cold", seconds([&] { loaded = catalog::load_catalog(tree, &cache); }), "s");
  print("load.cold_cpu", bench::own_cpu() - before, "s");
  print("load.warm", seconds([&] { loaded = catalog::load_catalog(tree, &cache); }), "s");

  std::size_t printed = 0;
  print("load.canonical_json", seconds([&] {
          for (const auto& object : loaded->templates)
            printed += canonical_json(object->tree).size();
        }),
        "s");
  print("load.emit_yaml", seconds([&] {
          for (const auto& object : loaded->templates) printed += yaml::emit(object->tree).size();
        }),
        "s");
  print("load.peak_memory", bench::peak_mebibytes(), "MiB");
  const auto wanted = static_cast<std::size_t>(documents);
  return loaded->templates.size() == wanted && read == wanted && printed > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) { return run(argc > 1 ? std::atoi(argv[1]) : 10'000); }
