#include "reconciler/cli/commands.h"
#include "reconciler/cli/input.h"
#include "reconciler/cli/print.h"
#include "reconciler/controller/rendered.h"
#include "render/document/json.h"
#include "render/yaml/emitter.h"

#include <fstream>

namespace flotilla::cli {
namespace {

namespace fs = std::filesystem;

Json::Value tree_of(const manifest::Manifest& manifest) {
  return parse_json_fast(*manifest.json).value_or(Json::Value());
}

Json::Value document(const decision::Decision& decision) {
  Json::Value root(Json::objectValue);
  root["revision"] = decision.revision;
  Json::Value& bindings = root["bindings"] = Json::Value(Json::arrayValue);
  for (const decision::Binding& binding : decision.bindings)
    bindings.append(status::binding_object(binding));
  Json::Value& manifests = root["manifests"] = Json::Value(Json::objectValue);
  for (const auto& [cluster, work] : decision.work) {
    Json::Value& list = manifests[cluster] = Json::Value(Json::arrayValue);
    for (const manifest::Manifest& manifest : work.manifests) list.append(tree_of(manifest));
  }
  Json::Value& errors = root["errors"] = Json::Value(Json::arrayValue);
  for (const Problem& problem : decision.problems)
    if (problem.severity == Severity::error) {
      Json::Value entry = problem_json(problem);
      entry.removeMember("severity");
      errors.append(std::move(entry));
    }
  return root;
}

void print_yaml(const decision::Decision& decision) {
  bool first = true;
  for (const auto& [cluster, work] : decision.work)
    for (const manifest::Manifest& manifest : work.manifests) {
      print((first ? "# cluster: " : "---\n# cluster: ") + cluster + "\n" +
            yaml::emit(tree_of(manifest)));
      first = false;
    }
}

Result<void> write_file(const fs::path& path, const std::string& content) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file) return fail(Code::invalid, "cannot write " + path.string());
  return {};
}

Result<void> write_files(const decision::Decision& decision, const fs::path& dir) {
  for (const auto& [cluster, work] : decision.work)
    for (const manifest::Manifest& manifest : work.manifests)
      TRY(write_file(dir / controller::manifest_path(cluster, manifest.key),
                     yaml::emit(tree_of(manifest))));
  for (const decision::Binding& binding : decision.bindings)
    TRY(write_file(dir / status::binding_path(binding),
                   yaml::emit(status::binding_object(binding))));
  return {};
}

// Leaves one cluster: its manifests, and the bindings that name it.
Result<void> only(decision::Decision& decision, const std::string& cluster) {
  if (!decision.work.contains(cluster) && !decision.faulty_clusters.contains(cluster)) {
    return fail(no_cluster(cluster, decision));
  }
  std::erase_if(decision.work, [&](const auto& entry) { return entry.first != cluster; });
  decision.bindings.pointers().erase_if([&](const decision::BindingPtr& binding) {
    for (const placement::TargetCluster& target : binding->schedule.clusters)
      if (target.name == cluster) return false;
    return true;
  });
  return {};
}

}  // namespace

int render(const RenderOptions& options) {
  const auto snapshot = read_snapshot(options.repo, options.ref, options.network);
  if (!snapshot) return complain(snapshot.error());
  const auto memory = read_status_dir(options.status_dir);
  if (!memory) return complain(memory.error());
  decision::Decision decision = decision::decide(*snapshot, memory->previous);
  for (const Problem& problem : decision.problems) complain(to_string(problem));
  if (!options.cluster.empty())
    if (const auto one = only(decision, options.cluster); !one) return complain(one.error());
  if (!options.output_dir.empty()) {
    if (const auto written = write_files(decision, options.output_dir); !written)
      return complain(written.error());
  } else if (options.output == Output::json) {
    print(pretty_json(document(decision)) + "\n");
  } else {
    print_yaml(decision);
  }
  return has_error(decision.problems) ? 2 : 0;
}

}  // namespace flotilla::cli
