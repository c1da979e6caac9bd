#include "reconciler/controller/rendered.h"
#include "reconciler/decision/decide.h"
#include "reconciler/git/disk_tree.h"
#include "reconciler/status/documents.h"
#include "render/document/json.h"
#include "render/yaml/emitter.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

// Each folder here is a repository and what becomes of it; README.md says how they are laid out.
namespace flotilla {
namespace {

namespace fs = std::filesystem;

using Files = std::map<std::string, std::string>;  // path → content

constexpr const char* write_variable = "FLOTILLA_WRITE_GOLDEN";

std::vector<fs::path> cases() {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(FLOTILLA_SOURCE_DIR "/tests/golden"))
    if (entry.is_directory()) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

Files read_folder(const fs::path& folder) {
  Files files;
  if (!fs::is_directory(folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files[entry.path().lexically_relative(folder).generic_string()] =
        std::string{std::istreambuf_iterator<char>(file), {}};
  }
  return files;
}

void write_folder(const fs::path& folder, const Files& files) {
  fs::remove_all(folder);
  for (const auto& [path, content] : files) {
    fs::create_directories((folder / path).parent_path());
    std::ofstream file(folder / path, std::ios::binary);
    file << content;
    INFO(path);
    REQUIRE(file.flush());
  }
}

decision::Previous remembered(const fs::path& folder) {
  if (!fs::is_directory(folder)) return {};
  auto memory = status::read_memory(git::DiskTree(folder));
  REQUIRE(memory);
  return std::move(memory->previous);
}

// What `flotilla render --output-dir` writes, and what it complains about.
Files rendered(const fs::path& folder) {
  auto catalog = catalog::load_catalog(git::DiskTree(folder / "repo"));
  REQUIRE(catalog);
  const decision::Decision decision =
      decision::decide({"", std::move(*catalog)}, remembered(folder / "status"));
  Files files;
  for (const auto& [cluster, work] : decision.work)
    for (const manifest::Manifest& manifest : work.manifests)
      files[controller::manifest_path(cluster, manifest.key)] =
          yaml::emit(parse_json(*manifest.json, "manifest").value());
  for (const decision::Binding& binding : decision.bindings)
    files[status::binding_path(binding)] = yaml::emit(status::binding_object(binding));
  for (const Problem& problem : decision.problems)
    files["messages.txt"] += to_string(problem) + "\n";
  return files;
}

void compare(const Files& found, const Files& expected) {
  for (const auto& [path, content] : expected) {
    INFO(path);
    const auto file = found.find(path);
    CHECK(file != found.end());
    if (file != found.end()) CHECK(file->second == content);
  }
  for (const auto& [path, content] : found) {
    INFO(path << " is not expected:\n" << content);
    CHECK(expected.contains(path));
  }
}

}  // namespace

TEST_CASE("a repository becomes what its case expects") {
  const bool writes = std::getenv(write_variable) != nullptr;
  for (const fs::path& folder : cases()) {
    DYNAMIC_SECTION(folder.filename().string()) {
      const Files found = rendered(folder);
      const Files expected = read_folder(folder / "expected");
      compare(found, expected);
      if (writes && found != expected) write_folder(folder / "expected", found);
    }
  }
}

TEST_CASE("cases are complete, and there are some") {
  CHECK(cases().size() >= 18);
  for (const fs::path& folder : cases()) {
    INFO(folder);
    CHECK(fs::is_regular_file(folder / "README.md"));
    CHECK(fs::is_directory(folder / "expected"));
  }
}

// A second pass over what the first one wrote decides the same: nothing moves by itself.
TEST_CASE("what was decided stands when it is decided again") {
  for (const fs::path& folder : cases()) {
    DYNAMIC_SECTION(folder.filename().string()) {
      auto catalog = catalog::load_catalog(git::DiskTree(folder / "repo"));
      REQUIRE(catalog);
      const decision::Snapshot snapshot{"", std::move(*catalog)};
      decision::Previous previous = remembered(folder / "status");
      const decision::Decision first = decision::decide(snapshot, previous);
      previous.bindings.clear();
      for (const decision::BindingPtr& binding : first.bindings.pointers()) {
        const auto read = status::read_binding(status::binding_object(*binding));
        REQUIRE(read);
        previous.bindings[read->object] = std::make_shared<const decision::Binding>(*read);
      }
      const decision::Decision second = decision::decide(snapshot, previous);
      REQUIRE(second.bindings.size() == first.bindings.size());
      for (std::size_t i = 0; i < first.bindings.size(); ++i)
        CHECK(yaml::emit(status::binding_object(*second.bindings.pointers()[i])) ==
              yaml::emit(status::binding_object(*first.bindings.pointers()[i])));
    }
  }
}

}  // namespace flotilla
