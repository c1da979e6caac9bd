#include "reconciler/controller/rendered.h"

#include "reconciler/decision/revision.h"
#include "reconciler/status/documents.h"
#include "render/document/json.h"
#include "render/yaml/emitter.h"

#include <algorithm>

namespace flotilla::controller {
namespace {

// '/' cannot stand in a file name; ':' (RBAC names have it) cannot on every system.
std::string file_name(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (c == ':') {
      text += "%3A";
    } else if (c == '/') {
      text += "%2F";
    } else if (c == '%') {
      text += "%25";
    } else {
      text += c;
    }
  }
  return text;
}

}  // namespace

std::string manifest_path(const std::string& cluster, const ObjectKey& key) {
  return cluster + "/" + (key.namespace_.empty() ? "_cluster" : key.namespace_) + "/" +
         to_string(key.group_kind()) + "_" + file_name(key.name) + ".yaml";
}

std::map<std::string, std::string> rendered_files(const decision::Decision& decision) {
  std::map<std::string, std::string> files;
  std::string secrets;
  for (const auto& [cluster, work] : decision.work) {
    for (const manifest::Manifest& manifest : work.manifests) {
      if (manifest.key.group.empty() && manifest.key.kind == "Secret") {
        secrets += "* " + cluster + ": " + to_string(manifest.key) + " (" + manifest.source + ")\n";
        continue;
      }
      const auto tree = parse_json_fast(*manifest.json);
      if (tree) files[manifest_path(cluster, manifest.key)] = yaml::emit(*tree);
    }
  }
  files["README.md"] = "# Manifests of fleet " + decision.owner + "\n\nRevision `" +
                       decision::short_revision(decision.revision) + "`, one folder a cluster.\n" +
                       (secrets.empty() ? "" : "\nSecrets are left out:\n\n" + secrets);
  return files;
}

bool is_rendered_path(const std::string& path) {
  if (path == "README.md") return true;
  return std::count(path.begin(), path.end(), '/') == 2 && path.ends_with(".yaml") &&
         path.find('_') != std::string::npos;
}

}  // namespace flotilla::controller
